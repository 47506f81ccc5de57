"""Imports of the shop's files from the console: each act is one transaction with its role and its trail, and is told to
the open consoles afterwards; the work itself is a job (`bot.jobs.imports`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.base import DeskBase
from bot.desk.casework.acting import NotAllowed
from crm_store import agents, audit, importing, imports
from crm_store.agents import Role
from crm_store.importing import DateOrder, Look
from crm_store.imports import ImportRun, RunState

IMPORTS = "imports"
"""The topic of imports: one of them has come further."""
MOVED = "import_moved"
NEEDS = Role.ADMIN


async def hand_in(desk: DeskBase, by_id: int, *, file_name: str, data: bytes) -> ImportRun:
    """Keep a file to be looked at; what it holds is found by its headers. The same file again is the same draft. Raises
    NotAllowed, FileUnreadable."""
    kind = await asyncio.to_thread(importing.kind_of, data)
    async with _as_admin(desk, by_id) as session:
        run = await imports.draft(session, kind=kind, file_name=file_name, data=data, agent_id=by_id)
        await _note(session, by_id, "hand_in_import", run.id, kind=run.kind)
    await told(desk, run.id)
    return run


async def content(desk: DeskBase, run_id: int) -> bytes:
    """The file of a draft. Raises NotFound."""
    async with desk.database.reading(bulk=True) as session:
        return await imports.content(session, run_id)


async def read_as(
    desk: DeskBase,
    by_id: int,
    run_id: int,
    found: Look,
    *,
    encoding: str | None,
    dates: DateOrder | None,
    sheet: str | None,
    mapping: str | None,
) -> ImportRun:
    """How a draft is to be read from now on; `found`: how it looks so. Raises NotAllowed, ImportNotReady."""
    async with _as_admin(desk, by_id) as session:
        return await imports.read_as(
            session, run_id, kind=found.kind, encoding=encoding, dates=dates, sheet=sheet, mapping=mapping,
            rows=len(found.table.rows),
        )  # fmt: skip


async def try_out(desk: DeskBase, by_id: int, run_id: int) -> None:
    """Let a worker see what would become of every row. Raises NotAllowed, NotFound, ImportNotReady."""
    await _ask(desk, by_id, run_id, RunState.TRYING, "try_import")


async def take_over(desk: DeskBase, by_id: int, run_id: int) -> None:
    """Let a worker import the file; twice is once. Raises NotAllowed, NotFound, ImportNotReady."""
    await _ask(desk, by_id, run_id, RunState.WAITING, "start_import")


async def undo(desk: DeskBase, by_id: int, run_id: int) -> None:
    """Let a worker undo an import; twice is once. Raises NotAllowed, NotFound, ImportNotReady."""
    await _ask(desk, by_id, run_id, RunState.UNDOING, "undo_import")


async def discard(desk: DeskBase, by_id: int, run_id: int) -> None:
    """Throw a draft away. Raises NotAllowed, NotFound, ImportNotReady."""
    async with _as_admin(desk, by_id) as session:
        await imports.discard(session, run_id)
        await _note(session, by_id, "discard_import", run_id)
    await told(desk, run_id)


async def _ask(desk: DeskBase, by_id: int, run_id: int, wanted: RunState, action: str) -> None:
    async with _as_admin(desk, by_id) as session:
        if await imports.ask(session, run_id, wanted, agent_id=by_id):
            await _note(session, by_id, action, run_id)
    await told(desk, run_id)


@asynccontextmanager
async def _as_admin(desk: DeskBase, by_id: int) -> AsyncIterator[AsyncSession]:
    async with desk.database.transaction(bulk=True) as session:
        if not agents.may(await agents.get(session, by_id), NEEDS):
            raise NotAllowed(NEEDS)
        yield session


async def _note(session: AsyncSession, by_id: int, action: str, run_id: int, **details: object) -> None:
    await audit.record(session, agent_id=by_id, action=action, subject=f"import:{run_id}", details=details)


async def told(desk: DeskBase, run_id: int) -> None:
    """Tell the open consoles that an import has come further."""
    await desk.signals.publish(IMPORTS, event={"kind": MOVED, "id": run_id})
