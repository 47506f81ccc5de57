"""The chance that a member has stopped buying, told by their own rhythm and the shop's: pure functions, no database.

A logistic model over what the literature on customer bases found to tell: how long nothing was bought, how often and
over how long something was (recency, frequency and their span as in Fader, Hardie and Lee, "Counting your customers the
easy way", Marketing Science 24, 2005), the purchases that would have been due by now at the member's own rate (shrunk
towards the shop's as in a gamma-Poisson model), and what an order is worth. Every length is measured in the shop's
typical pause between two purchases and every amount in its typical order, so that a grocer's weeks and a furniture
shop's years are the same to it. Whether the pauses grow told nothing more (docs/benchmarks.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log, log1p
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm_store.yaml_files import read_yaml

Numbers = NDArray[np.float64]
NAMES = ("silence", "missed", "purchases", "habit", "span", "order")
"""What is weighed, in the order of the coefficients."""
PRIOR_REPEATS, PRIOR_PAUSES = 0.5, 2.0
"""What a member's own rate begins with: repeat purchases in typical pauses of the shop. One late order is no habit."""
NEVER_CALMING = ("silence", "missed")
"""What grows while nothing is bought: its weights are never below 0, so that more silence never lowers the chance."""
LONGEST_PAUSES = 10_000.0
"""No silence counts as longer than so many typical pauses."""


@dataclass(frozen=True, slots=True)
class Buying:
    """A member's purchases up to a moment; several on one day are one. `silence_days`: since the last one;
    `span_days`: from the first to the last; `order_minor`: the mean worth of a purchase in minor units."""

    purchases: int
    silence_days: float
    span_days: float = 0.0
    order_minor: float = 0.0

    @classmethod
    def of(cls, days: Sequence[int], spent_minor: float, *, today: int) -> "Buying":
        """`days`: ordinals of the days of purchase, each once, rising, none after `today`; at least one.
        `spent_minor`: on all of them."""
        return cls(
            purchases=len(days),
            silence_days=float(today - days[-1]),
            span_days=float(days[-1] - days[0]),
            order_minor=spent_minor / len(days),
        )

    def pause_days(self, typical_days: float) -> float:
        """The member's own pause between purchases in days, from the shop's where little is known of their own."""
        return (typical_days + self.span_days) / self.purchases


@dataclass(frozen=True, slots=True)
class Model:
    """`weights`: by `NAMES`. `horizon`: what a longer time to come back in takes off, by the natural logarithm of the
    ratio; the constant is for `horizon_pauses` typical pauses."""

    constant: float
    weights: tuple[float, ...]
    horizon: float
    horizon_pauses: float

    def chance(self, features: Sequence[float]) -> float:
        """The chance that nothing is bought within the horizon, 0..1."""
        return logistic(self.constant + sum(w * f for w, f in zip(self.weights, features, strict=True)))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The shop's: its typical pause in days, its typical order in minor units, and the model that tells the chance."""

    pause_days: float
    order_minor: float
    model: Model

    def stopped(self, buying: Buying) -> float:
        """The chance, 0..1, that a member who bought like this has stopped buying."""
        return self.model.chance(features(buying, self.pause_days, self.order_minor))


def features(buying: Buying, pause_days: float, order_minor: float) -> tuple[float, ...]:
    """The numbers of `NAMES` for a member of a shop with this typical pause and order; none depends on the unit."""
    silence = min(buying.silence_days / pause_days, LONGEST_PAUSES)
    span = buying.span_days / pause_days
    rate = (PRIOR_REPEATS + buying.purchases - 1) / (PRIOR_PAUSES + span)
    return (
        log1p(silence),
        log1p(silence * rate),
        log(buying.purchases),
        1 - 1 / buying.purchases,
        log1p(span),
        log1p(max(0.0, buying.order_minor) / order_minor),
    )


def chances(
    rhythm: Rhythm, *, purchases: Numbers, silence_days: Numbers, span_days: Numbers, order_minor: Numbers
) -> Numbers:
    """`Rhythm.stopped` for many members at once; it differs from it by rounding alone."""
    silence = np.minimum(silence_days / rhythm.pause_days, LONGEST_PAUSES)
    span = span_days / rhythm.pause_days
    rate = (PRIOR_REPEATS + purchases - 1) / (PRIOR_PAUSES + span)
    columns = (
        np.log1p(silence),
        np.log1p(silence * rate),
        np.log(purchases),
        1 - 1 / purchases,
        np.log1p(span),
        np.log1p(np.maximum(0.0, order_minor) / rhythm.order_minor),
    )
    told = rhythm.model.constant + sum(w * each for w, each in zip(rhythm.model.weights, columns, strict=True))
    # The same curve as `logistic`, which cannot overflow.
    chance: Numbers = 0.5 * (1 + np.tanh(told / 2))
    return chance


def logistic(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))


def typical(values: Sequence[float], otherwise: float) -> float:
    """The median of what is above 0; `otherwise` where there is nothing."""
    positive = [value for value in values if value > 0]
    return float(median(positive)) if positive else otherwise


@cache
def shipped() -> Model:
    """The model that comes with Huike, learned by `python -m benchmarks.train_risk`."""
    content: dict[str, Any] = read_yaml(files("crm_store.risk").joinpath("coefficients.yml"))
    return Model(
        constant=content["constant"],
        weights=tuple(float(content["weights"][name]) for name in NAMES),
        horizon=content["horizon"],
        horizon_pauses=content["horizon_pauses"],
    )
