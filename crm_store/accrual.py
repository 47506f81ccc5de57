"""What members get points for: the policy's earning rules, on top of the ledger; each brings the level up to date.

An order's points follow its state. Once it is complete it earns, whichever way that became known, and once only; when
goods come back, or it is over after all, the part of them is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, earning_rules, members, orders, points, referrals, tiers
from crm_store.earning_rules import Categories, review_points
from crm_store.errors import CrmError
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.orders.rules import OVER
from crm_store.points import EarnReason, Entry, Gift
from crm_store.points.movement import lock_account
from crm_store.policy import policy
from crm_store.products import Product
from crm_store.tiers import Tier


class CurrencyEarnsNothing(CrmError):
    """The shop's policy has no rate for the currency."""

    code = "currency_earns_nothing"

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(f"nothing is earned in {currency}", currency=currency)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """What an order's points are for. `counted_minor`: see `earning_rules.counted_minor`."""

    order_number: str
    counted_minor: Fraction
    currency: str
    ordered_at: datetime


def gifts_for(
    member: Member, tier: Tier, bought: Bought, *, key: str, at: datetime, birthday: int | None
) -> list[Gift]:
    """What an order brings at a level: its points, and those more of the birthday of that year; nothing for less than
    one whole unit. The birthday's share does not count towards the level."""
    amount = earning_rules.points_for(bought.counted_minor, tier, bought.currency)
    if not amount:
        return []
    counted = int(bought.counted_minor)
    number = bought.order_number
    own: dict[str, Any] = {"counted_minor": counted, "rate": tier.earn_rate, "tier": tier.code}
    gifts = [
        Gift(
            member_id=member.id,
            points=amount,
            reason=EarnReason.PURCHASE,
            key=key,
            reference=number,
            at=at,
            details=own,
        )
    ]
    more = amount * (policy().points.birthday_times - 1)
    if more and birthday is not None:
        own = {"counted_minor": counted, "birthday": birthday}
        gifts.append(
            Gift(
                member_id=member.id, points=more, reason=EarnReason.BIRTHDAY, key=f"{key}:birthday", reference=number,
                at=at, qualifies=False, details=own,
            )
        )  # fmt: skip
    return gifts


async def settle(
    session: AsyncSession, order: Order, *, at: datetime | None = None, for_return: str | None = None
) -> list[Entry]:
    """Bring the points of an order to what its state says; returns the entries written, none when they are right.

    A complete order whose points are due earns. One that has earned gives back the share of the pieces that came back,
    or all when it is over; what was spent meanwhile is owed. `for_return`: the number of the return that is the reason.
    Safe to repeat.
    """
    at = at or clock.now()
    order = await orders.locked(session, order)
    member = await members.get(session, order.member_id)
    await lock_account(session, member.id)
    earned = await points.order_earnings(session, member.id, order.number)
    if earned:
        written = await _take_back(session, order, earned, at=at, for_return=for_return)
    elif order.status == OrderStatus.COMPLETED and order.points_due_at is not None and order.points_due_at <= at:
        written = await _earn_for(session, member, order, at=at)
    elif order.status in OVER:
        written = []
    else:
        return []
    if order.status in OVER:
        written += await referrals.take_back(session, order.number, at=at)
    order.points_due_at = None
    await session.flush()
    if written:
        await tiers.recompute_many(session, {entry.member_id for entry in written}, at=at)
    return written


async def settle_by_state(session: AsyncSession, order: Order, *, at: datetime) -> list[Entry]:
    """`settle` an order whose points are due, which completes a delivered one; nothing is due of it afterwards."""
    if order.status == OrderStatus.DELIVERED:
        await orders.advance(session, order, OrderStatus.COMPLETED, at=order.points_due_at)
    written = await settle(session, order, at=at)
    order.points_due_at = None
    await session.flush()
    return written


async def complete(session: AsyncSession, order: Order, *, at: datetime | None = None) -> list[Entry]:
    """The shop says that an order is complete: it earns now. Returns what it has earned, also before.

    Raises CurrencyEarnsNothing, OrderStepRefused.
    """
    at = at or clock.now()
    if not earning_rules.currency_earns(order.currency):
        raise CurrencyEarnsNothing(order.currency)
    order = await orders.advance(session, order, OrderStatus.COMPLETED, at=at)
    if not await points.order_earnings(session, order.member_id, order.number):
        order.points_due_at = at
        await settle(session, order, at=at)
    return await points.order_earnings(session, order.member_id, order.number)


async def earn_for_purchase(
    session: AsyncSession,
    member: Member,
    *,
    total_minor: int,
    order_number: str,
    key: str,
    currency: str = "CNY",
    at: datetime | None = None,
    ordered_at: datetime | None = None,
) -> list[Entry]:
    """Points for an order that is not known here, at the member's level, and more for one of the birthday; none for
    less than one whole unit, and none when the order has earned before, in whatever way.

    `total_minor`: the goods, without shipping. `at`: when it was completed, which is when the points come.
    `ordered_at`: when it was placed, which decides whether it is one of the birthday; where that is not known, `at`
    does. Raises KeyReused, CurrencyEarnsNothing.
    """
    at = at or clock.now()
    if not earning_rules.currency_earns(currency):
        raise CurrencyEarnsNothing(currency)
    await lock_account(session, member.id)
    earned = await points.order_earnings(session, member.id, order_number)
    if earned:
        return earned
    bought = Bought(
        order_number=order_number,
        counted_minor=Fraction(total_minor),
        currency=currency,
        ordered_at=ordered_at or at,
    )
    written = await _earn(session, member, bought, key=key, at=at)
    await tiers.recompute(session, member, at=at)
    return written


async def earn_for_review(
    session: AsyncSession, member: Member, *, order_number: str, at: datetime | None = None
) -> Entry:
    """Points for reviewing an order, once per order."""
    return await _earn_once(
        session, member, f"review:{order_number}", review_points(), EarnReason.REVIEW, reference=order_number, at=at
    )


async def earn_for_survey(
    session: AsyncSession, member: Member, *, key: str, at: datetime | None = None
) -> Entry | None:
    """Points for answering a survey, once per `key`; None where the policy gives none."""
    amount = policy().points.survey
    if not amount or member.status != MemberStatus.ACTIVE:
        return None
    return await _earn_once(session, member, f"survey:{key}", amount, EarnReason.SURVEY, at=at)


async def _earn_once(
    session: AsyncSession,
    member: Member,
    key: str,
    amount: int,
    reason: EarnReason,
    *,
    reference: str | None = None,
    at: datetime | None = None,
) -> Entry:
    first = await points.entry_by_key(session, key)
    # A repeat must ask for the same points again even if the policy has changed since.
    amount = first.points if first else amount
    entry = await points.earn(session, member.id, points=amount, reason=reason, key=key, reference=reference, at=at)
    await tiers.recompute(session, member, at=at)
    return entry


async def _earn_for(session: AsyncSession, member: Member, order: Order, *, at: datetime) -> list[Entry]:
    if member.status in (MemberStatus.LEFT, MemberStatus.ERASED):
        return []
    counted = earning_rules.counted_minor(order, await categories_of(session, [order]))
    bought = Bought(
        order_number=order.number, counted_minor=counted, currency=order.currency, ordered_at=order.placed_at
    )
    written = await _earn(session, member, bought, key=f"order:{order.number}", at=at)
    return [*written, *await referrals.reward(session, member, order_number=order.number, at=at)]


async def _earn(session: AsyncSession, member: Member, bought: Bought, *, key: str, at: datetime) -> list[Entry]:
    key = (await points.keys_after_undoing(session, [key]))[key]
    if await points.entry_by_key(session, key) is not None:
        # It was taken back whole by hand: what somebody decided stays.
        return []
    tier = await tiers.get(session, member.tier_code)
    year = earning_rules.birthday_of(member.birthday, bought.ordered_at)
    if year is not None and await _birthday_used(session, member, year):
        year = None
    return [
        await points.earn(
            session, gift.member_id, points=gift.points, reason=gift.reason, key=gift.key, reference=gift.reference,
            at=gift.at, qualifies=gift.qualifies, details=dict(gift.details),
        )
        for gift in gifts_for(member, tier, bought, key=key, at=at, birthday=year)
    ]  # fmt: skip


async def _birthday_used(session: AsyncSession, member: Member, year: int) -> bool:
    """Whether an order has earned more for that birthday already, where the policy allows one."""
    if not policy().points.birthday_once:
        return False
    reversed_ids = select(Entry.reverses_id).where(Entry.member_id == member.id, Entry.reverses_id.is_not(None))
    before = await session.scalars(
        select(Entry).where(
            Entry.member_id == member.id, Entry.reason == EarnReason.BIRTHDAY, Entry.id.not_in(reversed_ids)
        )
    )
    return any(entry.details.get("birthday") == year for entry in before)


async def _take_back(
    session: AsyncSession, order: Order, earned: list[Entry], *, at: datetime, for_return: str | None
) -> list[Entry]:
    if order.status not in OVER and not order.refund_minor and not any(line.returned for line in order.lines):
        return []
    categories = await categories_of(session, [order])
    kept = earning_rules.counted_minor(order, categories)
    whole = earning_rules.counted_minor(order, categories, kept=False)
    reason = "order_cancelled" if order.status == OrderStatus.CANCELLED else "return"
    written = []
    for entry in earned:
        then = entry.details.get("counted_minor") or whole
        stays = int(entry.points * min(Fraction(1), kept / then)) if then else 0
        excess = entry.points - await points.taken_from(session, entry) - stays
        if excess > 0:
            written.append(
                await points.take_back(
                    session, entry, points=excess, reason=reason, key=f"order:{order.number}:back:{entry.id}:{stays}",
                    at=at, details={"return": for_return} if for_return else None,
                )
            )  # fmt: skip
    return written


@dataclass(frozen=True)
class PointsLess:
    """What a return costs in points. `credited`: they are on the account already and are taken back; else they have not
    come yet, and so many fewer do."""

    points: int
    credited: bool


async def less_without(session: AsyncSession, member: Member, order: Order, pieces: Mapping[int, int]) -> PointsLess:
    """What the order would bring less in points if so many pieces of its lines, by id, came back."""
    categories = await categories_of(session, [order])
    now_kept = earning_rules.counted_minor(order, categories)
    then_kept = earning_rules.counted_minor(order, categories, without=pieces)
    earned = await points.order_earnings(session, order.member_id, order.number)
    if not earned:
        if order.status in OVER or not earning_rules.currency_earns(order.currency):
            return PointsLess(0, credited=False)
        tier = await tiers.get(session, member.tier_code)
        before, after = (earning_rules.points_for(kept, tier, order.currency) for kept in (now_kept, then_kept))
        return PointsLess(before - after, credited=False)
    whole = earning_rules.counted_minor(order, categories, kept=False)
    lost = 0
    for entry in earned:
        base = entry.details.get("counted_minor") or whole
        if base:
            stays, stayed = (int(entry.points * min(Fraction(1), kept / base)) for kept in (then_kept, now_kept))
            lost += stayed - stays
    return PointsLess(lost, credited=True)


async def categories_of(session: AsyncSession, found: Sequence[Order]) -> Categories:
    """The categories of the orders' goods; nothing is looked up where the policy makes no difference between them."""
    if not policy().points.categories:
        return {}
    skus = {line.sku for order in found for line in order.lines}
    rows = await session.execute(select(Product.sku, Product.category).where(Product.sku.in_(skus)))
    return dict(rows.all())
