"""When members bought, over all years: what their rhythm and their coming back are read from."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now
from crm_store.db import spanning
from crm_store.orders import Order
from crm_store.value.purchases import CURRENCY, bought


async def purchase_days(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, list[tuple[int, int]]]:
    """What each of the members bought over all years until `at`: the ordinal of each day of the shop with a purchase,
    rising, and what was spent on it in minor units of the shop's currency; an order in another one counts as a purchase
    and its money does not. Who never bought is not among them."""
    wanted = set(member_ids)
    query = (
        select(Order.member_id, Order.placed_at, Order.total_minor, Order.currency)
        .where(spanning(Order.member_id, sorted(wanted)), bought(), Order.placed_at <= (at or now()))
        .order_by(Order.member_id, Order.placed_at)
    )
    zone = business_zone()
    found: dict[int, dict[int, int]] = {}
    for member_id, placed_at, total_minor, currency in await session.execute(query):
        if member_id not in wanted:
            continue
        day = placed_at.astimezone(zone).toordinal()
        days = found.setdefault(member_id, {})
        days[day] = days.get(day, 0) + (total_minor if currency == CURRENCY else 0)
    return {member_id: list(days.items()) for member_id, days in found.items()}


async def bought_at(
    session: AsyncSession, member_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, list[datetime]]:
    """When each of the members bought after `since` and until `until`, the earliest first."""
    query = (
        select(Order.member_id, Order.placed_at)
        .where(Order.member_id.in_(member_ids), bought(), Order.placed_at > since, Order.placed_at <= until)
        .order_by(Order.placed_at)
    )
    found: dict[int, list[datetime]] = {}
    for member_id, placed_at in await session.execute(query):
        found.setdefault(member_id, []).append(placed_at)
    return found
