"""Finding compensations."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.compensation.models import Compensation, CompensationStatus
from crm_store.errors import NotFound


async def get(session: AsyncSession, compensation_id: int) -> Compensation:
    """The compensation with that id. Raises NotFound."""
    found = await session.get(Compensation, compensation_id)
    if found is None:
        raise NotFound("compensation", compensation_id)
    return found


async def for_complaint(session: AsyncSession, complaint_id: int) -> Sequence[Compensation]:
    """What was asked for and given, in order."""
    query = select(Compensation).where(Compensation.complaint_id == complaint_id).order_by(Compensation.id)
    return (await session.execute(query)).scalars().all()


async def waiting(session: AsyncSession, *, limit: int = 200) -> Sequence[Compensation]:
    """What waits for a decision, the longest first."""
    query = select(Compensation).where(Compensation.status == CompensationStatus.WAITING)
    return (await session.execute(query.order_by(Compensation.id).limit(limit))).scalars().all()


async def granted(session: AsyncSession, complaint_id: int, kind: str) -> int:
    """How much of a kind the complaint has brought so far."""
    query = select(func.coalesce(func.sum(Compensation.amount), 0)).where(
        Compensation.complaint_id == complaint_id,
        Compensation.kind == kind,
        Compensation.status == CompensationStatus.GRANTED,
    )
    return int((await session.execute(query)).scalar_one())


async def locked(session: AsyncSession, compensation_id: int) -> Compensation:
    query = select(Compensation).where(Compensation.id == compensation_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
