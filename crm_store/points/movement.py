"""One movement of points under the lock of the member's account.

The lock is the account's row on PostgreSQL (SELECT … FOR UPDATE) and the one writer's transaction on SQLite (BEGIN
IMMEDIATE). Under it the idempotency key is looked up, so a repeat that runs at the same moment waits and then finds the
first entry.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock
from crm_store.errors import KeyReused, NotFound
from crm_store.members import Member
from crm_store.points.errors import BalanceAboveLimit, InsufficientPoints, PointsAboveLimit
from crm_store.points.models import Account, Allocation, Entry, EntryKind, Lot
from crm_store.policy import policy

Change = tuple[Lot, int]


async def lock_account(session: AsyncSession, member_id: int) -> Account:
    """The member's account, made on first use, locked until the transaction ends. Raises NotFound without a member."""
    locked = select(Account).where(Account.member_id == member_id).with_for_update()
    account = await session.scalar(locked, execution_options={"populate_existing": True})
    if account is None:
        if await session.scalar(select(Member.id).where(Member.id == member_id)) is None:
            raise NotFound("member", member_id)
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        fresh = insert(Account).values(member_id=member_id, balance=0, updated_at=clock.now())
        await session.execute(fresh.on_conflict_do_nothing(index_elements=[Account.member_id]))
        account = (await session.scalars(locked, execution_options={"populate_existing": True})).one()
    return account


def hash_of(kind: EntryKind, member_id: int, request: dict[str, Any]) -> str:
    """What tells a repeat of a request from another one under the same key."""
    facts = json.dumps({"kind": kind, "member": member_id, **request}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(facts.encode()).hexdigest()


def require_room(standing: int, points: int) -> None:
    """That `points` may come at once on top of what already stands there, of a balance or of what is owed. Raises
    PointsAboveLimit, BalanceAboveLimit. Points that only come back need no room: they were there before."""
    most = policy().points.most
    if points > most.at_once:
        raise PointsAboveLimit(points, most.at_once)
    if standing + points > most.balance:
        raise BalanceAboveLimit(points, most.balance)


class Movement:
    """One movement under way: the locked account, and the key and hash its entry will carry.

    `earlier` is the entry an earlier request wrote under the same key; then there is nothing left to do.
    """

    def __init__(self, session: AsyncSession, account: Account, kind: EntryKind, key: str, request_hash: str) -> None:
        self._session = session
        self._account = account
        self._kind = kind
        self._key = key
        self._request_hash = request_hash
        self.earlier: Entry | None = None

    @classmethod
    async def begin(
        cls, session: AsyncSession, member_id: int, *, kind: EntryKind, key: str, request: dict[str, Any]
    ) -> "Movement":
        if not key:
            raise ValueError("a movement of points needs an idempotency key")
        account = await lock_account(session, member_id)
        movement = cls(session, account, kind, key, hash_of(kind, member_id, request))
        movement.earlier = await session.scalar(select(Entry).where(Entry.key == key))
        if movement.earlier and movement.earlier.request_hash != movement._request_hash:
            raise KeyReused(key)
        return movement

    def entry(
        self,
        points: int,
        *,
        reason: str,
        reference: str | None,
        at: datetime,
        agent_id: int | None,
        qualifies: bool = False,
        reverses_id: int | None = None,
        takes_from_id: int | None = None,
        owed: int = 0,
        details: dict[str, Any] | None = None,
    ) -> Entry:
        return Entry(
            member_id=self._account.member_id,
            kind=self._kind,
            points=points,
            reason=reason,
            reference=reference,
            key=self._key,
            request_hash=self._request_hash,
            qualifies=qualifies,
            reverses_id=reverses_id,
            takes_from_id=takes_from_id,
            owed=owed,
            agent_id=agent_id,
            details=details or {},
            at=at,
        )

    async def give(self, entry: Entry, expires_at: datetime) -> Entry:
        """Write `entry`, whose points make one new lot; what the member owes is paid off with it. Raises
        PointsAboveLimit, BalanceAboveLimit."""
        require_room(self._account.balance, entry.points)
        await _insert(self._session, entry)
        lot = _new_lot(entry, entry.points, expires_at)
        self._session.add(lot)
        await self._settle(entry, [(lot, entry.points)])
        await pay_off(self._session, self._account, entry)
        return entry

    async def write(self, entry: Entry, changes: Sequence[Change]) -> Entry:
        """Write `entry` and the changes of existing lots that make it up."""
        await _insert(self._session, entry)
        return await self._settle(entry, changes)

    async def _settle(self, entry: Entry, changes: Sequence[Change]) -> Entry:
        await _settle(self._session, self._account, entry, changes)
        return entry

    async def pick(self, points: int, at: datetime) -> list[Change]:
        """Lots to take `points` from, first-expiring first; raises InsufficientPoints before anything is taken."""
        await expire_lots(self._session, self._account, at)
        lots = await _open_lots(self._session, self._account.member_id)
        if self._account.balance < points:
            raise InsufficientPoints(self._account.member_id, self._account.balance, points)
        return _take(lots, points)

    async def restore(self, original: Entry, *, reason: str, at: datetime, agent_id: int | None) -> Entry:
        entry = self.entry(
            -original.points,
            reason=reason,
            reference=original.reference,
            at=at,
            agent_id=agent_id,
            reverses_id=original.id,
        )
        await _insert(self._session, entry)
        changes: list[Change] = []
        for lot, points in await _lots_of(self._session, original):
            home = lot
            if lot.expires_at < at:
                # The member could not have used them, and the shop's cancellation must not cost them.
                home = _new_lot(entry, -points, at + policy().points.restored_for)
                self._session.add(home)
            changes.append((home, -points))
        await self._settle(entry, changes)
        await pay_off(self._session, self._account, entry)
        return entry

    async def take_back(
        self,
        original: Entry,
        points: int,
        *,
        reason: str,
        at: datetime,
        agent_id: int | None = None,
        whole: bool,
        owing: bool,
        details: dict[str, Any] | None = None,
    ) -> Entry:
        """Take `points` of what `original` gave: from its own lot first, then from those that expire first. With
        `owing` the account owes what is not there, else InsufficientPoints is raised. `whole`: it undoes all of
        `original`."""
        await expire_lots(self._session, self._account, at)
        balance = self._account.balance
        if balance < points and not owing:
            raise InsufficientPoints(original.member_id, balance, points)
        taken = min(balance, points)
        own = {lot.id for lot, _ in await _lots_of(self._session, original)}
        lots = await _open_lots(self._session, original.member_id)
        lots.sort(key=lambda lot: lot.id not in own)  # stable: the entry's own lot, then first-expiring
        entry = self.entry(
            -taken,
            reason=reason,
            reference=original.reference,
            at=at,
            agent_id=agent_id,
            reverses_id=original.id if whole else None,
            takes_from_id=None if whole else original.id,
            owed=points - taken,
            details=details,
        )
        self._account.owed += points - taken
        return await self.write(entry, _take(lots, taken))

    async def charge(self, points: int, *, reason: str, reference: str | None, at: datetime) -> Entry:
        """Take what is there of `points`, first-expiring first; the account owes the rest. Raises PointsAboveLimit,
        BalanceAboveLimit."""
        require_room(self._account.owed, points)
        await expire_lots(self._session, self._account, at)
        taken = min(self._account.balance, points)
        lots = await _open_lots(self._session, self._account.member_id)
        owed = points - taken
        entry = self.entry(-taken, reason=reason, reference=reference, at=at, agent_id=None, owed=owed)
        self._account.owed += owed
        return await self.write(entry, _take(lots, taken))


async def pay_off(session: AsyncSession, account: Account, source: Entry) -> Entry | None:
    """Pay what the locked account owes with the points that `source` has just given; None when it owes nothing."""
    if not account.owed:
        return None
    lots = [lot for lot, _ in await _lots_of(session, source) if lot.expires_at >= source.at]
    points = min(account.owed, source.points, sum(lot.remaining for lot in lots))
    if points <= 0:
        return None
    key = f"repay:{source.id}"
    entry = Entry(
        member_id=account.member_id,
        kind=EntryKind.REPAY,
        points=-points,
        reason="owed",
        key=key,
        request_hash=hashlib.sha256(key.encode()).hexdigest(),
        details={"from": source.id},
        at=source.at,
    )
    account.owed -= points
    session.add(entry)
    await session.flush()
    await _settle(session, account, entry, _take(lots, points))
    return entry


async def _insert(session: AsyncSession, entry: Entry) -> None:
    """The key is unique over all members; another member's entry may take it while we hold only our own lock."""
    try:
        async with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        taken = await session.scalar(select(func.count()).where(Entry.key == entry.key))
        if taken:
            raise KeyReused(entry.key) from None
        raise


async def _settle(session: AsyncSession, account: Account, entry: Entry, changes: Sequence[Change]) -> None:
    """Apply `changes` to lots, allocations and balance together; their sum is the entry's points."""
    if sum(points for _, points in changes) != entry.points:
        raise AssertionError(f"the lots of entry {entry.id} do not add up to its {entry.points} points")
    for lot, points in changes:
        lot.remaining += points
    account.balance += entry.points
    account.updated_at = clock.now()
    await session.flush()
    session.add_all(Allocation(entry_id=entry.id, lot_id=lot.id, points=points) for lot, points in changes)
    await session.flush()


async def expire_lots(session: AsyncSession, account: Account, at: datetime) -> list[Entry]:
    """Expire the locked account's lots that are past their date at `at`, one entry per lot."""
    entries = []
    for lot in await _open_lots(session, account.member_id, expired_at=at):
        # A lot can expire again after a reversal that was dated before its end put points back.
        key = f"expire:{lot.id}:{await _times_expired(session, lot) + 1}"
        entry = Entry(
            member_id=account.member_id,
            kind=EntryKind.EXPIRE,
            points=-lot.remaining,
            reason="expired",
            key=key,
            request_hash=hashlib.sha256(key.encode()).hexdigest(),
            details={"lot": lot.id, "expired_at": lot.expires_at.isoformat()},
            at=max(lot.expires_at, lot.earned_at),
        )
        session.add(entry)
        await session.flush()
        await _settle(session, account, entry, [(lot, -lot.remaining)])
        entries.append(entry)
    return entries


async def _times_expired(session: AsyncSession, lot: Lot) -> int:
    expiries = (
        select(func.count())
        .select_from(Allocation)
        .join(Entry, Entry.id == Allocation.entry_id)
        .where(Allocation.lot_id == lot.id, Entry.kind == EntryKind.EXPIRE)
    )
    return (await session.scalar(expiries)) or 0


async def _open_lots(session: AsyncSession, member_id: int, expired_at: datetime | None = None) -> list[Lot]:
    """Lots with something left, first-expiring first; only those expired at `expired_at` when it is given."""
    lots = select(Lot).where(Lot.member_id == member_id, Lot.remaining > 0).order_by(Lot.expires_at, Lot.id)
    if expired_at is not None:
        lots = lots.where(Lot.expires_at < expired_at)
    # Another transaction may have changed lots this session read before it got the lock.
    return list((await session.scalars(lots, execution_options={"populate_existing": True})).all())


async def _lots_of(session: AsyncSession, entry: Entry) -> list[Change]:
    rows = (
        select(Lot, Allocation.points)
        .join(Allocation, Allocation.lot_id == Lot.id)
        .where(Allocation.entry_id == entry.id)
        .order_by(Allocation.id)
    )
    found = await session.execute(rows, execution_options={"populate_existing": True})
    return [(lot, points) for lot, points in found.all()]


def _take(lots: Sequence[Lot], points: int) -> list[Change]:
    changes: list[Change] = []
    for lot in lots:
        if points == 0:
            break
        part = min(lot.remaining, points)
        changes.append((lot, -part))
        points -= part
    if points:
        raise AssertionError(f"the lots hold {points} points less than the balance")
    return changes


def _new_lot(entry: Entry, points: int, expires_at: datetime) -> Lot:
    """An empty lot for `points`; `_settle` fills it."""
    return Lot(
        member_id=entry.member_id,
        entry_id=entry.id,
        points=points,
        remaining=0,
        earned_at=entry.at,
        expires_at=expires_at,
    )
