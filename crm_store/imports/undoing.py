"""Undoing an import, record by record: what it created and nobody has used since goes, what it changed and nobody has
changed since is as it was, and points go back by entries of the ledger. The rest is left, with the reason."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, points, referrals, tiers
from crm_store.importing import ImportKind, hold_of
from crm_store.imports import things, uses
from crm_store.imports.models import ImportEntry, ImportRun
from crm_store.imports.things import State, Thing
from crm_store.members import Member, MemberChange, MemberStatus
from crm_store.orders import Order, points_due_at
from crm_store.points import IMPORT_UNDONE, AlreadyReversed, Entry, InsufficientPoints, NotReversible

TAKEN_AWAY, SET_BACK = "taken_away", "set_back"
DONE = (TAKEN_AWAY, SET_BACK)
_TOLD = ("status", "marketing_consent")
"""Changes of a member whose values stand in their history."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of one record: `outcome` is taken_away, set_back, or why it is left (labels `import_undone`)."""

    entry: ImportEntry
    outcome: str
    now: State | None


async def waiting(
    session: AsyncSession, run_id: int, *, limit: int, before: int | None = None, with_left: bool = False
) -> list[ImportEntry]:
    """Records of an import that are still to be undone, the last written first; those below the entry `before`.
    `with_left`: also those that an earlier undoing left, which are tried again."""
    rows = select(ImportEntry).where(ImportEntry.run_id == run_id)
    todo = ImportEntry.outcome.is_(None)
    rows = rows.where(or_(todo, ImportEntry.outcome.not_in(DONE)) if with_left else todo)
    if before is not None:
        rows = rows.where(ImportEntry.id < before)
    return list((await session.scalars(rows.order_by(ImportEntry.id.desc()).limit(limit))).all())


async def left(session: AsyncSession, run_id: int, *, limit: int) -> list[ImportEntry]:
    """Records that were not undone, in the order in which they were written."""
    rows = select(ImportEntry).where(ImportEntry.run_id == run_id, ImportEntry.outcome.not_in(DONE))
    return list((await session.scalars(rows.order_by(ImportEntry.id).limit(limit))).all())


async def looked_at(session: AsyncSession, entries: Sequence[ImportEntry]) -> list[Verdict]:
    """What would become of the records now; reads only. What only trying tells (points that were spent, a phone that
    is another member's by now) counts as done."""
    verdicts: list[Verdict] = []
    for thing in Thing:
        own = [entry for entry in entries if entry.thing == thing]
        now = await things.by_id(session, thing, [entry.thing_id for entry in own])
        created = [entry.thing_id for entry in own if entry.before is None]
        used = await uses.found(session, thing, created)
        verdicts += [_verdict(entry, now.get(entry.thing_id), used) for entry in own]
    return verdicts


def _verdict(entry: ImportEntry, now: State | None, used: dict[int, str]) -> Verdict:
    if now is None:
        return Verdict(entry, "gone", None)
    if entry.thing == Thing.POINTS:
        return Verdict(entry, TAKEN_AWAY, now)
    if _status(now) == MemberStatus.ERASED:
        return Verdict(entry, "member_erased", now)
    if entry.before is None and entry.thing_id in used:
        return Verdict(entry, used[entry.thing_id], now)
    if not now.is_sealed_by(entry.seal):
        return Verdict(entry, "changed_since", now)
    return Verdict(entry, TAKEN_AWAY if entry.before is None else SET_BACK, now)


def _status(now: State) -> object:
    own = now.rows.get(Member.__tablename__, {})
    return next((row["status"] for row in own.values()), None)


async def undo(session: AsyncSession, run: ImportRun, entries: Sequence[ImportEntry]) -> set[int]:
    """Undo these records, each for itself, and note what became of each; the members they were of."""
    # Judged as they are: what a member tells us or has erased meanwhile comes before all of it or after.
    await hold_of(session, {entry.member_id for entry in entries})
    verdicts = await looked_at(session, entries)
    plain = [each for each in verdicts if each.entry.thing == Thing.MEMBER and each.outcome == TAKEN_AWAY]
    done = await _members_together(session, plain) | await _points_together(session, run, verdicts)
    for verdict in verdicts:
        outcome = verdict.outcome
        if outcome in DONE and verdict.entry.id not in done:
            outcome = await _one(session, run, verdict)
        verdict.entry.outcome = outcome
        run.done += 1
        if outcome == TAKEN_AWAY:
            run.taken_away += 1
        elif outcome == SET_BACK:
            run.set_back += 1
        else:
            run.left += 1
    members = {entry.member_id for entry in entries}
    if run.kind in (ImportKind.POINTS, ImportKind.ORDERS):
        await _levels(session, run, members)
    await session.flush()
    return members


async def _members_together(session: AsyncSession, plain: Sequence[Verdict]) -> set[int]:
    """Members that nobody knows go in a few statements; none when one of them cannot, which one by one tells. The ids
    of the entries that are done."""
    try:
        async with session.begin_nested():
            await _take_members(session, [each.entry.thing_id for each in plain])
    except IntegrityError:
        return set()
    return {each.entry.id for each in plain}


async def _points_together(session: AsyncSession, run: ImportRun, verdicts: Sequence[Verdict]) -> set[int]:
    """Points that nobody has spent go back in a few statements. The ids of the entries that are done."""
    given = {each.entry.thing_id: each.entry.id for each in verdicts if each.now and each.entry.thing == Thing.POINTS}
    keys = {entry_id: _undo_key(run, entry_id) for entry_id in given}
    try:
        async with session.begin_nested():
            back = await points.reverse_untouched(session, keys, reason=IMPORT_UNDONE, agent_id=run.undone_by_id)
    except IntegrityError:
        return set()
    return {given[entry_id] for entry_id in back}


async def _take_members(session: AsyncSession, ids: Sequence[int]) -> None:
    await uses.clear(session, ids)
    await things.take_away(session, Thing.MEMBER, ids)


async def _one(session: AsyncSession, run: ImportRun, verdict: Verdict) -> str:
    entry, now = verdict.entry, verdict.now
    if now is None:
        return verdict.outcome
    try:
        async with session.begin_nested():
            if entry.thing == Thing.POINTS:
                await _reverse(session, run, entry.thing_id)
            elif entry.before is None:
                await _take_away(session, run, now)
            else:
                await _set_back(session, run, now, entry.before)
    except (AlreadyReversed, NotReversible):
        return "reversed"
    except InsufficientPoints:
        return "points_spent"
    except IntegrityError:
        return "in_use" if entry.before is None else "clashes"
    return verdict.outcome


async def _reverse(session: AsyncSession, run: ImportRun, entry_id: int) -> None:
    await points.reverse(
        session, entry_id=entry_id, reason=IMPORT_UNDONE, key=_undo_key(run, entry_id), agent_id=run.undone_by_id
    )


async def _take_away(session: AsyncSession, run: ImportRun, now: State) -> None:
    if now.thing == Thing.MEMBER:
        await _take_members(session, [now.id])
        return
    if now.thing == Thing.ORDER:
        await _reverse_earned(session, run, now)
        await referrals.take_back(session, now.number, at=clock.now())
    await things.take_away(session, now.thing, [now.id])


async def _reverse_earned(session: AsyncSession, run: ImportRun, now: State) -> None:
    """Take back what the order has earned here by itself since this import; points that came in a file are that
    import's, and what was earned before it stays. Raises InsufficientPoints, and NotReversible for an earning of which
    the shop took back a part."""
    own = f"order:{now.number}"
    began = run.started_at or run.created_at
    for earned in await points.order_earnings(session, now.member_id, now.number):
        if earned.created_at >= began and (earned.key == own or earned.key.startswith(f"{own}:")):
            if await points.taken_from(session, earned):
                raise NotReversible(earned.id, earned.kind)
            await _reverse(session, run, earned.id)


async def _points_follow(session: AsyncSession, run: ImportRun, now: State) -> None:
    """The order earns by its state again: what it has earned by the one it is no longer in, goes back."""
    await _reverse_earned(session, run, now)
    order = await session.get_one(Order, now.id)
    order.points_due_at = points_due_at(order)


async def _require_nothing_taken(session: AsyncSession, now: State) -> None:
    """Raises NotReversible where the order's points have followed what the import said was paid back."""
    for earned in await points.order_earnings(session, now.member_id, now.number):
        if await points.taken_from(session, earned):
            raise NotReversible(earned.id, earned.kind)


async def _set_back(session: AsyncSession, run: ImportRun, now: State, before: str) -> None:
    changed = await things.set_back(session, now, json.loads(before))
    if now.thing == Thing.ORDER:
        if "status" in changed:
            await _points_follow(session, run, now)
        elif "refund_minor" in changed:
            await _require_nothing_taken(session, now)
    elif now.thing == Thing.MEMBER:
        member = await session.get_one(Member, now.id)
        member.updated_at = clock.now()
        was = next(iter(now.rows[Member.__tablename__].values()))
        for field in sorted(changed):
            told = field in _TOLD
            session.add(
                MemberChange(
                    member_id=member.id, field=field, by=f"import-undo:{run.id}",
                    old_value=_word(was[field]) if told else None,
                    new_value=_word(getattr(member, field)) if told else None,
                )
            )  # fmt: skip
    await session.flush()


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


async def _levels(session: AsyncSession, run: ImportRun, members: set[int]) -> None:
    """The levels of those whose points went back."""
    back = select(Entry.member_id).where(Entry.member_id.in_(members), Entry.key.startswith(_undo_key(run, "")))
    if moved := (await session.scalars(back.distinct())).all():
        await tiers.recompute_many(session, moved)


def _undo_key(run: ImportRun, entry_id: int | str) -> str:
    return f"import:{run.id}:undo:{entry_id}"
