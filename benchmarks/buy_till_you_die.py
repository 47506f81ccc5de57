"""The two classic models of a customer base, to be held against ours: Pareto/NBD and BG/NBD, of greatest likelihood.

Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will they do next?", Management
Science 33 (1987), with the likelihood as in Fader and Hardie, "A note on deriving the Pareto/NBD model" (2005); Fader,
Hardie and Lee, "Counting your customers the easy way", Marketing Science 24 (2005). Times are in weeks, as there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from crm_store.risk.rhythm import Buying

Numbers = NDArray[np.float64]
WEEK_DAYS = 7.0
NODES = 40
"""Of each quadrature over a gamma distribution."""
SERIES_AT_MOST = 3000
log_gamma = np.vectorize(lgamma, otypes=[np.float64])


@dataclass(frozen=True)
class Base:
    """Repeat purchases `x`, weeks from the first purchase to the last, and to now."""

    x: Numbers
    last: Numbers
    now: Numbers

    @classmethod
    def of(cls, buyings: Sequence[Buying]) -> "Base":
        rows = np.array([(each.purchases - 1, each.span_days, each.span_days + each.silence_days) for each in buyings])
        return cls(rows[:, 0], rows[:, 1] / WEEK_DAYS, rows[:, 2] / WEEK_DAYS)


@dataclass(frozen=True)
class BgNbd:
    """`r`, `alpha`: how purchase rates differ; `a`, `b`: how the chance to drop out after each purchase does."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, base: Base) -> Numbers:
        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, base.x
        bought = log_gamma(r + x) - lgamma(r) + r * np.log(alpha)
        stayed = lgamma(a + b) + log_gamma(b + x) - lgamma(b) - log_gamma(a + b + x)
        alive = -(r + x) * np.log(alpha + base.now)
        gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + base.last)
        return bought + stayed + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))

    def stopped(self, base: Base, weeks: float) -> Numbers:
        """The chance that nothing is bought in the coming `weeks`."""
        odds = self.a / (self.b + np.maximum(base.x, 1) - 1)
        odds = odds * ((self.alpha + base.now) / (self.alpha + base.last)) ** (self.r + base.x)
        alive = 1 / (1 + np.where(base.x > 0, odds, 0.0))
        silent = ((self.alpha + base.now) / (self.alpha + base.now + weeks)) ** (self.r + base.x)
        return 1 - alive + alive * silent


@dataclass(frozen=True)
class ParetoNbd:
    """`r`, `alpha`: how purchase rates differ; `s`, `beta`: how the rates of dropping out do."""

    r: float
    alpha: float
    s: float
    beta: float

    def log_likelihood(self, base: Base) -> Numbers:
        r, s, x = self.r, self.s, base.x
        first = log_gamma(r + x) - lgamma(r) + r * np.log(self.alpha) + s * np.log(self.beta)
        alive = -(r + x) * np.log(self.alpha + base.now) - s * np.log(self.beta + base.now)
        return first + np.logaddexp(alive, self._gone(base))

    def _gone(self, base: Base) -> Numbers:
        """The logarithm of s / (r + s + x) times A0 of the note."""
        r, s, x = self.r, self.s, base.x
        most, both = max(self.alpha, self.beta), r + s + x
        second = s + 1 if self.alpha >= self.beta else r + x

        def part(at: Numbers) -> Numbers:
            ratio = abs(self.alpha - self.beta) / (most + at)
            return _log_2f1(both, second, ratio) - both * np.log(most + at)

        upper, lower = part(base.last), part(base.now)
        with np.errstate(divide="ignore"):
            return np.log(s) - np.log(both) + upper + np.log1p(-np.exp(np.minimum(0.0, lower - upper)))

    def stopped(self, base: Base, weeks: float) -> Numbers:
        """The chance that nothing is bought in the coming `weeks`."""
        log_alive = -(self.r + base.x) * np.log(self.alpha + base.now) - self.s * np.log(self.beta + base.now)
        alive = 1 / (1 + np.exp(self._gone(base) - log_alive))
        found = np.empty_like(base.x)
        drops, drop_weights = _gamma_nodes(self.s)
        for x in np.unique(base.x):
            rates, rate_weights = _gamma_nodes(self.r + float(x))
            place = base.x == x
            buying = rates[None, :, None] / (self.alpha + base.now[place])[:, None, None]
            leaving = drops[None, None, :] / (self.beta + base.now[place])[:, None, None]
            both = buying + leaving
            silent = (leaving + buying * np.exp(-both * weeks)) / both
            found[place] = np.einsum("i,j,nij->n", rate_weights, drop_weights, silent)
        return 1 - alive + alive * found


def fit[M: (BgNbd, ParetoNbd)](model: type[M], base: Base) -> M:
    """The model of the greatest likelihood."""
    rows, counts = np.unique(np.column_stack([base.x, base.last, base.now]), axis=0, return_counts=True)
    once = Base(rows[:, 0], rows[:, 1], rows[:, 2])

    def loss(logs: Numbers) -> float:
        if np.abs(logs).max() > 12:
            return float("inf")
        likelihood = float(counts @ model(*np.exp(logs).tolist()).log_likelihood(once))
        return -likelihood if np.isfinite(likelihood) else float("inf")

    return model(*np.exp(_lowest(loss, np.log(np.array([0.5, 10.0, 0.6, 10.0])))).tolist())


def _log_2f1(both: Numbers, second: Numbers | float, z: Numbers) -> Numbers:
    """log 2F1(both, second; both + 1; z) for 0 ≤ z < 1, by Euler's transformation, whose terms are all positive."""
    term = total = np.ones_like(z)
    upper = both + 1 - second
    for step in range(SERIES_AT_MOST):
        term = term * (upper + step) / (both + 1 + step) * z
        total = total + term
        if float((term / total).max()) < 1e-12:
            break
    return np.log(total) + (1 - second) * np.log1p(-z)


def _gamma_nodes(shape: float) -> tuple[Numbers, Numbers]:
    """Gauss-Laguerre quadrature for a gamma distribution of scale 1 (Golub and Welsch 1969)."""
    places = np.arange(NODES)
    beside = np.sqrt(places[1:] * (places[1:] + shape - 1))
    values, vectors = np.linalg.eigh(np.diag(2 * places + shape) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.maximum(values, 1e-300), vectors[0] ** 2


def _lowest(loss: Callable[[Numbers], float], start: Numbers) -> Numbers:
    """Where the loss is lowest, by the simplex of Nelder and Mead (1965)."""
    corners = [start, *(start + 0.5 * axis for axis in np.eye(len(start)))]
    losses = [loss(each) for each in corners]
    for _ in range(600):
        order = np.argsort(losses)
        corners, losses = [corners[place] for place in order], [losses[place] for place in order]
        if losses[-1] - losses[0] < 1e-6:
            break
        middle = np.mean(corners[:-1], axis=0)

        def tried(far: float, middle: Numbers = middle, worst: Numbers = corners[-1]) -> tuple[float, Numbers]:
            point = middle + far * (middle - worst)
            return loss(point), point

        new = tried(1.0)
        if new[0] < losses[0]:
            new = min(new, tried(2.0), key=lambda each: each[0])
        elif new[0] >= losses[-2]:
            new = tried(0.5) if new[0] < losses[-1] else tried(-0.5)
        if new[0] < losses[-1]:
            losses[-1], corners[-1] = new
        else:
            corners = [corners[0], *((corners[0] + each) / 2 for each in corners[1:])]
            losses = [losses[0], *(loss(each) for each in corners[1:])]
    return corners[int(np.argmin(losses))]
