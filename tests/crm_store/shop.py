"""Short ways to put members, orders and parcels into a test database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders, parcels
from crm_store.members import Member
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.parcels import Parcel

_numbers = count(1)

SHOES = LineItem(
    sku="SHOE-42",
    names={"zh-Hans": "轻跑鞋", "zh-Hant": "輕跑鞋", "en": "Light running shoe"},
    price_minor=39_900,
    size="42",
    colour="blue",
)
TEA = LineItem(
    sku="TEA-1", names={"zh-Hans": "茶罐", "zh-Hant": "茶罐", "en": "Tea tin"}, price_minor=8_000, quantity=2
)


async def make_member(session: AsyncSession, *, tier: str = "bronze", language: str = "zh-Hans", **more: Any) -> Member:
    member = await members.create(session, given_name=f"测{next(_numbers)}", language=language, **more)
    member.tier_code = tier
    await session.flush()
    return member


async def make_order(
    session: AsyncSession,
    member: Member,
    *,
    status: OrderStatus = OrderStatus.PAID,
    items: Sequence[LineItem] = (SHOES,),
    placed_at: datetime | None = None,
    reached_at: datetime | None = None,
    **more: Any,
) -> Order:
    """An order that went through every step up to `status`; the steps after placing happened at `reached_at`."""
    placed_at = placed_at or clock.now()
    order = await orders.create(session, member_id=member.id, items=items, placed_at=placed_at, **more)
    steps = [OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED]
    for step in steps[: steps.index(status) + 1] if status in steps else []:
        order = await orders.advance(session, order, step, at=reached_at or placed_at)
    return order


async def make_parcel(session: AsyncSession, order: Order, *, promised_at: datetime | None = None) -> Parcel:
    return await parcels.create(
        session,
        number=f"SF{1_000_000_000 + next(_numbers)}",
        order_id=order.id,
        carrier="顺丰速运",
        promised_at=promised_at or clock.now() + timedelta(days=2),
    )
