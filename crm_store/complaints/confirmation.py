"""What the member says to the solution: solved, or nothing; "not solved" is `filing.reopen`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.complaints import history, queries
from crm_store.complaints.errors import ComplaintUnsettled
from crm_store.complaints.models import Audience, Complaint, ComplaintStatus, EventKind
from crm_store.policy import policy


async def confirm(
    session: AsyncSession,
    complaint: Complaint,
    *,
    key: str,
    message_id: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """The member says that it is solved: the complaint is closed. The same key again, or said twice, changes nothing.

    Raises ComplaintUnsettled while it is open.
    """
    complaint = await queries.locked(session, complaint.id)
    if complaint.confirmed_at is not None or await queries.find_by_key(session, key) is not None:
        return complaint
    if complaint.is_open:
        raise ComplaintUnsettled(complaint.number, complaint.status)
    at = at or now()
    complaint.status = ComplaintStatus.CLOSED
    complaint.confirmed_at = at
    complaint.closed_at = complaint.closed_at or at
    history.write_event(complaint, EventKind.CONFIRMED, at=at, audience=Audience.MEMBER, message_id=message_id, key=key)
    await session.flush()
    return complaint


async def close_unanswered(
    session: AsyncSession, *, at: datetime | None = None, limit: int = 200
) -> Sequence[Complaint]:
    """Close what was resolved so long ago that no answer will come (the policy's `complaints.confirm_within`); it may
    still be reopened. Call again until nothing comes back."""
    at = at or now()
    waiting = select(Complaint.id).where(
        Complaint.status == ComplaintStatus.RESOLVED, Complaint.resolved_at < at - policy().complaints.confirm_within
    )
    closed = []
    for complaint_id in (await session.execute(waiting.order_by(Complaint.id).limit(limit))).scalars().all():
        complaint = await queries.locked(session, complaint_id)
        if complaint.status == ComplaintStatus.RESOLVED:
            complaint.status, complaint.closed_at = ComplaintStatus.CLOSED, at
            history.write_event(complaint, EventKind.CLOSED, at=at, audience=Audience.STAFF)
            closed.append(complaint)
    await session.flush()
    return closed


async def last_settled(
    session: AsyncSession, *, member_id: int | None, identity_id: int, conversation_id: str, at: datetime | None = None
) -> Complaint | None:
    """The customer's complaint that was settled last and may still be reopened: the one that "it is not solved" is
    about. One that was filed anonymously is found at its own address alone."""
    here = or_(Complaint.conversation_id == conversation_id, Complaint.identity_id == identity_id)
    anonymous = Complaint.member_id.is_(None) & here
    query = select(Complaint).where(
        anonymous if member_id is None else or_(Complaint.member_id == member_id, anonymous),
        Complaint.status.in_((ComplaintStatus.RESOLVED, ComplaintStatus.CLOSED)),
        Complaint.resolved_at > (at or now()) - policy().complaints.reopen_within,
    )
    query = query.order_by(Complaint.resolved_at.desc(), Complaint.id.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()
