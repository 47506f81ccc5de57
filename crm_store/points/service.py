"""The operations of the ledger: earn, spend, adjust, reverse, expire.

Each begins a `Movement`, which locks the account and looks the idempotency key up under that lock.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock
from crm_store.errors import NotFound
from crm_store.points.errors import AlreadyReversed, NotReversible
from crm_store.points.models import Entry, EntryKind, Lot
from crm_store.points.movement import Movement, expire_lots, lock_account
from crm_store.points.queries import taken_from
from crm_store.policy import policy


def default_expiry(earned_at: datetime) -> datetime:
    """Points live until the last second (at the shop) of 31 December, as many years after the one in which they were
    earned as the policy says."""
    last_year = earned_at.astimezone(clock.business_zone()).year + policy().points.expire_after_years
    return datetime(last_year + 1, 1, 1, tzinfo=clock.business_zone()) - timedelta(seconds=1)


async def earn(
    session: AsyncSession,
    member_id: int,
    *,
    points: int,
    reason: str,
    key: str,
    reference: str | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
    qualifies: bool = True,
    agent_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> Entry:
    """Give `points` (whole, above zero) in one new lot; returns the entry, the first one when `key` comes again.

    `expires_at`: last moment of use, by default that of `default_expiry`. `qualifies`: counts towards the level.
    `details`: codes and ids kept with the entry. Raises KeyReused, PointsAboveLimit, BalanceAboveLimit, and NotFound
    when there is no such member.
    """
    _require_positive(points)
    at = at or clock.now()
    request = {"points": points, "reason": reason, "reference": reference, "expires_at": _iso(expires_at)}
    movement = await Movement.begin(session, member_id, kind=EntryKind.EARN, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    entry = movement.entry(
        points,
        reason=reason,
        reference=reference,
        at=at,
        agent_id=agent_id,
        qualifies=qualifies,
        details=details,
    )
    return await movement.give(entry, expires_at or default_expiry(at))


async def spend(
    session: AsyncSession,
    member_id: int,
    *,
    points: int,
    reason: str,
    key: str,
    reference: str | None = None,
    at: datetime | None = None,
    agent_id: int | None = None,
) -> Entry:
    """Take `points` (whole, above zero), from the lots that expire first; returns the entry, whose points are negative.

    Lots that are past their date but not yet swept are expired first. Raises InsufficientPoints, KeyReused, NotFound.
    """
    _require_positive(points)
    at = at or clock.now()
    request = {"points": points, "reason": reason, "reference": reference}
    movement = await Movement.begin(session, member_id, kind=EntryKind.SPEND, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    taken = await movement.pick(points, at)
    entry = movement.entry(-points, reason=reason, reference=reference, at=at, agent_id=agent_id)
    return await movement.write(entry, taken)


async def charge(
    session: AsyncSession,
    member_id: int,
    *,
    points: int,
    reason: str,
    key: str,
    reference: str | None = None,
    at: datetime | None = None,
) -> Entry:
    """Take `points` (whole, above zero) back that were given under no entry of this ledger; what is not there is owed.

    Raises KeyReused, PointsAboveLimit, BalanceAboveLimit, NotFound.
    """
    _require_positive(points)
    at = at or clock.now()
    request = {"points": points, "reason": reason, "reference": reference}
    movement = await Movement.begin(session, member_id, kind=EntryKind.REVERSE, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    return await movement.charge(points, reason=reason, reference=reference, at=at)


async def adjust(
    session: AsyncSession,
    member_id: int,
    *,
    points: int,
    reason: str,
    key: str,
    reference: str | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
    agent_id: int | None = None,
) -> Entry:
    """Correct a balance by hand: `points` above zero are given, below zero are taken. Never counts towards the level.

    Raises InsufficientPoints, PointsAboveLimit, BalanceAboveLimit, KeyReused, NotFound; ValueError for zero.
    """
    if points == 0:
        raise ValueError("an adjustment by zero points changes nothing")
    at = at or clock.now()
    request = {"points": points, "reason": reason, "reference": reference, "expires_at": _iso(expires_at)}
    movement = await Movement.begin(session, member_id, kind=EntryKind.ADJUST, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    taken = await movement.pick(-points, at) if points < 0 else []
    entry = movement.entry(points, reason=reason, reference=reference, at=at, agent_id=agent_id)
    if points > 0:
        return await movement.give(entry, expires_at or default_expiry(at))
    return await movement.write(entry, taken)


async def reverse(
    session: AsyncSession,
    *,
    reason: str,
    key: str,
    entry_id: int | None = None,
    entry_key: str | None = None,
    at: datetime | None = None,
    agent_id: int | None = None,
    owing: bool = False,
) -> Entry:
    """Undo one entry, named by `entry_id` or by the `entry_key` it was written under.

    Points that were taken go back into exactly the lots they came from; for a lot that has expired meanwhile a new one
    is made, which lives as long as the policy's `points.restored_for`. Points that were given, less what was taken from
    them before, are taken from the lot they made, and when the member has spent those, from the lots that expire first;
    if the balance does not suffice InsufficientPoints is raised, or with `owing` the account owes the rest. Raises
    NotFound, AlreadyReversed, NotReversible, KeyReused.
    """
    original = await _original(session, entry_id, entry_key)
    at = at or clock.now()
    request = {"entry": original.id, "reason": reason}
    movement = await Movement.begin(session, original.member_id, kind=EntryKind.REVERSE, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    await _require_standing(session, original)
    if original.points < 0:
        return await movement.restore(original, reason=reason, at=at, agent_id=agent_id)
    left = original.points - await taken_from(session, original)
    return await movement.take_back(original, left, reason=reason, at=at, agent_id=agent_id, whole=True, owing=owing)


async def take_back(
    session: AsyncSession,
    original: Entry,
    *,
    points: int,
    reason: str,
    key: str,
    at: datetime | None = None,
    agent_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> Entry:
    """Take back a part of what an earning gave, as the return of some of the goods does: at most what is left of it.

    What the member has spent meanwhile is owed, and paid off by the next points. The part counts no longer towards the
    level. Raises AlreadyReversed, NotReversible, KeyReused; ValueError for points that are not above zero.
    """
    _require_positive(points)
    at = at or clock.now()
    request = {"entry": original.id, "points": points, "reason": reason}
    movement = await Movement.begin(session, original.member_id, kind=EntryKind.REVERSE, key=key, request=request)
    if movement.earlier:
        return movement.earlier
    await _require_standing(session, original)
    if original.points < 0:
        raise NotReversible(original.id, original.kind)
    left = original.points - await taken_from(session, original)
    if left <= 0:
        raise NotReversible(original.id, original.kind)
    return await movement.take_back(
        original, min(points, left), reason=reason, at=at, agent_id=agent_id, whole=False, owing=True, details=details
    )


async def expire_due(session: AsyncSession, *, at: datetime | None = None, limit: int | None = None) -> list[Entry]:
    """Write an expiry entry for every lot past its date; returns them. `limit`: at most that many members at a time.

    Safe to repeat and to run beside spending: each member's lots are looked at again under the account's lock.
    """
    at = at or clock.now()
    due = (
        select(Lot.member_id).where(Lot.remaining > 0, Lot.expires_at < at).distinct().order_by(Lot.member_id)
    ).limit(limit)
    entries: list[Entry] = []
    for member_id in (await session.scalars(due)).all():
        account = await lock_account(session, member_id)
        entries += await expire_lots(session, account, at)
    return entries


async def _require_standing(session: AsyncSession, original: Entry) -> None:
    if original.kind not in (EntryKind.EARN, EntryKind.SPEND, EntryKind.ADJUST):
        raise NotReversible(original.id, original.kind)
    again = await session.scalar(select(Entry.id).where(Entry.reverses_id == original.id))
    if again is not None:
        raise AlreadyReversed(original.id, again)


async def _original(session: AsyncSession, entry_id: int | None, entry_key: str | None) -> Entry:
    if (entry_id is None) == (entry_key is None):
        raise ValueError("name the entry to reverse by its id or by its key")
    wanted = Entry.id == entry_id if entry_id is not None else Entry.key == entry_key
    original = await session.scalar(select(Entry).where(wanted))
    if original is None:
        raise NotFound("points entry", entry_id if entry_id is not None else entry_key)
    return original


def _require_positive(points: int) -> None:
    if points <= 0:
        raise ValueError(f"points must be above zero, not {points}")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
