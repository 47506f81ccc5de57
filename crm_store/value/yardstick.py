"""What members are measured by: the limits of the marks and the models of what may be expected, found in one run and
kept with it, so that a single member's page and the run judge alike."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import numpy as np

from crm_store.policy import policy
from crm_store.value import lifetime
from crm_store.value.lifetime import Column, Purchasing, Spending
from crm_store.value.models import Method
from crm_store.value.purchases import Everybody

QUINTILES = (0.2, 0.4, 0.6, 0.8)
FITTED_ON_AT_MOST = 20_000
"""Buyers, taken evenly from all: more of them change no digit that matters, and fitting stays within seconds."""
WEEK_SECONDS = 7 * 86_400
GOOD_FOR = timedelta(days=6, hours=12)
"""Models found from a whole shop's purchases do not change from night to night: they are fitted once a week."""
MINOR = 100
CURVE_POINTS = 20


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """`recency` in days, `frequency` in orders and `monetary` in minor units of a year: four limits each; who is above
    a limit gets one mark more (of recency: one less). `vital_from`: who spent as much in a year is one of the few;
    `horizon_days`: how far ahead is looked; `fitted_at`: when the models were last sought, in seconds since 1970."""

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    vital_from: float | None
    horizon_days: float
    purchasing: Purchasing | None = None
    spending: Spending | None = None
    fitted_at: float | None = None

    def models_are_good(self, at: datetime) -> bool:
        """Whether there are models, new enough to be used at `at`."""
        if self.method != Method.BG_NBD or self.fitted_at is None:
            return False
        return timedelta(0) <= at - datetime.fromtimestamp(self.fitted_at, UTC) < GOOD_FOR

    @property
    def method(self) -> Method:
        return Method.BG_NBD if self.purchasing is not None and self.spending is not None else Method.PAST_RATE

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """From what `plain` gave."""
        models = {
            "purchasing": Purchasing(**plain["purchasing"]) if plain["purchasing"] else None,
            "spending": Spending(**plain["spending"]) if plain["spending"] else None,
        }
        limits = {name: tuple(plain[name]) for name in ("recency", "frequency", "monetary")}
        return cls(**{**plain, **limits, **models})


@dataclass(frozen=True, kw_only=True)
class Marks:
    """For each member: marks 1 to 5, purchases and money to come within the horizon, and whether they are one of the
    few."""

    recency: Column
    frequency: Column
    monetary: Column
    expected_orders: Column
    lifetime: Column
    is_vital: Column


def of_policy() -> Yardstick:
    """The yardstick of a shop that has too few buyers to compare, or none valued yet: the policy's own limits, and the
    past that goes on."""
    limits = policy().value
    return Yardstick(
        recency=tuple(limit.days for limit in limits.recency),
        frequency=tuple(least - 1 for least in limits.frequency),
        monetary=tuple(least - 1 for least in limits.monetary),
        vital_from=None,
        horizon_days=limits.horizon.days,
    )


def of_shop(found: Everybody, before: Yardstick | None = None) -> Yardstick:
    """The yardstick of these members: quintiles of those who bought within a year, models fitted to all buyers, or
    those of the yardstick `before` while they are good; the policy's own where there are too few buyers."""
    rules, fixed = policy().value, of_policy()
    bought = found.orders > 0
    limits = {"recency": fixed.recency, "frequency": fixed.frequency, "monetary": fixed.monetary}
    if bought.sum() >= rules.quintiles_from:
        limits["recency"] = _quintiles(found.days_since_last[bought])
        limits["frequency"] = _quintiles(found.orders[bought])
        limits["monetary"] = _quintiles(found.spend[bought])
    if before is not None and before.models_are_good(found.at):
        purchasing, spending, fitted_at = before.purchasing, before.spending, before.fitted_at
    else:
        (purchasing, spending), fitted_at = _fitted(found), found.at.timestamp()
    return Yardstick(
        **limits,
        vital_from=_vital_from(found.spend),
        horizon_days=fixed.horizon_days,
        purchasing=purchasing,
        spending=spending,
        fitted_at=fitted_at,
    )


def measured(found: Everybody, by: Yardstick) -> Marks:
    """Members by a yardstick."""
    bought = found.purchases > 0
    recent = bought & (found.orders > 0)
    expected, value = _expected(found, by)
    vital = (found.spend >= by.vital_from) & (found.spend > 0) if by.vital_from is not None else np.zeros_like(bought)
    return Marks(
        recency=np.where(bought, 5 - _above(found.days_since_last, by.recency), 1.0),
        frequency=np.where(recent, 1 + _above(found.orders, by.frequency), 1.0),
        monetary=np.where(recent, 1 + _above(found.spend, by.monetary), 1.0),
        expected_orders=expected,
        lifetime=np.round(expected * value),
        is_vital=vital.astype(np.float64),
    )


def curve(spend: Column) -> list[list[float]]:
    """The 80/20 curve: [share of those who spent, share of what was spent], the biggest first; empty for no spend."""
    falling = np.sort(spend[spend > 0])[::-1]
    if not len(falling):
        return []
    shares = np.cumsum(falling) / falling.sum()
    points = [max(1, round(len(falling) * step / CURVE_POINTS)) for step in range(1, CURVE_POINTS + 1)]
    return [[0.0, 0.0], *([count / len(falling), float(shares[count - 1])] for count in sorted(set(points)))]


def _quintiles(values: Column) -> tuple[float, ...]:
    """Values that occur, so that equal members get equal marks."""
    return tuple(float(each) for each in np.quantile(values, QUINTILES, method="inverted_cdf"))


def _above(values: Column, limits: tuple[float, ...]) -> Column:
    """How many of the limits each value is above."""
    return np.searchsorted(np.array(limits), np.nan_to_num(values), side="left").astype(np.float64)


def _vital_from(spend: Column) -> float | None:
    """The spend of the last of the fewest members who together bring the policy's share of it all."""
    falling = np.sort(spend[spend > 0])[::-1]
    if not len(falling):
        return None
    enough = int(np.searchsorted(np.cumsum(falling), policy().value.vital_share * falling.sum() - 0.5))
    return float(falling[min(enough, len(falling) - 1)])


def _fitted(found: Everybody) -> tuple[Purchasing | None, Spending | None]:
    """Both models, or none when too few buyers came back for there to be anything to learn."""
    buyers = np.flatnonzero((found.own_purchases > 0) & (found.own_spend > 0))
    if (found.purchases[buyers] > 1).sum() < policy().value.fit_from:
        return None, None
    some = buyers[:: -(-len(buyers) // FITTED_ON_AT_MOST)]
    repeats, last, observed = _history(found)
    purchasing = lifetime.fit_purchasing(repeats[some], last[some], observed[some])
    own = found.own_purchases[some]
    return purchasing, lifetime.fit_spending(own, found.own_spend[some] / own / MINOR)


def _history(found: Everybody) -> tuple[Column, Column, Column]:
    """Repeat purchases, weeks from the first to the last, weeks since the first; 0 for who never bought."""
    repeats = np.maximum(found.purchases - 1, 0)
    last = np.nan_to_num((found.last_at - found.first_at) / WEEK_SECONDS)
    observed = np.nan_to_num((found.at.timestamp() - found.first_at) / WEEK_SECONDS)
    return repeats, last, np.maximum(observed, last)


def _expected(found: Everybody, by: Yardstick) -> tuple[Column, Column]:
    """Purchases within the horizon, and what one is worth in minor units; nothing for who never bought or spent."""
    repeats, last, observed = _history(found)
    weeks = by.horizon_days / 7
    own = np.maximum(found.own_purchases, 1)
    mean = np.maximum(found.own_spend / own, 0.0)
    if by.purchasing is None or by.spending is None:
        least = policy().value.past_rate_over.days / 7
        orders = lifetime.past_rate(repeats, observed, weeks, least_weeks=least)
        return np.where(found.purchases > 0, orders, 0.0), mean
    orders = lifetime.expected_purchases(by.purchasing, repeats, last, observed, weeks)
    worth = lifetime.expected_value(by.spending, own, mean / MINOR) * MINOR
    return np.where(found.purchases > 0, orders, 0.0), np.where(mean > 0, worth, 0.0)
