"""Giving points to many members at once, as imports do, and taking back what nobody has touched: the rules of `earn`
and `reverse`, in a handful of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm_store import clock
from crm_store.db import Base
from crm_store.points.errors import BalanceAboveLimit, PointsAboveLimit
from crm_store.points.models import Account, Allocation, Entry, EntryKind, Lot
from crm_store.points.movement import hash_of, pay_off, require_room
from crm_store.points.service import default_expiry

Untouched = Row[*tuple[Any, ...]]


class GiftOutcome(StrEnum):
    GIVEN = "given"
    EARLIER = "earlier"
    """The same gift was given before under that key."""
    KEY_REUSED = "key_reused"
    """Something else was done under that key; nothing was given."""
    ABOVE_LIMIT = "above_limit"
    """More than the policy's `points.most`; nothing was given. `earn` says which limit."""


@dataclass(frozen=True, kw_only=True)
class Gift:
    """What `earn` takes, for one member that exists."""

    member_id: int
    points: int
    reason: str
    key: str
    reference: str | None = None
    expires_at: datetime | None = None
    at: datetime
    qualifies: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def request_hash(self) -> str:
        expires_at = self.expires_at.isoformat() if self.expires_at else None
        request = {
            "points": self.points,
            "reason": self.reason,
            "reference": self.reference,
            "expires_at": expires_at,
        }
        return hash_of(EntryKind.EARN, self.member_id, request)


async def earn_many(session: AsyncSession, gifts: Sequence[Gift]) -> list[GiftOutcome]:
    """Give all that were not given before; what became of each, in the order of `gifts`, whose keys differ.

    An IntegrityError means that another transaction took one of the keys meanwhile; call it in a savepoint.
    """
    if any(gift.points <= 0 for gift in gifts) or len({gift.key for gift in gifts}) < len(gifts):
        raise ValueError("gifts need points above zero and a key of their own each")
    accounts = await _locked_accounts(session, sorted({gift.member_id for gift in gifts}))
    # Looked up under the locks: a repeat that runs at the same moment waited there and now finds the first.
    wanted = select(Entry.key, Entry.request_hash).where(Entry.key.in_([gift.key for gift in gifts]))
    known: dict[str, str] = dict((await session.execute(wanted)).all())
    fresh = [gift for gift in gifts if gift.key not in known]
    fitting = _fitting(fresh, accounts)
    await _write(session, fitting, accounts)
    given = {gift.key for gift in fitting}
    return [_outcome(gift, known, given) for gift in gifts]


def _outcome(gift: Gift, known: Mapping[str, str], given: Collection[str]) -> GiftOutcome:
    if gift.key not in known:
        return GiftOutcome.GIVEN if gift.key in given else GiftOutcome.ABOVE_LIMIT
    return GiftOutcome.EARLIER if known[gift.key] == gift.request_hash else GiftOutcome.KEY_REUSED


def _fitting(gifts: Sequence[Gift], accounts: Mapping[int, Account]) -> list[Gift]:
    """Those there is room for, each after the ones before it."""
    balances = {member_id: account.balance for member_id, account in accounts.items()}
    fitting = []
    for gift in gifts:
        try:
            require_room(balances[gift.member_id], gift.points)
        except (PointsAboveLimit, BalanceAboveLimit):
            continue
        balances[gift.member_id] += gift.points
        fitting.append(gift)
    return fitting


async def _locked_accounts(session: AsyncSession, member_ids: list[int]) -> dict[int, Account]:
    """By member; missing ones are made. Locked in the order of the ids, so that two imports never wait crosswise."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"member_id": member_id, "balance": 0, "updated_at": clock.now()} for member_id in member_ids]
    if rows:
        await session.execute(insert(Account).values(rows).on_conflict_do_nothing(index_elements=[Account.member_id]))
    locked = select(Account).where(Account.member_id.in_(member_ids)).order_by(Account.member_id).with_for_update()
    found = await session.scalars(locked, execution_options={"populate_existing": True})
    return {account.member_id: account for account in found}


async def _write(session: AsyncSession, gifts: Sequence[Gift], accounts: dict[int, Account]) -> None:
    """Entry, lot and allocation for each gift, and the balances."""
    now = clock.now()
    entries = [
        {
            "member_id": gift.member_id, "kind": EntryKind.EARN, "points": gift.points, "reason": gift.reason,
            "reference": gift.reference, "key": gift.key, "request_hash": gift.request_hash,
            "qualifies": gift.qualifies, "details": dict(gift.details), "at": gift.at, "owed": 0, "created_at": now,
        }
        for gift in gifts
    ]  # fmt: skip
    await _insert(session, Entry, entries)
    ids = await _ids(session, Entry.key, [gift.key for gift in gifts])
    lots = [
        {
            "member_id": gift.member_id, "entry_id": ids[gift.key], "points": gift.points, "remaining": gift.points,
            "earned_at": gift.at, "expires_at": gift.expires_at or default_expiry(gift.at),
        }
        for gift in gifts
    ]  # fmt: skip
    await _insert(session, Lot, lots)
    lot_ids = await _ids(session, Lot.entry_id, list(ids.values()))
    allocations = [
        {"entry_id": ids[gift.key], "lot_id": lot_ids[ids[gift.key]], "points": gift.points} for gift in gifts
    ]
    await _insert(session, Allocation, allocations)
    for gift in gifts:
        accounts[gift.member_id].balance += gift.points
        accounts[gift.member_id].updated_at = clock.now()
    await session.flush()
    owing = [gift for gift in gifts if accounts[gift.member_id].owed]
    for gift in owing:
        await pay_off(session, accounts[gift.member_id], await session.get_one(Entry, ids[gift.key]))


async def reverse_untouched(
    session: AsyncSession, keys: Mapping[int, str], *, reason: str, agent_id: int | None = None
) -> set[int]:
    """Undo those of the entries (by id, each with the key of its reversal) that gave points of which all are still in
    the lot they made; which ones were undone. The others want a look of their own: `reverse`.

    An IntegrityError means that another transaction undid one of them meanwhile; call it in a savepoint.
    """
    wanted, at = list(keys), clock.now()
    members = (await session.scalars(select(Entry.member_id).where(Entry.id.in_(wanted)).distinct())).all()
    accounts = await _locked_accounts(session, sorted(members))
    whole = [row for row in await _untouched(session, wanted, at=at) if not accounts[row.member_id].owed]
    if not whole:
        return set()
    await _insert(
        session,
        Entry,
        [
            {
                "member_id": row.member_id, "kind": EntryKind.REVERSE, "points": -row.points, "reason": reason,
                "reference": row.reference, "key": keys[row.id],
                "request_hash": hash_of(EntryKind.REVERSE, row.member_id, {"entry": row.id, "reason": reason}),
                "qualifies": False, "reverses_id": row.id, "agent_id": agent_id, "details": {}, "at": at, "owed": 0,
                "created_at": at,
            }
            for row in whole
        ],
    )  # fmt: skip
    ids = await _ids(session, Entry.key, [keys[row.id] for row in whole])
    empty = update(Lot).where(Lot.id.in_([row.lot_id for row in whole])).values(remaining=0)
    await session.execute(empty.execution_options(synchronize_session="fetch"))
    allocations = [{"entry_id": ids[keys[row.id]], "lot_id": row.lot_id, "points": -row.points} for row in whole]
    await _insert(session, Allocation, allocations)
    for row in whole:
        accounts[row.member_id].balance -= row.points
        accounts[row.member_id].updated_at = at
    await session.flush()
    return {row.id for row in whole}


async def _untouched(
    session: AsyncSession, entry_ids: Sequence[int], *, at: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those of the entries whose points are all still in their lot and count at `at`: id, member_id, points, reference,
    lot_id. Nothing was taken from them in parts or as a whole."""
    taken = aliased(Entry)
    took = select(taken.id).where(or_(taken.reverses_id == Entry.id, taken.takes_from_id == Entry.id))
    query = (
        select(Entry.id, Entry.member_id, Entry.points, Entry.reference, Lot.id.label("lot_id"))
        .join(Lot, Lot.entry_id == Entry.id)
        .where(
            Entry.id.in_(entry_ids),
            Entry.kind == EntryKind.EARN,
            Lot.points == Entry.points,
            Lot.remaining == Entry.points,
            Lot.expires_at >= at,
            ~took.exists(),
        )
        .order_by(Entry.id)
    )
    return (await session.execute(query)).all()


async def _insert(session: AsyncSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """One statement over the connection; objects would take one each."""
    if rows:
        await session.run_sync(lambda sync: sync.connection().execute(insert_into(table), rows))


async def _ids[K](session: AsyncSession, column: InstrumentedAttribute[K], values: Sequence[K]) -> dict[K, int]:
    rows = await session.execute(select(column, column.class_.id).where(column.in_(values)))
    return dict(rows.all())
