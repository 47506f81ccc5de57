"""What an order, a review or a birthday brings in points: the policy's rules, without a look at the ledger."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from crm_store.clock import business_zone
from crm_store.orders import Order
from crm_store.orders.rules import OVER
from crm_store.policy import policy
from crm_store.tiers import Tier

MINOR_PER_WHOLE = 100

Categories = Mapping[str, str]
"""The category of each product by its SKU."""


def review_points() -> int:
    """Points for reviewing an order."""
    return policy().points.review


def currency_earns(currency: str) -> bool:
    """Whether the policy has a rate for goods paid in that currency."""
    return bool(policy().points.currencies.get(currency))


def points_for(goods_minor: int | Fraction, tier: Tier, currency: str = "CNY") -> int:
    """Points for goods of that price (minor units of the currency, without shipping) at a level.

    The price counts in whole yuan, rounded down; a currency the policy does not name brings nothing.
    """
    rate = Fraction(str(policy().points.currencies.get(currency, 0)))
    return int(goods_minor * rate // MINOR_PER_WHOLE) * tier.earn_rate


def amount_to_earn(missing_points: int, tier: Tier) -> int:
    """The smallest order, in minor units, that brings `missing_points` at this level: 280 points as silver are ¥140."""
    return -(-missing_points // tier.earn_rate) * MINOR_PER_WHOLE


def counted_minor(
    order: Order,
    categories: Categories | None = None,
    *,
    kept: bool = True,
    without: Mapping[int, int] | None = None,
) -> Fraction:
    """The goods of an order as they count for points, in minor units: what was paid for them, without shipping, the
    order's discount shared by price, those of a category as many times as the policy says.

    `without`: as if so many pieces of these lines, by id, had come back as well. `kept`: without what came back; of an
    order that is over nothing counts. Pieces that came back and money that was paid back are mostly the same refund
    told twice: the larger of the two goes.
    """
    if kept and order.status in OVER:
        return Fraction(0)
    times = policy().points.categories
    whole = sum(line.price_minor * line.quantity for line in order.lines)
    if not whole:
        return Fraction(0)
    counted = still_here = Fraction(0)
    for line in order.lines:
        each = line.price_minor * Fraction(str(times.get((categories or {}).get(line.sku, ""), 1)))
        counted += each * line.quantity
        still_here += each * max(0, line.quantity - line.returned - (without or {}).get(line.id, 0))
    paid = max(0, order.total_minor - order.shipping_minor)
    if not kept:
        return counted * paid / whole
    return min(still_here * paid, counted * max(0, paid - order.refund_minor)) / whole


def birthday_of(born: date | None, ordered_at: datetime) -> int | None:
    """The year of the birthday on whose days (the policy's `points.birthday_days`) an order was placed; None on others.

    Born on 29 February: celebrated on the 28th in other years.
    """
    if born is None:
        return None
    day = ordered_at.astimezone(business_zone()).date()
    # The week of a birthday may begin in the year before it, or end in the year after.
    for year in (day.year - 1, day.year, day.year + 1):
        first, last = _days_of(_in_year(born, year))
        if first <= day <= last:
            return year
    return None


def _days_of(birthday: date) -> tuple[date, date]:
    match policy().points.birthday_days:
        case "week":
            monday = birthday - timedelta(days=birthday.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            following = (birthday.replace(day=1) + timedelta(days=31)).replace(day=1)
            return birthday.replace(day=1), following - timedelta(days=1)
        case _:
            return birthday, birthday


def _in_year(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return born.replace(year=year, day=28)
