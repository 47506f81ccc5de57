"""What may be expected of a buyer: purchases after Fader, Hardie and Lee, "Counting Your Customers" the Easy Way
(Marketing Science 24, 2005), and money after Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013).

BG/NBD: while alive, a buyer buys at a rate of their own (gamma, `r` and `alpha`); after each purchase they leave for
good with a chance of their own (beta, `a` and `b`). Gamma-Gamma: the value of their purchases scatters around a mean
of their own (`p`, `q`, `gamma`). Both are fitted by maximum likelihood on the shop's own purchases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import lgamma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crm_store.value.simplex import minimise

Column = NDArray[np.float64]

TERMS_AT_MOST = 5000
PRECISION = 1e-9
_LARGEST = np.log(1e5)
_LARGEST_SHAPE = np.log(20.0)
"""Of `r` and `a`: buyers whose rates differ by a fifth may count as alike; beyond it the series loses its digits."""
_AWAY_FROM_ONE = 1e-6


@dataclass(frozen=True)
class Purchasing:
    """Parameters of BG/NBD; times in weeks."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class Spending:
    """Parameters of Gamma-Gamma; money in whole units of the currency. `q` is above 1, so that there is a mean."""

    p: float
    q: float
    gamma: float


def fit_purchasing(repeats: Column, last: Column, observed: Column) -> Purchasing:
    """`repeats`: purchases after the first; `last`: weeks from the first to the last one; `observed`: weeks since the
    first one."""

    counted = _Counted.of(repeats)

    def likelihood(point: Column) -> float:
        return -_purchasing_likelihood(Purchasing(*np.exp(point)), counted, repeats, last, observed)

    bounded = _within(likelihood, _LARGEST_SHAPE, _LARGEST, _LARGEST_SHAPE, _LARGEST)
    return Purchasing(*(float(each) for each in np.exp(minimise(bounded, np.zeros(4)))))


def fit_spending(purchases: Column, mean: Column) -> Spending:
    """`purchases`: how many, from 1; `mean`: what they were worth on average, above 0."""
    scale = float(np.mean(mean))
    counted = _Counted.of(purchases)

    def model(point: Column) -> Spending:
        p, q, gamma = np.exp(point)
        return Spending(p, 1 + q, gamma)

    def likelihood(point: Column) -> float:
        return -_spending_likelihood(model(point), counted, purchases, mean / scale)

    found = model(minimise(_within(likelihood, _LARGEST, _LARGEST, _LARGEST), np.zeros(3)))
    return Spending(float(found.p), float(found.q), float(found.gamma) * scale)


def expected_purchases(model: Purchasing, repeats: Column, last: Column, observed: Column, weeks: float) -> Column:
    """Purchases to come within so many weeks (equation 10 of the paper).

    The hypergeometric function is taken after Euler's transformation, in which the number of purchases stands in the
    denominator alone: its series then converges for every buyer.
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    if abs(a - 1) < _AWAY_FROM_ONE:  # the formula has a gap there
        a = 1 + _AWAY_FROM_ONE
    share = weeks / (alpha + observed + weeks)
    series = _hypergeometric(a + b - 1 - r, a - 1, a + b + repeats - 1, share)
    to_come = (a + b + repeats - 1) / (a - 1) * (1 - (1 - share) ** (a - 1) * series)
    ratio = ((alpha + observed) / (alpha + last)) ** (r + repeats)
    left = np.where(repeats > 0, a / np.maximum(b + repeats - 1, PRECISION) * ratio, 0.0)
    found: Column = np.maximum(to_come / (1 + left), 0.0)
    return found


def expected_value(model: Spending, purchases: Column, mean: Column) -> Column:
    """The mean value of a purchase to come: the buyer's own mean, drawn to the shop's where they bought little."""
    found: Column = model.p * (model.gamma + purchases * mean) / (model.p * purchases + model.q - 1)
    return found


def past_rate(repeats: Column, observed: Column, weeks: float, *, least_weeks: float) -> Column:
    """What is to come if the past goes on: repeat purchases a week, over at least `least_weeks`."""
    found: Column = repeats / np.maximum(observed, least_weeks) * weeks
    return found


class _Counted(NamedTuple):
    """How often somebody bought: the numbers that occur, rising, and at which of them each buyer stands."""

    counts: list[float]
    places: NDArray[np.intp]

    @classmethod
    def of(cls, numbers: Column) -> "_Counted":
        counts, places = np.unique(numbers, return_inverse=True)
        return cls(counts.tolist(), places)


def _purchasing_likelihood(
    model: Purchasing, counted: _Counted, repeats: Column, last: Column, observed: Column
) -> float:
    """The mean log-likelihood of a buyer (equation 6, in logarithms)."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    gammas = [
        lgamma(r + x) - lgamma(r) + lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
        for x in counted.counts
    ]
    alive = -(r + repeats) * np.log(alpha + observed)
    gone = np.where(
        repeats > 0,
        np.log(a) - np.log(np.maximum(b + repeats - 1, PRECISION)) - (r + repeats) * np.log(alpha + last),
        -np.inf,
    )
    whole = np.array(gammas)[counted.places] + r * np.log(alpha) + np.logaddexp(alive, gone)
    return float(np.mean(whole))


def _spending_likelihood(model: Spending, counted: _Counted, purchases: Column, mean: Column) -> float:
    p, q, gamma = model.p, model.q, model.gamma
    gammas = np.array([lgamma(p * n + q) - lgamma(p * n) - lgamma(q) for n in counted.counts])[counted.places]
    whole = (
        gammas
        + q * np.log(gamma)
        + (p * purchases - 1) * np.log(mean)
        + p * purchases * np.log(purchases)
        - (p * purchases + q) * np.log(gamma + purchases * mean)
    )
    return float(np.mean(whole))


def _hypergeometric(first: float, second: float, below: Column, at: Column) -> Column:
    """Gauss' 2F1(first, second; below; at) for 0 ≤ at < 1, term by term."""
    term = np.ones_like(at)
    total = np.ones_like(at)
    for n in range(TERMS_AT_MOST):
        term = term * ((first + n) * (second + n)) / ((below + n) * (n + 1)) * at
        total += term
        if np.all(np.abs(term) <= PRECISION * np.abs(total)):
            break
    return total


def _within(likelihood: Callable[[Column], float], *largest: float) -> Callable[[Column], float]:
    """Where parameters, given as logarithms, are beyond reason it is infinitely bad: the search turns round there."""

    def kept(point: Column) -> float:
        if np.any(point > np.array(largest)) or np.any(point < -_LARGEST):
            return np.inf
        with np.errstate(all="ignore"):
            found = likelihood(point)
        return found if np.isfinite(found) else np.inf

    return kept
