"""Imports of the console are worked off here: tried, done, undone, part by part, whoever looks on."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError

from bot.desk import shop_imports
from bot.desk.desk import Desk
from bot.jobs.value import value_members
from crm_store import again, audit, importing, imports, risk, tiers
from crm_store.db import Database
from crm_store.importing import DateOrder, ImportKind, ImportReport, Part, Row, Table, dates_in
from crm_store.imports import ImportRun, LeaseLost, RunState

ROWS_PER_PART = 200
"""Rows of one transaction: few enough that a running app on SQLite waits for its turn only briefly."""
TRIES_PER_PART = 4
TELL_EVERY_S = 0.5
RENEW_S = 20.0

OnPart = Callable[[ImportReport], Awaitable[None]]

log = structlog.get_logger(__name__)


class _OnlyTried(Exception):
    """Ends the transaction of a part that was taken over only to see what would become of it."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


@dataclass(frozen=True)
class Assessed:
    """What was seen anew after an import: members whose risk was looked at, follow-ups opened, members valued."""

    members: int = 0
    opened: int = 0
    valued: int = 0


async def work_off(desk: Desk) -> dict[str, int]:
    """Do what imports wait for, the oldest first, until none does; how many were tried, done and undone."""
    counts: dict[str, int] = {}
    while True:
        async with desk.database.reading() as session:
            if not await imports.wait_for_work(session):
                return counts
        token = uuid.uuid4().hex
        async with desk.database.transaction() as session:
            run = await imports.claim(session, token)
        if run is None:
            return counts
        state = RunState(run.state)
        await _work(desk, run, token)
        counts[state] = counts.get(state, 0) + 1


async def _work(desk: Desk, run: ImportRun, token: str) -> None:
    """One import, to its end; what goes wrong is noted with it, and a process that is stopped leaves it to the next."""
    database, told_at = desk.database, 0.0

    async def tell(_report: ImportReport) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TELL_EVERY_S:
            told_at = time.monotonic()
            await shop_imports.told(desk, run.id)

    error: str | None = None
    try:
        async with kept(database, run.id, token):
            if run.state == RunState.UNDOING:
                members = await undo_all(database, run, token, on_part=tell)
            else:
                members = await _take(database, run, token, on_part=tell)
            if run.state != RunState.TRYING:
                await assess(database, run.kind, members)
    except asyncio.CancelledError:
        await asyncio.shield(give_back(database, run.id, token))
        raise
    except LeaseLost:
        return
    except Exception as failure:  # whatever it was, the import is not done, and the shop sees that
        log.exception("imports.failed", run=run.id)
        error = type(failure).__name__
    await finish(database, run, token, error=error)
    await shop_imports.told(desk, run.id)


async def finish(database: Database, run: ImportRun, token: str, *, error: str | None = None) -> ImportRun:
    """Note the end of an import, also in the trail."""
    actions = {RunState.RUNNING: "finish_import", RunState.UNDOING: "finish_undoing_import"}
    async with database.transaction() as session:
        over = await imports.finish(session, run.id, token, error=error)
        if (action := actions.get(RunState(run.state))) is not None and error is None:
            undone = run.state == RunState.UNDOING
            names = ("taken_away", "set_back", "left") if undone else ("created", "updated", "unchanged", "refused")
            details = {name: getattr(over, name) for name in names}
            await audit.record(session, action=action, actor="desk", subject=f"import:{run.id}", details=details)
    return over


@asynccontextmanager
async def kept(database: Database, run_id: int, token: str) -> AsyncIterator[None]:
    """The import stays with us during the block, also while nothing of it is written."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            async with database.transaction() as session:
                await imports.held(session, run_id, token)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def give_back(database: Database, run_id: int, token: str) -> None:
    """Whoever comes next goes on with it at once."""
    async with database.transaction() as session:
        await imports.give_back(session, run_id, token)


async def _take(database: Database, run: ImportRun, token: str, *, on_part: OnPart) -> set[int]:
    async with database.reading(bulk=True) as session:
        data = await imports.content(session, run.id)
    dates = None if run.dates is None else DateOrder(run.dates)
    table = await asyncio.to_thread(
        importing.read_file, data, run.kind, encoding=run.encoding, sheet=run.sheet, mapping=run.mapping
    )
    return await take_rows(database, run, token, table, dates=dates, on_part=on_part)


async def take_rows(
    database: Database, run: ImportRun, token: str, table: Table, *, dates: DateOrder | None, on_part: OnPart
) -> set[int]:
    """Take the rows of a file over from where the import stands, or try them; the members who are to be looked at anew.
    The cells of each part are read in a thread, before its transaction."""
    members: set[int] = set()
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        if not run.done:
            await imports.note_file(session, run.id, token, table.notes)
    async for part, size in parts_read(ImportKind(run.kind), table, dates=dates, begin=run.done):
        if run.state == RunState.TRYING:
            report = await tried(database, part, source=run.file_name, run_id=run.id)
            async with database.transaction() as session:
                await imports.note_tried(session, run.id, token, report, size=size)
        else:
            report = await _taken(database, run, token, part, size=size)
        members |= report.members
        await on_part(report)
    if run.done and run.state == RunState.RUNNING:
        # What was taken before an interruption is looked at too.
        async with database.reading() as session:
            members |= await imports.members_of(session, run.id)
    return members


async def parts_read(
    kind: ImportKind, table: Table, *, dates: DateOrder | None, begin: int = 0
) -> AsyncIterator[tuple[Part, int]]:
    """The rows from the one at place `begin` on, part by part with their number, each read in a thread."""

    known = importing.KnownCells()
    if begin and kind is ImportKind.MEMBERS:
        # Who stands under which number in the rows that were taken before an interruption.
        await asyncio.to_thread(importing.read_part, kind, table.rows[:begin], table.layout, known=known)

    def read(rows: Sequence[Row]) -> Part:
        with dates_in(dates):
            return importing.read_part(kind, rows, table.layout, known=known)

    for rows in importing.parts(kind, table.rows[begin:], ROWS_PER_PART, table.layout):
        yield await asyncio.to_thread(read, rows), len(rows)


async def _taken(database: Database, run: ImportRun, token: str, part: Part, *, size: int) -> ImportReport:
    async def once() -> ImportReport:
        async with database.transaction(bulk=True) as session:
            return await imports.take(session, run.id, token, part, size=size)

    return await _again_if_stopped(once)


async def tried(database: Database, part: Part, *, source: str, run_id: int | None = None) -> ImportReport:
    """What would become of a part; nothing of it is kept. `run_id`: of the import, where it is one already."""

    async def once() -> ImportReport:
        try:
            async with database.transaction(bulk=True) as session:
                known = await imports.without_strangers(session, part, but=run_id)
                raise _OnlyTried(await importing.take_part(session, known, source=source))
        except _OnlyTried as trial:
            return trial.report

    return await _again_if_stopped(once)


async def _again_if_stopped(once: Callable[[], Awaitable[ImportReport]]) -> ImportReport:
    """One transaction. The app may hold what we need while it waits for what we hold; the database then ends one of the
    two, and since a part is all or nothing it is simply done again."""
    for attempt in range(1, TRIES_PER_PART):
        try:
            return await once()
        except OperationalError:
            await asyncio.sleep(0.2 * attempt)
    return await once()


async def undo_all(database: Database, run: ImportRun, token: str, *, on_part: OnPart) -> set[int]:
    """Undo every record of an import, the last written first; the members they were of."""
    members: set[int] = set()

    async def part() -> set[int] | None:
        async with database.transaction(bulk=True) as session:
            held = await imports.held(session, run.id, token)
            entries = await imports.waiting(session, run.id, limit=ROWS_PER_PART)
            return await imports.undo(session, held, entries) if entries else None

    while (undone := await again.until_through(part)) is not None:
        members |= undone
        await on_part(ImportReport())
    return members


async def assess(database: Database, kind: str, members: set[int]) -> Assessed:
    """What orders and parcels say of the risk and the worth of members, seen now and not only tomorrow."""
    if kind not in (ImportKind.ORDERS, ImportKind.PARCELS) or not members:
        return Assessed()
    swept = await risk.sweep(database, members)
    valued = await value_members(database, key=f"import:{uuid.uuid4().hex[:12]}")
    return Assessed(swept.members, swept.opened, valued)
