"""Finding, answering and settling complaints."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.complaints import shared
from crm_store.complaints.models import (
    OPEN,
    Audience,
    Complaint,
    ComplaintClosed,
    ComplaintStatus,
    ComplaintUnsettled,
    EventKind,
    Severity,
)
from crm_store.complaints.rules import due_at
from crm_store.errors import NotFound


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> Complaint | None:
    """The complaint with that number, in any case; with `member_id` only if it is that member's own."""
    query = select(Complaint).where(Complaint.number == number.strip().upper())
    if member_id is not None:
        query = query.where(Complaint.member_id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get(session: AsyncSession, complaint_id: int) -> Complaint:
    """The complaint with that id. Raises NotFound."""
    found = await session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound("complaint", complaint_id)
    return found


async def open_for_member(session: AsyncSession, member_id: int) -> Sequence[Complaint]:
    """The member's complaints that are not settled, newest first."""
    query = shared.newest_first().where(Complaint.member_id == member_id, Complaint.status.in_(OPEN))
    return (await session.execute(query)).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[Complaint]:
    """All the member's complaints, newest first."""
    query = shared.newest_first().where(Complaint.member_id == member_id).limit(limit)
    return (await session.execute(query)).scalars().all()


async def open_list(session: AsyncSession, *, owner_id: int | None = None, limit: int = 200) -> Sequence[Complaint]:
    """Unsettled complaints, those without a reply first, then by due time; `owner_id` keeps one agent's."""
    query = select(Complaint).where(Complaint.status.in_(OPEN))
    if owner_id is not None:
        query = query.where(Complaint.owner_id == owner_id)
    query = query.order_by(Complaint.replied_at.is_not(None), Complaint.due_at, Complaint.id).limit(limit)
    return (await session.execute(query)).scalars().all()


async def add_event(
    session: AsyncSession,
    complaint: Complaint,
    *,
    text: str,
    audience: Audience,
    agent_id: int | None = None,
    message_id: int | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Add words to the history. An agent's words to the member are the promised reply: they keep the promise.

    The same key again changes nothing. Raises ComplaintClosed when the member was to read it and it is settled.
    """
    complaint = await shared.locked(session, complaint.id)
    if key is not None and await shared.find_by_key(session, key) is not None:
        return complaint
    if audience == Audience.MEMBER and not complaint.is_open:
        raise ComplaintClosed(complaint.number, complaint.status)
    at = at or now()
    is_reply = agent_id is not None and audience == Audience.MEMBER
    shared.write_event(
        complaint,
        EventKind.REPLY if is_reply else EventKind.NOTE,
        at=at,
        audience=audience,
        text=text,
        agent_id=agent_id,
        message_id=message_id,
        key=key,
    )
    if is_reply:
        complaint.status = ComplaintStatus.IN_PROGRESS
        complaint.owner_id = complaint.owner_id or agent_id
        await shared.replied(session, complaint, at)
    await session.flush()
    return complaint


async def assign(
    session: AsyncSession,
    complaint: Complaint,
    *,
    owner_id: int | None,
    by_id: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Make an agent (or nobody) the owner. Raises ComplaintClosed."""
    complaint = await shared.locked_open(session, complaint)
    if complaint.owner_id != owner_id:
        complaint.owner_id = owner_id
        if complaint.status == ComplaintStatus.OPEN and owner_id is not None:
            complaint.status = ComplaintStatus.IN_PROGRESS
        shared.write_event(
            complaint,
            EventKind.ASSIGNED,
            at=at or now(),
            audience=Audience.STAFF,
            text=str(owner_id or ""),
            agent_id=by_id,
        )
        await session.flush()
    return complaint


async def change_severity(
    session: AsyncSession, complaint: Complaint, severity: Severity, *, agent_id: int, at: datetime | None = None
) -> Complaint:
    """Set another severity; a higher one brings the due time forward, a lower one never puts it off: it was promised.

    Raises ComplaintClosed.
    """
    complaint = await shared.locked_open(session, complaint)
    if complaint.severity != severity:
        at = at or now()
        complaint.severity = severity
        member = await shared.member_of(session, complaint.member_id)
        await shared.bring_forward(
            session, complaint, due_at(severity, tier=member.tier_code if member else None, start=at)
        )
        shared.write_event(
            complaint, EventKind.SEVERITY, at=at, audience=Audience.STAFF, text=severity, agent_id=agent_id
        )
        await session.flush()
    return complaint


async def resolve(
    session: AsyncSession, complaint: Complaint, *, resolution: str, agent_id: int, at: datetime | None = None
) -> Complaint:
    """Settle the complaint; `resolution` is written for the member to read, and counts as the reply if none was given.

    Raises ComplaintClosed.
    """
    complaint = await shared.locked_open(session, complaint)
    at = at or now()
    complaint.status = ComplaintStatus.RESOLVED
    complaint.resolved_at = at
    complaint.resolution = resolution
    complaint.owner_id = complaint.owner_id or agent_id
    shared.write_event(
        complaint, EventKind.RESOLVED, at=at, audience=Audience.MEMBER, text=resolution, agent_id=agent_id
    )
    await shared.replied(session, complaint, at)
    await session.flush()
    return complaint


async def close(
    session: AsyncSession, complaint: Complaint, *, agent_id: int | None = None, at: datetime | None = None
) -> Complaint:
    """Put a resolved complaint away; twice is a no-op. Raises ComplaintUnsettled while it is open: a complaint is
    resolved first."""
    complaint = await shared.locked(session, complaint.id)
    if complaint.is_open:
        raise ComplaintUnsettled(complaint.number, complaint.status)
    if complaint.status != ComplaintStatus.CLOSED:
        at = at or now()
        complaint.status = ComplaintStatus.CLOSED
        complaint.closed_at = at
        shared.write_event(complaint, EventKind.CLOSED, at=at, audience=Audience.STAFF, agent_id=agent_id)
        await session.flush()
    return complaint


def breached(complaint: Complaint, *, at: datetime | None = None) -> bool:
    """The due time passed without a reply."""
    if complaint.breached_at is not None:
        return True
    return complaint.is_open and complaint.replied_at is None and complaint.due_at < (at or now())


async def mark_breached(session: AsyncSession, *, at: datetime | None = None, limit: int = 200) -> list[Complaint]:
    """Mark unsettled complaints whose due time passed without a reply and return them; each is locked and looked at
    again first. Call again until nothing comes back."""
    at = at or now()
    candidates = select(Complaint.id).where(
        Complaint.status.in_(OPEN),
        Complaint.replied_at.is_(None),
        Complaint.breached_at.is_(None),
        Complaint.due_at < at,
    )
    late = []
    for complaint_id in (await session.execute(candidates.order_by(Complaint.due_at).limit(limit))).scalars().all():
        complaint = await shared.locked(session, complaint_id)
        if complaint.breached_at is None and breached(complaint, at=at):
            complaint.breached_at = complaint.due_at
            shared.write_event(complaint, EventKind.BREACHED, at=at, audience=Audience.STAFF)
            late.append(complaint)
    await session.flush()
    return late
