"""The complaints by how far they have come: who has not begun, who works, who waits for somebody else, what is over."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.compensation import Compensation, CompensationStatus
from crm_store.complaints import Complaint, ComplaintStatus
from crm_store.policy import policy
from crm_store.work.models import Filters, Kind, Row
from crm_store.work.queries import narrowed, read
from crm_store.work.sources import SOURCES


class Column(StrEnum):
    """NEW: nobody has begun; WAITING: for the customer to confirm the solution, or for a supervisor to approve a
    compensation; RESOLVED: closed within the time in which customers may still answer (`complaints.confirm_within`)."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"


async def columns(
    session: AsyncSession, filters: Filters, *, limit: int = 60, at: datetime | None = None
) -> dict[Column, list[Row]]:
    """Each column's first complaints, the most pressing first; of what is over the latest. Of `filters` only whose and
    by when count."""
    at = at or now()
    source, found = SOURCES[Kind.COMPLAINTS], {}
    only = narrowed(source, filters, at, stages=False)
    for column, where in _conditions(at).items():
        found[column] = await read(
            session, Kind.COMPLAINTS, where, *only, limit=limit, at=at, latest_first=column is Column.RESOLVED
        )
    return found


def _conditions(at: datetime) -> Mapping[Column, ColumnElement[bool]]:
    status = Complaint.status
    to_approve = exists().where(
        Compensation.complaint_id == Complaint.id, Compensation.status == CompensationStatus.WAITING
    )
    running = and_(SOURCES[Kind.COMPLAINTS].is_open, ~to_approve)
    untouched = and_(status == ComplaintStatus.OPEN, Complaint.owner_id.is_(None))
    return {
        Column.NEW: and_(running, untouched),
        Column.IN_PROGRESS: and_(running, ~untouched),
        Column.WAITING: and_(status != ComplaintStatus.CLOSED, or_(to_approve, status == ComplaintStatus.RESOLVED)),
        Column.RESOLVED: and_(
            status == ComplaintStatus.CLOSED, Complaint.closed_at >= at - policy().complaints.confirm_within
        ),
    }
