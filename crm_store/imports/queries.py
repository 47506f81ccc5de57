"""Reading the history of imports."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.errors import NotFound
from crm_store.imports.models import AT_WORK, ImportEntry, ImportRefusal, ImportRun, RunState

LARGEST_NUMBER = 2**31 - 1


def is_number(run_id: int) -> bool:
    """Whether an import could have this number: databases raise at others."""
    return 0 < run_id <= LARGEST_NUMBER


async def listing(session: AsyncSession, *, limit: int, before: int | None = None) -> Sequence[ImportRun]:
    """Imports that were at least tried or begun, the newest first; those older than the one with id `before`."""
    rows = select(ImportRun)
    if before is not None:
        rows = rows.where(ImportRun.id < before)
    return (await session.scalars(rows.order_by(ImportRun.id.desc()).limit(limit))).all()


async def wait_for_work(session: AsyncSession) -> bool:
    """Whether any import is to be worked on; reads only."""
    return await session.scalar(select(ImportRun.id).where(ImportRun.state.in_(AT_WORK)).limit(1)) is not None


async def get(session: AsyncSession, run_id: int) -> ImportRun:
    """Raises NotFound."""
    run = await session.get(ImportRun, run_id) if is_number(run_id) else None
    if run is None:
        raise NotFound("import", run_id)
    return run


async def done_before(session: AsyncSession, run: ImportRun) -> ImportRun | None:
    """The last import of the same file that was done and is not undone."""
    same = select(ImportRun).where(
        ImportRun.file_key == run.file_key,
        ImportRun.kind == run.kind,
        ImportRun.state == RunState.DONE,
        ImportRun.id != run.id,
    )
    return await session.scalar(same.order_by(ImportRun.id.desc()).limit(1))


async def members_of(session: AsyncSession, run_id: int) -> set[int]:
    """Whose records an import wrote."""
    return set(await session.scalars(select(ImportEntry.member_id).where(ImportEntry.run_id == run_id).distinct()))


async def refusals(
    session: AsyncSession, run_id: int, *, after: int = 0, limit: int | None = None
) -> Sequence[ImportRefusal]:
    """The rows that were refused, in the order of the file; those behind the one with id `after`."""
    rows = select(ImportRefusal).where(
        ImportRefusal.run_id == run_id, ImportRefusal.taken.is_(False), ImportRefusal.id > after
    )
    return (await session.scalars(rows.order_by(ImportRefusal.id).limit(limit))).all()


async def notes(session: AsyncSession, run_id: int, *, limit: int) -> tuple[Sequence[ImportRefusal], int]:
    """What is to be said of rows that were taken, and of the file: the first lines of it, and how many there are."""
    noted = (ImportRefusal.run_id == run_id, ImportRefusal.taken.is_(True))
    rows = select(ImportRefusal).where(*noted).order_by(ImportRefusal.line, ImportRefusal.id).limit(limit)
    count = await session.scalar(select(func.count()).select_from(ImportRefusal).where(*noted)) or 0
    return (await session.scalars(rows)).all(), count
