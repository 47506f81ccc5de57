"""The points of many orders at once, as their time comes: plain ones together, the others each by itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, clock, earning_rules, orders, points, referrals, tiers
from crm_store.accrual import Bought
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.points import Gift
from crm_store.policy import policy

READY = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})
Plain = list[tuple[Order, Member]]


async def settle_due(session: AsyncSession, *, at: datetime | None = None, limit: int = 100) -> int:
    """Complete delivered orders whose time has come and settle the points of all that are due; how many orders were
    done. To be repeated, a transaction each, until there are none.

    Orders that only earn are done together. One that takes back, thanks for a friend or follows another of the same
    member is done by itself: several accounts are only ever locked in the order of their ids.
    """
    at = at or clock.now()
    due = await orders.points_due(session, at=at, limit=limit)
    plain = await _plain(session, due)
    if plain:
        await _earn_together(session, plain, at=at)
        return len(plain)
    for order in due[:1]:
        await accrual.settle_by_state(session, order, at=at)
    return len(due[:1])


async def _plain(session: AsyncSession, due: Sequence[Order]) -> Plain:
    """Those that earn for the first time and need no look at anything else; one of each member."""
    ready = [order for order in due if order.status in READY]
    earned = {(member_id, number) for member_id, number, _ in await points.orders_earned(session, _numbers(ready))}
    people = await session.scalars(select(Member).where(Member.id.in_({order.member_id for order in ready})))
    members = {member.id: member for member in people if member.status in (MemberStatus.ACTIVE, MemberStatus.LEAVING)}
    friends = await referrals.waiting(session, members.keys())
    plain: dict[int, tuple[Order, Member]] = {}
    for order in ready:
        member = members.get(order.member_id)
        if member is None or member.id in friends or (member.id, order.number) in earned:
            continue
        if policy().points.birthday_once and earning_rules.birthday_of(member.birthday, order.placed_at) is not None:
            continue
        plain.setdefault(member.id, (order, member))
    return list(plain.values())


async def _earn_together(session: AsyncSession, plain: Plain, *, at: datetime) -> None:
    await orders.complete_many(session, [order for order, _ in plain], at=at)
    levels = {tier.code: tier for tier in await tiers.all_tiers(session)}
    categories = await accrual.categories_of(session, [order for order, _ in plain])
    gifts: list[Gift] = []
    for order, member in plain:
        bought = Bought(
            order_number=order.number,
            counted_minor=earning_rules.counted_minor(order, categories),
            currency=order.currency,
            ordered_at=order.placed_at,
        )
        year = earning_rules.birthday_of(member.birthday, order.placed_at)
        key = f"order:{order.number}"
        gifts += accrual.gifts_for(member, levels[member.tier_code], bought, key=key, at=at, birthday=year)
    await points.earn_many(session, gifts)
    await tiers.recompute_many(session, {gift.member_id for gift in gifts}, at=at)


def _numbers(found: Sequence[Order]) -> list[str]:
    return [order.number for order in found]
