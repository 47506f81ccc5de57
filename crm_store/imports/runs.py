"""An import from the file to its end: looked at, tried, done part by part, undone; one at a time."""

import base64
import hashlib
import zlib
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, locks
from crm_store.errors import NotFound
from crm_store.importing import ImportReport, Part, Refusal, hold_part, take_part
from crm_store.imports import journal
from crm_store.imports.errors import ImportBusy, ImportNotReady, LeaseLost
from crm_store.imports.models import (
    AT_WORK,
    FILE_NAME_CHARACTERS,
    ImportEntry,
    ImportPiece,
    ImportRefusal,
    ImportRun,
    RunState,
)
from crm_store.imports.queries import is_number
from crm_store.imports.strangers import without_strangers
from crm_store.imports.undoing import DONE as UNDONE_WELL

LEASE = timedelta(seconds=60)
"""So long an import belongs to its worker without a sign of life; each part gives one."""
PIECE_BYTES = 1 << 19
ALLOWED = {
    RunState.TRYING: (RunState.DRAFT, RunState.TRIED, RunState.FAILED),
    RunState.WAITING: (RunState.DRAFT, RunState.TRIED, RunState.FAILED),
    RunState.UNDOING: (RunState.DONE, RunState.FAILED),
}
"""What may be asked for, and of imports in which states."""


def file_key(data: bytes) -> str:
    """By which the same file is known again, whatever its name."""
    return hashlib.sha256(data).hexdigest()


async def draft(
    session: AsyncSession, *, kind: str, file_name: str, data: bytes, agent_id: int | None, rows: int = 0
) -> ImportRun:
    """A file that was handed in and is to be looked at; the same again is the same draft, as long as it is kept."""
    key = file_key(data)
    same = select(ImportRun).where(
        ImportRun.file_key == key, ImportRun.state.in_((RunState.DRAFT, RunState.TRIED)), ImportRun.is_kept
    )
    if (known := await session.scalar(same.order_by(ImportRun.id.desc()).limit(1))) is not None:
        return known
    run = ImportRun(
        kind=kind, file_name=file_name[:FILE_NAME_CHARACTERS], file_key=key, state=RunState.DRAFT, is_kept=True,
        agent_id=agent_id, rows=rows,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    for place, begin in enumerate(range(0, len(data), PIECE_BYTES)):
        packed = base64.b85encode(zlib.compress(data[begin : begin + PIECE_BYTES])).decode()
        session.add(ImportPiece(run_id=run.id, place=place, content=packed))
    await session.flush()
    return run


async def content(session: AsyncSession, run_id: int) -> bytes:
    """The file of an import that is not over. Raises NotFound."""
    pieces = await session.scalars(
        select(ImportPiece.content).where(ImportPiece.run_id == run_id).order_by(ImportPiece.place)
    )
    found = [zlib.decompress(base64.b85decode(piece)) for piece in pieces]
    if not found:
        raise NotFound("import file", run_id)
    return b"".join(found)


async def read_as(
    session: AsyncSession,
    run_id: int,
    *,
    kind: str,
    encoding: str | None,
    dates: str | None,
    sheet: str | None,
    mapping: str | None,
    rows: int,
) -> ImportRun:
    """How the file of a draft is to be read; what was tried before no longer holds. Raises ImportNotReady."""
    run = await _locked(session, run_id)
    if run.state not in ALLOWED[RunState.TRYING]:
        raise ImportNotReady(run.id, run.state)
    wanted = (kind, encoding, dates, sheet, mapping)
    if wanted != (run.kind, run.encoding, run.dates, run.sheet, run.mapping):
        run.state = RunState.DRAFT
        run.kind, run.encoding, run.dates, run.sheet, run.mapping = wanted
    run.rows = rows
    await session.flush()
    return run


async def ask(session: AsyncSession, run_id: int, wanted: RunState, *, agent_id: int | None) -> bool:
    """Let a worker try an import, do it or undo it. True when it is to be done now, False when it is under way or done
    already. Raises NotFound, also where the file is no longer kept, and ImportNotReady."""
    run = await _locked(session, run_id)
    already = {RunState.WAITING: (RunState.RUNNING, RunState.DONE), RunState.UNDOING: (RunState.UNDONE,)}
    again = wanted == RunState.UNDOING and run.state == RunState.UNDONE and run.left > 0
    if run.state == wanted or (run.state in already.get(wanted, ()) and not again):
        return False
    allowed = again or run.state in ALLOWED[wanted] or (wanted == RunState.UNDOING and _is_left_behind(run))
    if not allowed or (wanted == RunState.UNDOING and run.forgotten_at is not None):
        raise ImportNotReady(run.id, run.state)
    if wanted != RunState.UNDOING and not run.is_kept:
        # Nobody could do it, and it would wait for ever: the page was left open for longer than files are kept.
        raise NotFound("import file", run.id)
    run.state, run.done, run.error = wanted, 0, None
    if wanted == RunState.UNDOING:
        run.undone_by_id = agent_id
        run.rows = await session.scalar(select(func.count()).where(ImportEntry.run_id == run.id)) or 0
        if again:
            await _try_the_rest(session, run)
    else:
        await _begin_again(session, run)
        run.agent_id = agent_id or run.agent_id
    await session.flush()
    return True


async def begin(
    session: AsyncSession, *, kind: str, file_name: str, key: str, rows: int, token: str, dates: str | None = None
) -> ImportRun:
    """An import whose file the caller reads: a new one, or the same that was interrupted, from its first row on, as
    what is done already is found unchanged. It is taken from who had it in hand: a process that died does not keep
    anybody waiting, and one that lives meets LeaseLost. Raises ImportBusy."""
    await locks.hold(session, "imports")
    same = select(ImportRun).where(
        ImportRun.file_key == key,
        ImportRun.kind == kind,
        ImportRun.state.in_((RunState.RUNNING, RunState.FAILED)),
        ImportRun.is_kept.is_(False),
    )
    run = await session.scalar(same.order_by(ImportRun.id.desc()).limit(1).with_for_update())
    await _refuse_busy(session, but=run.id if run is not None else None)
    if run is None:
        run = ImportRun(kind=kind, file_name=file_name[:FILE_NAME_CHARACTERS], file_key=key, state=RunState.RUNNING)
        session.add(run)
    run.state, run.error = RunState.RUNNING, None
    run.rows, run.started_at, run.dates = rows, clock.now(), dates
    await _begin_again(session, run)
    _lease(run, token)
    await session.flush()
    return run


async def begin_undoing(session: AsyncSession, run_id: int, *, token: str) -> ImportRun:
    """Undo an import here and now. Raises NotFound, ImportBusy, ImportNotReady."""
    if not is_number(run_id):
        raise NotFound("import", run_id)
    await _refuse_busy(session, but=run_id)
    await ask(session, run_id, RunState.UNDOING, agent_id=None)
    run = await _locked(session, run_id)
    if run.state == RunState.UNDOING:
        _lease(run, token)
    await session.flush()
    return run


async def claim(session: AsyncSession, token: str) -> ImportRun | None:
    """The oldest import that waits for a worker, unless one is worked on: then nothing."""
    await locks.hold(session, "imports")
    if await _busy(session) is not None:
        return None
    at_work = select(ImportRun).where(ImportRun.state.in_(AT_WORK), ImportRun.is_kept | (ImportRun.state == "undoing"))
    run = await session.scalar(at_work.order_by(ImportRun.id).limit(1).with_for_update())
    if run is None:
        return None
    if run.state == RunState.WAITING:
        run.state, run.started_at = RunState.RUNNING, clock.now()
    _lease(run, token)
    await session.flush()
    return run


async def take(session: AsyncSession, run_id: int, token: str, part: Part, *, size: int) -> ImportReport:
    """Take over a part of `size` rows of the file, with its journal and its refusals. Raises LeaseLost."""
    run = await held(session, run_id, token)
    part = await without_strangers(session, part, but=run.id)
    # An erasure between the journal's look and the taking would leave in the journal what it has taken out.
    await hold_part(session, part)
    found = await journal.before(session, part)
    report = await take_part(session, part, source=run.file_name)
    if report.created or report.updated:
        await journal.write(session, run.id, found)
    await _count(session, run, report, size)
    return report


async def note_file(session: AsyncSession, run_id: int, token: str, notes: Sequence[Refusal]) -> None:
    """What is to be said of the file itself, before its first row is taken; again is once. Raises LeaseLost."""
    run = await held(session, run_id, token)
    await session.execute(delete(ImportRefusal).where(ImportRefusal.run_id == run.id, ImportRefusal.taken.is_(True)))
    session.add_all(_refusal(run.id, note, taken=True) for note in notes)
    await session.flush()


async def note_tried(session: AsyncSession, run_id: int, token: str, report: ImportReport, *, size: int) -> None:
    """What would become of a part, which was rolled back. Raises LeaseLost."""
    await _count(session, await held(session, run_id, token), report, size)


async def held(session: AsyncSession, run_id: int, token: str) -> ImportRun:
    """The import, locked, its lease renewed. Raises LeaseLost."""
    run = await _locked(session, run_id)
    if run.token != token:
        raise LeaseLost(run_id)
    _lease(run, token)
    return run


async def finish(session: AsyncSession, run_id: int, token: str, *, error: str | None = None) -> ImportRun:
    """The work on an import is over; `error`: why it ended early, the class of what happened. Raises LeaseLost."""
    run = await held(session, run_id, token)
    over = {RunState.TRYING: RunState.TRIED, RunState.RUNNING: RunState.DONE, RunState.UNDOING: RunState.UNDONE}
    run.token = run.leased_until = None
    run.error = error
    if error is not None:
        # What was written stays in the journal: a failed import can be asked for again, and goes on unchanged.
        run.state = RunState.DONE if run.state == RunState.UNDOING else RunState.FAILED
    else:
        run.state = over[RunState(run.state)]
    if run.state == RunState.DONE:
        run.finished_at = run.finished_at or clock.now()
        await session.execute(delete(ImportPiece).where(ImportPiece.run_id == run.id))
        run.is_kept = False
    elif run.state == RunState.UNDONE:
        run.undone_at = clock.now()
    await session.flush()
    return run


async def give_back(session: AsyncSession, run_id: int, token: str) -> None:
    """Whoever comes next goes on with it at once."""
    mine = update(ImportRun).where(ImportRun.id == run_id, ImportRun.token == token)
    await session.execute(mine.values(token=None, leased_until=None).execution_options(synchronize_session=False))


async def discard(session: AsyncSession, run_id: int) -> None:
    """Throw a draft away. Raises NotFound, ImportNotReady."""
    run = await _locked(session, run_id)
    if run.state not in (RunState.DRAFT, RunState.TRIED) or await _has_journal(session, run):
        raise ImportNotReady(run.id, run.state)
    await session.execute(delete(ImportRefusal).where(ImportRefusal.run_id == run.id))
    await session.execute(delete(ImportPiece).where(ImportPiece.run_id == run.id))
    await session.delete(run)
    await session.flush()


async def _has_journal(session: AsyncSession, run: ImportRun) -> bool:
    return await session.scalar(select(ImportEntry.id).where(ImportEntry.run_id == run.id).limit(1)) is not None


async def _begin_again(session: AsyncSession, run: ImportRun) -> None:
    run.done = run.created = run.updated = run.unchanged = run.refused = 0
    await session.execute(delete(ImportRefusal).where(ImportRefusal.run_id == run.id))


async def _count(session: AsyncSession, run: ImportRun, report: ImportReport, size: int) -> None:
    run.done += size
    run.created += report.created
    run.updated += report.updated
    run.unchanged += report.unchanged
    run.refused += len(report.refused)
    session.add_all(_refusal(run.id, refusal) for refusal in report.refused)
    session.add_all(_refusal(run.id, note, taken=True) for note in report.notes)
    await session.flush()


def _refusal(run_id: int, said: Refusal, *, taken: bool = False) -> ImportRefusal:
    return ImportRefusal(
        run_id=run_id, line=said.line, column=said.column, value=said.value, reason=said.reason_code, taken=taken
    )


async def _try_the_rest(session: AsyncSession, run: ImportRun) -> None:
    """What was left by an earlier undoing may go by now: a later file was undone, an order was taken away."""
    rest = update(ImportEntry).where(ImportEntry.run_id == run.id, ImportEntry.outcome.not_in(UNDONE_WELL))
    await session.execute(rest.values(outcome=None).execution_options(synchronize_session=False))
    run.done, run.left = run.taken_away + run.set_back, 0


def _is_left_behind(run: ImportRun) -> bool:
    """Begun on the command line by a process that is gone: nobody goes on with it by itself."""
    silent = run.leased_until is None or run.leased_until <= clock.now()
    return run.state == RunState.RUNNING and not run.is_kept and silent


def _lease(run: ImportRun, token: str) -> None:
    run.token, run.leased_until = token, clock.now() + LEASE


async def _busy(session: AsyncSession, *, but: int | None = None) -> int | None:
    worked_on = select(ImportRun.id).where(ImportRun.leased_until > clock.now(), ImportRun.id != (but or 0))
    return await session.scalar(worked_on.limit(1))


async def _refuse_busy(session: AsyncSession, *, but: int | None = None) -> None:
    await locks.hold(session, "imports")
    if (busy := await _busy(session, but=but)) is not None:
        raise ImportBusy(busy)


async def _locked(session: AsyncSession, run_id: int) -> ImportRun:
    run = await session.get(ImportRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound("import", run_id)
    return run
