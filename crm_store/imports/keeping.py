"""How long imports are remembered: files until they are taken over, journals as long as the policy says."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePath

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock
from crm_store.imports.models import AT_WORK, ImportEntry, ImportPiece, ImportRefusal, ImportRun
from crm_store.policy import policy

FILES_KEPT = timedelta(days=1)
"""Of a file that was handed in and not imported."""
RUNS_AT_A_TIME = 20


async def forget(session: AsyncSession, *, limit: int = RUNS_AT_A_TIME) -> int:
    """Remove the files of imports that nobody went on with, and journals and refused rows older than the policy says;
    of how many imports. What is left of these is the line in the history. Call again until it returns less."""
    now = clock.now()
    idle = ImportRun.state.not_in(AT_WORK)
    filed = select(ImportRun.id).where(idle, ImportRun.is_kept, ImportRun.created_at < now - FILES_KEPT)
    unused = (await session.scalars(filed.limit(limit))).all()
    await session.execute(delete(ImportPiece).where(ImportPiece.run_id.in_(unused)))
    await _mark(session, unused, is_kept=False)
    long_ago = now - policy().privacy.keep_imports
    old = select(ImportRun.id).where(idle, ImportRun.forgotten_at.is_(None), ImportRun.created_at < long_ago)
    over = (await session.scalars(old.limit(limit))).all()
    for table in (ImportEntry, ImportRefusal):
        await session.execute(delete(table).where(table.run_id.in_(over)))
    await forget_names(session, over)
    await _mark(session, over, forgotten_at=now)
    return len({*unused, *over})


async def forget_names(session: AsyncSession, runs: Sequence[int]) -> None:
    """Leave the ending of the files' names alone: a file may be called after somebody in it."""
    for run in (await session.scalars(select(ImportRun).where(ImportRun.id.in_(runs)))).all():
        run.file_name = f"…{PurePath(run.file_name).suffix}"
    await session.flush()


async def _mark(session: AsyncSession, runs: Sequence[int], **values: object) -> None:
    statement = update(ImportRun).where(ImportRun.id.in_(runs)).values(values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def forget_refused_values(session: AsyncSession) -> None:
    """Take out what stood in rows that were refused: one of them may be of somebody who has to be forgotten."""
    rows = update(ImportRefusal).where(ImportRefusal.value.is_not(None)).values(value=None)
    await session.execute(rows.execution_options(synchronize_session=False))
