"""The points of many orders at once, as their time comes: plain ones together, the others each by itself."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, clock, earning_rules, orders, points, referrals, tiers
from crm_store.accrual import Bought
from crm_store.errors import CrmError
from crm_store.members import Member, MemberStatus
from crm_store.numbering import canonical
from crm_store.orders import Order, OrderStatus
from crm_store.points import Gift, GiftOutcome, PointsAboveLimit
from crm_store.policy import policy

READY = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})
Plain = list[tuple[Order, Member]]


_OF_THE_ORDER = (CrmError, DataError, IntegrityError, ValueError, ArithmeticError)
"""What one order can be the reason of. All else (the database is away) concerns every order and ends the work."""


class OrdersNotSettled(CrmError):
    """Orders whose points could not be booked, each with the reason; all others were. They stay due."""

    code = "orders_not_settled"

    def __init__(self, apart: Mapping[str, str]) -> None:
        self.apart = dict(apart)
        named = ", ".join(f"{number} ({reason})" for number, reason in self.apart.items())
        super().__init__(f"the points of {len(self.apart)} orders could not be booked: {named}", orders=self.apart)


@dataclass
class Settled:
    """`done`: orders whose points are right now. `apart`: those, by id, whose points could not be booked, with their
    number and the reason."""

    done: int = 0
    apart: dict[int, tuple[str, str]] = field(default_factory=dict)


async def settle_due(
    session: AsyncSession, *, at: datetime | None = None, limit: int = 100, without: Collection[int] = ()
) -> Settled:
    """Complete delivered orders whose time has come and settle the points of all that are due. To be repeated, a
    transaction each, `without` those that were set apart, until there are none.

    Orders that only earn are done together, and where one of them fails each by itself, so that it holds up no other.
    One that takes back, thanks for a friend or follows another of the same member is done by itself: several accounts
    are only ever locked in the order of their ids.
    """
    at = at or clock.now()
    due = await orders.points_due(session, at=at, limit=limit, without=without)
    plain = await _plain(session, due)
    alone = [order.id for order, _ in sorted(plain, key=lambda each: each[1].id)] or [order.id for order in due[:1]]
    if plain and await _attempt(session, _earn_together(session, plain, at=at)) is None:
        return Settled(done=len(plain))
    settled = Settled()
    for order_id in alone:
        # Read anew: what failed together has left nothing behind that may still be used.
        order = await session.get_one(Order, order_id, populate_existing=True)
        number = order.number
        reason = await _attempt(session, accrual.settle_by_state(session, order, at=at))
        if reason is None:
            settled.done += 1
        else:
            settled.apart[order_id] = (number, reason)
    return settled


async def _attempt(session: AsyncSession, work: Awaitable[object]) -> str | None:
    """Do the work as a whole or not at all; why not, None where it was done."""
    try:
        async with session.begin_nested():
            await work
    except _OF_THE_ORDER as failure:
        return failure.code if isinstance(failure, CrmError) else type(failure).__name__
    return None


async def _plain(session: AsyncSession, due: Sequence[Order]) -> Plain:
    """Those that earn for the first time and need no look at anything else; one of each member."""
    ready = [order for order in due if order.status in READY]
    buyers = {order.member_id for order in ready}
    earned = await points.orders_earned(session, buyers, {order.number for order in ready})
    people = await session.scalars(select(Member).where(Member.id.in_(buyers)))
    members = {member.id: member for member in people if member.status in (MemberStatus.ACTIVE, MemberStatus.LEAVING)}
    friends = await referrals.waiting(session, members.keys())
    plain: dict[int, tuple[Order, Member]] = {}
    for order in ready:
        member = members.get(order.member_id)
        if member is None or member.id in friends or (member.id, canonical(order.number)) in earned:
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
    given = await points.earn_many(session, gifts)
    for gift, outcome in zip(gifts, given, strict=True):
        if outcome is GiftOutcome.ABOVE_LIMIT:
            raise PointsAboveLimit(gift.points, policy().points.most.at_once)
    await tiers.recompute_many(session, {gift.member_id for gift in gifts}, at=at)
