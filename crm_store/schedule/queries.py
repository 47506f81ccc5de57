"""What the console, the command line and the metrics show of the jobs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.schedule.models import JobRun, ScheduledJob


async def listing(session: AsyncSession) -> list[ScheduledJob]:
    """All jobs: those that fail first, then by what is due next."""
    found = await session.scalars(select(ScheduledJob).order_by(ScheduledJob.next_at, ScheduledJob.name))
    return sorted(found, key=lambda job: job.failures == 0)


async def get(session: AsyncSession, name: str) -> ScheduledJob | None:
    return await session.get(ScheduledJob, name)


async def latest_runs(session: AsyncSession, *, each: int) -> dict[str, Sequence[JobRun]]:
    """The last runs that were written down, so many `each`, by job, the oldest of them first."""
    place = func.row_number().over(partition_by=JobRun.name, order_by=JobRun.id.desc()).label("place")
    numbered = select(JobRun.id, place).subquery()
    query = select(JobRun).join(numbered, JobRun.id == numbered.c.id).where(numbered.c.place <= each)
    found: dict[str, list[JobRun]] = {}
    for run in await session.scalars(query.order_by(JobRun.id)):
        found.setdefault(run.name, []).append(run)
    return dict(found)
