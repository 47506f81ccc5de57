"""Rewards, levels, points and orders for the tests of actions on points and membership."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, orders, points, tiers
from crm_store.db import Database
from crm_store.members import Member
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.rewards import Reward, RewardKind

REWARDS = (
    ("pour_over_set", RewardKind.GIFT, 1500, "手冲咖啡套装", "手沖咖啡組", "pour-over coffee set", 0, 0),
    ("voucher_50", RewardKind.COUPON, 1000, "50 元优惠券", "50 元優惠券", "¥50 voucher", 50_00, 99_00),
    ("tea_tin", RewardKind.GIFT, 800, "茶叶罐", "茶葉罐", "tea tin", 0, 0),
    ("voucher_20", RewardKind.COUPON, 450, "20 元优惠券", "20 元優惠券", "¥20 voucher", 20_00, 0),
)


async def stock(database: Database) -> None:
    """The levels and four rewards."""
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        for position, (code, kind, cost, hans, hant, english, value, minimum) in enumerate(REWARDS):
            session.add(
                Reward(
                    code=code,
                    kind=kind,
                    cost=cost,
                    names={"zh-Hans": hans, "zh-Hant": hant, "en": english},
                    value_minor=value,
                    min_spend_minor=minimum,
                    stock=5 if kind == RewardKind.GIFT else None,
                    position=position,
                )
            )


async def give(database: Database, member: Member, amount: int, **more: Any) -> None:
    """Points for the member, by default for a purchase now."""
    async with database.transaction() as session:
        key = more.pop("key", f"give:{member.id}:{amount}:{more.get('at')}")
        await points.earn(session, member.id, points=amount, key=key, **{"reason": "purchase", **more})


async def has(database: Database, member: Member) -> int:
    async with database.reading() as session:
        return await points.balance(session, member.id)


async def order(
    session: AsyncSession,
    member: Member,
    *,
    total_minor: int = 210_00,
    placed_at: datetime | None = None,
    delivered_at: datetime | None = None,
) -> Order:
    """An order of a pair of shoes, delivered when a time is given."""
    made = await orders.create(
        session,
        member_id=member.id,
        items=[LineItem(sku="RUN-42", names={"zh-Hans": "轻跑鞋", "en": "Light runner"}, price_minor=total_minor)],
        placed_at=placed_at or clock.now() - timedelta(days=10),
    )
    if delivered_at is not None:
        made.status, made.delivered_at = OrderStatus.DELIVERED, delivered_at
        await session.flush()
    return made
