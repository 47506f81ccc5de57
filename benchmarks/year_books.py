"""Whether a shop's books agree: what must hold of points, levels, orders and rewards at any time, over all members."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, tiers
from crm_store.complaints import Complaint
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.points import Account, Allocation, EarnReason, Entry, EntryKind, Lot
from crm_store.rewards import Reward

AT_A_TIME = 500
SHOWN = 5


async def problems(session: AsyncSession) -> list[str]:
    """In words; empty when everything agrees."""
    wrong = [each async for each in _sums(session)]
    wrong += [each async for each in _single_rows(session)]
    wrong += await _orders(session)
    wrong += await _levels(session)
    return wrong


async def _by_id(session: AsyncSession, rows: Select[Any]) -> dict[int, int]:
    return {key: int(value or 0) for key, value in (await session.execute(rows)).all() if value}


async def _sums(session: AsyncSession) -> AsyncIterator[str]:
    """The account, its entries and its lots; what is owed and what was left owing; each lot and entry and its parts."""
    per_member = select(Entry.member_id, func.sum(Entry.points)).group_by(Entry.member_id)
    balances = await _by_id(session, select(Account.member_id, Account.balance))
    pairs = [
        ("the balance is not the sum of its entries", balances, await _by_id(session, per_member)),
        (
            "the balance is not what its lots hold",
            balances,
            await _by_id(session, select(Lot.member_id, func.sum(Lot.remaining)).group_by(Lot.member_id)),
        ),
        (
            "a lot is not the sum of its parts",
            await _by_id(session, select(Lot.id, Lot.remaining)),
            await _by_id(session, select(Allocation.lot_id, func.sum(Allocation.points)).group_by(Allocation.lot_id)),
        ),
        (
            "an entry is not the sum of its parts",
            await _by_id(session, select(Entry.id, Entry.points)),
            await _by_id(
                session, select(Allocation.entry_id, func.sum(Allocation.points)).group_by(Allocation.entry_id)
            ),
        ),
    ]
    owing = await _by_id(session, select(Entry.member_id, func.sum(Entry.owed)).group_by(Entry.member_id))
    repaid = await _by_id(session, per_member.where(Entry.kind == EntryKind.REPAY))
    owed = {key: amount + repaid.get(key, 0) for key, amount in owing.items()}
    pairs.append(
        (
            "what is owed is not what was left owing",
            await _by_id(session, select(Account.member_id, Account.owed)),
            {key: amount for key, amount in owed.items() if amount},
        )
    )
    for name, one, other in pairs:
        for told in _different(name, one, other):
            yield told


def _different(name: str, one: dict[int, int], other: dict[int, int]) -> Iterator[str]:
    keys = [key for key in one.keys() | other.keys() if one.get(key, 0) != other.get(key, 0)]
    if keys:
        yield f"{name}: {len(keys)} times, as {sorted(keys)[:SHOWN]}"


async def _single_rows(session: AsyncSession) -> AsyncIterator[str]:
    """Rows that must not be."""
    spent_late = (
        select(func.count())
        .select_from(Allocation)
        .join(Entry, Entry.id == Allocation.entry_id)
        .join(Lot, Lot.id == Allocation.lot_id)
        .where(Allocation.points < 0, Entry.kind != EntryKind.EXPIRE, Entry.at > Lot.expires_at)
    )
    rows = {
        "points were spent after their last day": spent_late,
        "points are past their day and not expired": select(func.count())
        .select_from(Lot)
        .where(Lot.remaining > 0, Lot.expires_at < clock.now()),
        "somebody owes points and has some": select(func.count())
        .select_from(Account)
        .where(Account.owed > 0, Account.balance > 0),
        "a reward was given that was not there": select(func.count()).select_from(Reward).where(Reward.stock < 0),
        "an order's points are due and not settled": select(func.count())
        .select_from(Order)
        .where(Order.points_due_at <= clock.now()),
        "a complaint is late and nobody knows": select(func.count())
        .select_from(Complaint)
        .where(Complaint.due_at < clock.now(), Complaint.breached_at.is_(None), Complaint.replied_at.is_(None)),
    }
    for name, row in rows.items():
        if found := await session.scalar(row):
            yield f"{name}: {found} times"


async def _orders(session: AsyncSession) -> list[str]:
    """Each order has brought what its goods bring at the level it was booked at, once, less what came back."""
    earned: dict[str, list[Entry]] = defaultdict(list)
    rows = select(Entry).where(Entry.kind == EntryKind.EARN, Entry.reason == EarnReason.PURCHASE)
    for entry in await session.scalars(rows):
        earned[str(entry.reference)].append(entry)
    taken = await _by_id(
        session,
        select(Entry.takes_from_id, func.sum(Entry.owed - Entry.points))
        .where(Entry.takes_from_id.is_not(None))
        .group_by(Entry.takes_from_id),
    )
    wrong = []
    for order in await session.scalars(select(Order)):
        entries = earned.pop(order.number, [])
        goods = sum(line.price_minor * line.quantity for line in order.lines)
        kept = sum(line.price_minor * (line.quantity - line.returned) for line in order.lines)
        if order.status != OrderStatus.COMPLETED:
            kept = 0
        if len(entries) > 1:
            wrong.append(f"order {order.number} has earned {len(entries)} times")
        elif not entries:
            if kept >= 100 and order.points_due_at is None:
                wrong.append(f"order {order.number} is complete and has brought nothing")
        else:
            (entry,) = entries
            then = int(entry.details["counted_minor"])
            stays = entry.points - taken.get(entry.id, 0)
            if entry.points != then // 100 * entry.details["rate"] or stays != entry.points * kept // then:
                wrong.append(f"order {order.number} of {goods} keeps {stays} of {entry.points} points for {kept}")
    wrong += [f"order {number} earned and is not known" for number in earned]
    return wrong[:SHOWN]


async def _levels(session: AsyncSession) -> list[str]:
    """Looking at everybody again moves nobody."""
    ids = (await session.scalars(select(Member.id).order_by(Member.id))).all()
    moved = []
    for start in range(0, len(ids), AT_A_TIME):
        moved += await tiers.recompute_many(session, ids[start : start + AT_A_TIME])
    return [f"member {each.member_id} is {each.from_tier} and should be {each.to_tier}" for each in moved[:SHOWN]]
