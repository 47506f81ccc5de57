"""What a member is worth to the shop: spending of twelve months and a simple RFM. Money in minor units."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy
from crm_store.returns import ReturnRequest, ReturnStatus

YEAR = timedelta(days=365)
_NOT_BOUGHT = (OrderStatus.PLACED, OrderStatus.CANCELLED, OrderStatus.RETURNED)


@dataclass(frozen=True, kw_only=True)
class Value:
    """A member's buying. `spend_minor` and `orders` are of the last twelve months, less what was refunded; recency,
    frequency and monetary are 1 (lowest) to 5."""

    spend_minor: int
    orders: int
    last_order_at: datetime | None
    recency: int
    frequency: int
    monetary: int

    @property
    def rfm(self) -> str:
        """The three marks side by side, for example 545."""
        return f"{self.recency}{self.frequency}{self.monetary}"


async def of_member(session: AsyncSession, member_id: int, *, at: datetime | None = None) -> Value:
    """The member's value at `at`."""
    at = at or now()
    query = select(func.count(), func.max(Order.placed_at)).where(
        Order.member_id == member_id, _bought(), Order.placed_at <= at
    )
    recent = query.where(Order.placed_at > at - YEAR)
    orders = (await session.execute(recent)).one()[0]
    last_order_at = (await session.execute(query)).one()[1]
    spend = (await spend_by_member(session, [member_id], at=at))[member_id]
    days = (at - last_order_at).days if last_order_at is not None else None
    limits = policy().value
    return Value(
        spend_minor=spend,
        orders=orders,
        last_order_at=last_order_at,
        recency=1 if days is None else 5 - sum(days > limit.days for limit in limits.recency),
        frequency=1 + sum(orders >= least for least in limits.frequency),
        monetary=1 + sum(spend >= least for least in limits.monetary),
    )


async def spend_by_member(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, int]:
    """What each of the members spent in the twelve months before `at`, less refunds, in minor units; 0 for nothing."""
    at = at or now()
    bought = and_(Order.member_id.in_(member_ids), _bought(), Order.placed_at > at - YEAR, Order.placed_at <= at)
    spent = select(Order.member_id, func.sum(Order.total_minor)).where(bought).group_by(Order.member_id)
    back = (
        select(Order.member_id, func.sum(ReturnRequest.refund_minor))
        .join(Order, ReturnRequest.order_id == Order.id)
        .where(bought, ReturnRequest.status == ReturnStatus.REFUNDED)
        .group_by(Order.member_id)
    )
    totals = dict.fromkeys(member_ids, 0)
    for member_id, amount in await session.execute(spent):
        totals[member_id] += int(amount)
    for member_id, amount in await session.execute(back):
        totals[member_id] -= int(amount)
    return totals


async def purchases(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, list[tuple[int, int]]]:
    """What each of the members bought over all years until `at`: the ordinal of each day of the shop with a purchase,
    rising, and what was spent on it in minor units. Who never bought is not among them."""
    query = (
        select(Order.member_id, Order.placed_at, Order.total_minor)
        .where(Order.member_id.in_(member_ids), _bought(), Order.placed_at <= (at or now()))
        .order_by(Order.member_id, Order.placed_at)
    )
    zone = business_zone()
    found: dict[int, dict[int, int]] = {}
    for member_id, placed_at, total_minor in await session.execute(query):
        day = placed_at.astimezone(zone).toordinal()
        days = found.setdefault(member_id, {})
        days[day] = days.get(day, 0) + total_minor
    return {member_id: list(days.items()) for member_id, days in found.items()}


async def bought_at(
    session: AsyncSession, member_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, list[datetime]]:
    """When each of the members bought after `since` and until `until`, the earliest first."""
    query = (
        select(Order.member_id, Order.placed_at)
        .where(Order.member_id.in_(member_ids), _bought(), Order.placed_at > since, Order.placed_at <= until)
        .order_by(Order.placed_at)
    )
    found: dict[int, list[datetime]] = {}
    for member_id, placed_at in await session.execute(query):
        found.setdefault(member_id, []).append(placed_at)
    return found


def _bought() -> ColumnElement[bool]:
    return Order.status.not_in(_NOT_BOUGHT)
