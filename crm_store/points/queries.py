"""Reading the ledger: what a member has, how it came about, what ends when, and whether the sums agree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from crm_store import clock
from crm_store.numbering import canonical
from crm_store.points.models import IMPORT_UNDONE, Account, Allocation, EarnReason, Entry, EntryKind, Lot


@dataclass(frozen=True)
class ExpiringLot:
    """`points` of the lot made by `entry` end with the calendar day `day` (at the shop)."""

    day: date
    points: int
    entry: Entry


@dataclass(frozen=True)
class Reduction:
    """An entry that made the balance smaller, and the entry whose points it took: of the lot that expired, or of what
    was reversed. Points spent come from several lots, so there `origin` is empty."""

    entry: Entry
    origin: Entry | None


@dataclass(frozen=True)
class Verification:
    """The sums that must agree: the three of the points there are, the two of those owed; and the ids of lots and
    entries whose allocations do not add up."""

    balance: int
    ledger: int
    lots: int
    owed: int
    owed_by_ledger: int
    wrong_lots: tuple[int, ...]
    wrong_entries: tuple[int, ...]

    @property
    def agrees(self) -> bool:
        sums_agree = self.balance == self.ledger == self.lots and self.owed == self.owed_by_ledger
        return sums_agree and not self.wrong_lots and not self.wrong_entries


async def balance(session: AsyncSession, member_id: int, *, at: datetime | None = None) -> int:
    """Whole points the member can spend now: the account's balance less lots past their date but not yet swept."""
    return (await balance_and_owed(session, member_id, at=at))[0]


async def balance_and_owed(session: AsyncSession, member_id: int, *, at: datetime | None = None) -> tuple[int, int]:
    """`balance` and `owed`, in the statements of one."""
    at = at or clock.now()
    account = await session.execute(select(Account.balance, Account.owed).where(Account.member_id == member_id))
    held, owes = account.one_or_none() or (0, 0)
    past = await session.scalar(select(func.sum(Lot.remaining)).where(Lot.member_id == member_id, Lot.expires_at < at))
    return held - (past or 0), owes


async def owed(session: AsyncSession, member_id: int) -> int:
    """Points that were taken back after they had been spent: the next ones pay them off."""
    return await session.scalar(select(Account.owed).where(Account.member_id == member_id)) or 0


async def taken_from(session: AsyncSession, earned: Entry) -> int:
    """How many points of an earning were taken back in parts, what is still owed of them included."""
    parts = select(func.sum(Entry.owed - Entry.points)).where(Entry.takes_from_id == earned.id)
    return int(await session.scalar(parts) or 0)


async def order_earnings(session: AsyncSession, member_id: int, order_number: str) -> list[Entry]:
    """What an order brought and still stands, whichever way it was told; oldest first. A review is none of it."""
    earned = await standing_earnings(session, member_id, order_number)
    return [entry for entry in earned if entry.reason in (EarnReason.PURCHASE, EarnReason.BIRTHDAY)]


async def standing_earnings(session: AsyncSession, member_id: int, reference: str) -> list[Entry]:
    """Points given under a reference, in whatever form it was written, for whatever reason, that were not taken back;
    oldest first."""
    reversed_ids = select(Entry.reverses_id).where(Entry.member_id == member_id, Entry.reverses_id.is_not(None))
    mine = (Entry.member_id == member_id, Entry.kind == EntryKind.EARN, Entry.reference.is_not(None))
    named = await session.execute(select(Entry.id, Entry.reference).where(*mine))
    wanted = canonical(reference)
    same = [entry_id for entry_id, said in named if canonical(str(said)) == wanted]
    if not same:
        return []
    rows = select(Entry).where(Entry.id.in_(same), Entry.id.not_in(reversed_ids))
    return list((await session.scalars(rows.order_by(Entry.id))).all())


async def earned_naming(
    session: AsyncSession, member_ids: Collection[int], references: Collection[str]
) -> list[tuple[int, str, str, str]]:
    """Member, reference in its one form, reason and key of all points that these members were given under these
    references, taken back or not."""
    if not references or not member_ids:
        return []
    forms = {canonical(reference) for reference in references}
    rows = select(Entry.member_id, Entry.reference, Entry.reason, Entry.key).where(
        Entry.member_id.in_(member_ids),
        Entry.kind == EntryKind.EARN,
        or_(Entry.reference.in_(references), func.upper(Entry.reference).in_(forms)),
    )
    found = await session.execute(rows)
    named = [(member_id, canonical(str(said)), reason, key) for member_id, said, reason, key in found]
    return [each for each in named if each[1] in forms]


async def orders_earned(
    session: AsyncSession, member_ids: Collection[int], numbers: Collection[str]
) -> set[tuple[int, str]]:
    """Which of the orders have brought points to which of the members, taken back or not; by member, and number in its
    one form."""
    ways = (EarnReason.PURCHASE, EarnReason.BIRTHDAY)
    named = await earned_naming(session, member_ids, numbers)
    return {(member_id, number) for member_id, number, reason, _ in named if reason in ways}


async def history(session: AsyncSession, member_id: int, *, limit: int = 20, offset: int = 0) -> list[Entry]:
    """The member's entries, newest first."""
    entries = select(Entry).where(Entry.member_id == member_id).order_by(Entry.at.desc(), Entry.id.desc())
    return list((await session.scalars(entries.limit(limit).offset(offset))).all())


async def entry_by_key(session: AsyncSession, key: str) -> Entry | None:
    """The entry written under an idempotency key."""
    return await session.scalar(select(Entry).where(Entry.key == key))


async def keys_after_undoing(session: AsyncSession, keys: Collection[str]) -> dict[str, str]:
    """For each key the one under which its movement is booked now: the same, unless the import that brought it was
    undone, which used it up."""
    usable = {key: key for key in keys}
    while True:
        original, reversal = aliased(Entry), aliased(Entry)
        rows = select(original.key, reversal.id).join(reversal, reversal.reverses_id == original.id)
        undone = rows.where(original.key.in_(usable.values()), reversal.reason == IMPORT_UNDONE)
        used: dict[str, int] = dict((await session.execute(undone)).all())
        if not used:
            return usable
        usable = {key: f"{own}:{used[own]}" if own in used else own for key, own in usable.items()}


async def entries_for(session: AsyncSession, member_id: int, reference: str) -> list[Entry]:
    """The member's entries for one reference, for example an order number, oldest first."""
    entries = select(Entry).where(Entry.member_id == member_id, Entry.reference == reference).order_by(Entry.id)
    return list((await session.scalars(entries)).all())


async def expiring(session: AsyncSession, member_id: int, *, within: timedelta) -> list[tuple[date, int]]:
    """Points that end within the next `within`, summed by calendar day at the shop, soonest first."""
    sums: dict[date, int] = {}
    for lot in await expiring_lots(session, member_id, within=within):
        sums[lot.day] = sums.get(lot.day, 0) + lot.points
    return sorted(sums.items())


async def expiring_lots(session: AsyncSession, member_id: int, *, within: timedelta | None = None) -> list[ExpiringLot]:
    """The same in detail, with the entry each lot came from: the answer to "where did those come from?". Without
    `within` every lot that holds something."""
    start = clock.now()
    rows = (
        select(Lot, Entry)
        .join(Entry, Entry.id == Lot.entry_id)
        .where(
            Lot.member_id == member_id,
            Lot.remaining > 0,
            Lot.expires_at >= start,
        )
        .order_by(Lot.expires_at, Lot.id)
    )
    if within is not None:
        rows = rows.where(Lot.expires_at <= start + within)
    return [
        ExpiringLot(lot.expires_at.astimezone(clock.business_zone()).date(), lot.remaining, entry)
        for lot, entry in (await session.execute(rows)).all()
    ]


async def reductions(session: AsyncSession, member_id: int, *, since: datetime, limit: int = 50) -> list[Reduction]:
    """Every entry after `since` that took points or left them owing, newest first, each with where those points had
    come from: the answer to "why do I have fewer?"."""
    rows = (
        select(Entry)
        .where(Entry.member_id == member_id, or_(Entry.points < 0, Entry.owed > 0), Entry.at > since)
        .order_by(Entry.at.desc(), Entry.id.desc())
    )
    return await explained(session, (await session.scalars(rows.limit(limit))).all())


async def explained(session: AsyncSession, taken: Sequence[Entry]) -> list[Reduction]:
    """Each entry with the one whose points it took; those that took none stand alone."""
    expired = [entry.id for entry in taken if entry.kind == EntryKind.EXPIRE]
    origins: dict[int, int] = {}
    if expired:
        lots = (select(Allocation.entry_id, Lot.entry_id).join(Lot, Lot.id == Allocation.lot_id)).where(
            Allocation.entry_id.in_(expired)
        )
        origins |= dict((await session.execute(lots)).all())
    origins |= {entry.id: entry.reverses_id for entry in taken if entry.reverses_id is not None}
    origins |= {entry.id: entry.takes_from_id for entry in taken if entry.takes_from_id is not None}
    by_id: dict[int, Entry] = {}
    if origins:
        found = await session.scalars(select(Entry).where(Entry.id.in_(set(origins.values()))))
        by_id = {entry.id: entry for entry in found}
    return [Reduction(entry, by_id.get(origins.get(entry.id, 0))) for entry in taken]


async def qualifying_entries(
    session: AsyncSession, member_id: int, *, since: datetime, until: datetime
) -> list[tuple[datetime, int]]:
    """Moment and points of each earning that counts towards the level, oldest first. What was taken back in part counts
    as the rest; what was reversed is left out."""
    found = await qualifying_of_many(session, [member_id], since=since, until=until)
    return found.get(member_id, [])


async def qualifying_of_many(
    session: AsyncSession, member_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, list[tuple[datetime, int]]]:
    """`qualifying_entries` of many members at once, by member; members without any are left out."""
    parts = _parts_taken(member_ids)
    reversed_ids = select(Entry.reverses_id).where(Entry.member_id.in_(member_ids), Entry.reverses_id.is_not(None))
    rows = (
        select(Entry.member_id, Entry.at, Entry.points - func.coalesce(parts.c.points, 0))
        .outerjoin(parts, parts.c.entry_id == Entry.id)
        .where(
            Entry.member_id.in_(member_ids),
            Entry.kind == EntryKind.EARN,
            Entry.qualifies,
            Entry.at > since,
            Entry.at <= until,
            Entry.id.not_in(reversed_ids),
        )
        .order_by(Entry.at)
    )
    found: dict[int, list[tuple[datetime, int]]] = {}
    for member_id, at, amount in (await session.execute(rows)).all():
        found.setdefault(member_id, []).append((at, amount))
    return found


def _parts_taken(member_ids: Collection[int]) -> Subquery:
    """How much was taken back in parts of each earning of those members."""
    return (
        select(Entry.takes_from_id.label("entry_id"), func.sum(Entry.owed - Entry.points).label("points"))
        .where(Entry.member_id.in_(member_ids), Entry.takes_from_id.is_not(None))
        .group_by(Entry.takes_from_id)
        .subquery()
    )


async def verify(session: AsyncSession, member_id: int) -> Verification:
    """Add up everything that must agree; `agrees` is False only through a defect."""
    held = await session.scalar(select(Account.balance).where(Account.member_id == member_id))
    left_owing = await session.scalar(select(func.sum(Entry.owed)).where(Entry.member_id == member_id))
    repaid = select(func.sum(Entry.points)).where(Entry.member_id == member_id, Entry.kind == EntryKind.REPAY)
    ledger = await session.scalar(select(func.sum(Entry.points)).where(Entry.member_id == member_id))
    lots = await session.scalar(select(func.sum(Lot.remaining)).where(Lot.member_id == member_id))
    allocated = func.coalesce(func.sum(Allocation.points), 0)
    wrong_lots = (
        select(Lot.id)
        .outerjoin(Allocation, Allocation.lot_id == Lot.id)
        .where(Lot.member_id == member_id)
        .group_by(Lot.id, Lot.remaining)
        .having(allocated != Lot.remaining)
    )
    wrong_entries = (
        select(Entry.id)
        .outerjoin(Allocation, Allocation.entry_id == Entry.id)
        .where(Entry.member_id == member_id)
        .group_by(Entry.id, Entry.points)
        .having(allocated != Entry.points)
    )
    return Verification(
        balance=held or 0,
        ledger=ledger or 0,
        lots=lots or 0,
        owed=await owed(session, member_id),
        owed_by_ledger=(left_owing or 0) + (await session.scalar(repaid) or 0),
        wrong_lots=tuple((await session.scalars(wrong_lots)).all()),
        wrong_entries=tuple((await session.scalars(wrong_entries)).all()),
    )
