"""Answering and settling complaints."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import promises
from crm_store.clock import now
from crm_store.complaints import history, queries, reply_promise, terms
from crm_store.complaints.errors import ComplaintClosed, ComplaintUnsettled
from crm_store.complaints.models import (
    OPEN,
    Audience,
    Cause,
    Complaint,
    ComplaintCategory,
    ComplaintStatus,
    EventKind,
    Severity,
)
from crm_store.complaints.rules import due_at
from crm_store.complaints.terms import TermKind


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
    complaint = await queries.locked(session, complaint.id)
    if key is not None and await queries.find_by_key(session, key) is not None:
        return complaint
    if audience == Audience.MEMBER and not complaint.is_open:
        raise ComplaintClosed(complaint.number, complaint.status)
    at = at or now()
    is_reply = agent_id is not None and audience == Audience.MEMBER
    history.write_event(
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
        await reply_promise.keep(session, complaint, at)
    await session.flush()
    return complaint


async def record(
    session: AsyncSession,
    complaint: Complaint,
    kind: EventKind,
    *,
    text: str = "",
    agent_id: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Write what was done about the complaint elsewhere, such as a compensation, into its history for the staff."""
    complaint = await queries.locked(session, complaint.id)
    history.write_event(complaint, kind, at=at or now(), audience=Audience.STAFF, text=text, agent_id=agent_id)
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
    complaint = await queries.locked_open(session, complaint)
    if complaint.owner_id != owner_id:
        complaint.owner_id = owner_id
        await reply_promise.hand_over(session, complaint)
        if complaint.status == ComplaintStatus.OPEN and owner_id is not None:
            complaint.status = ComplaintStatus.IN_PROGRESS
        history.write_event(
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
    complaint = await queries.locked_open(session, complaint)
    if complaint.severity != severity:
        at = at or now()
        complaint.severity = severity
        member = await queries.member_of(session, complaint.member_id)
        await reply_promise.bring_forward(
            session, complaint, due_at(severity, tier=member.tier_code if member else None, start=at)
        )
        history.write_event(
            complaint, EventKind.SEVERITY, at=at, audience=Audience.STAFF, text=severity, agent_id=agent_id
        )
        await session.flush()
    return complaint


async def resolve(
    session: AsyncSession,
    complaint: Complaint,
    *,
    resolution: str,
    agent_id: int,
    cause: Cause | str | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Settle the complaint; `resolution` is written for the member to read, and counts as the reply if none was given.
    Whatever else was promised about it is kept. `cause`: what it was due to.

    The same key again changes nothing. Raises ComplaintClosed, TermNotInUse for a cause that cannot be chosen.
    """
    complaint = await queries.locked(session, complaint.id)
    if key is not None and await queries.find_by_key(session, key) is not None:
        return complaint
    if not complaint.is_open:
        raise ComplaintClosed(complaint.number, complaint.status)
    at = at or now()
    if cause is not None:
        complaint.cause = await terms.check(session, TermKind.CAUSE, cause, beside=complaint.cause)
    complaint.status = ComplaintStatus.RESOLVED
    complaint.resolved_at = at
    complaint.resolution = resolution
    complaint.owner_id = complaint.owner_id or agent_id
    history.write_event(
        complaint, EventKind.RESOLVED, at=at, audience=Audience.MEMBER, text=resolution, agent_id=agent_id, key=key
    )
    await reply_promise.keep(session, complaint, at)
    await promises.keep_all(session, reference=complaint.number, at=at)
    await session.flush()
    return complaint


async def close(
    session: AsyncSession, complaint: Complaint, *, agent_id: int | None = None, at: datetime | None = None
) -> Complaint:
    """Put a resolved complaint away; twice is a no-op. Raises ComplaintUnsettled while it is open: a complaint is
    resolved first."""
    complaint = await queries.locked(session, complaint.id)
    if complaint.is_open:
        raise ComplaintUnsettled(complaint.number, complaint.status)
    if complaint.status != ComplaintStatus.CLOSED:
        at = at or now()
        complaint.status = ComplaintStatus.CLOSED
        complaint.closed_at = at
        history.write_event(complaint, EventKind.CLOSED, at=at, audience=Audience.STAFF, agent_id=agent_id)
        await session.flush()
    return complaint


async def tell_more(
    session: AsyncSession,
    complaint: Complaint,
    *,
    text: str,
    key: str,
    order_id: int | None = None,
    category: ComplaintCategory | None = None,
    message_id: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Add the customer's further words: they stand in the history and at the end of the description, so that whoever
    opens the complaint reads the whole story. `order_id`: the order, when it is known only now; `category`: what the
    complaint is about, when the words put that right.

    The same key again changes nothing. Raises ComplaintClosed.
    """
    complaint = await queries.locked_open(session, complaint)
    if await queries.find_by_key(session, key) is not None:
        return complaint
    complaint.description = f"{complaint.description}\n{text}"
    complaint.order_id = complaint.order_id or order_id
    complaint.category = category or complaint.category
    history.write_event(
        complaint, EventKind.JOINED, at=at or now(), audience=Audience.MEMBER, text=text, message_id=message_id, key=key
    )
    await session.flush()
    return complaint


async def withdraw(
    session: AsyncSession,
    complaint: Complaint,
    *,
    resolution: str,
    key: str,
    message_id: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Close a complaint that the customer took back; its promise of a reply is called off. The same key again changes
    nothing. Raises ComplaintClosed."""
    complaint = await queries.locked(session, complaint.id)
    if await queries.find_by_key(session, key) is not None:
        return complaint
    if not complaint.is_open:
        raise ComplaintClosed(complaint.number, complaint.status)
    at = at or now()
    complaint.status = ComplaintStatus.CLOSED
    complaint.resolved_at = complaint.closed_at = at
    complaint.resolution = resolution
    history.write_event(complaint, EventKind.WITHDRAWN, at=at, audience=Audience.MEMBER, message_id=message_id, key=key)
    await reply_promise.call_off(session, complaint, at)
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
        complaint = await queries.locked(session, complaint_id)
        if complaint.breached_at is None and breached(complaint, at=at):
            complaint.breached_at = complaint.due_at
            history.write_event(complaint, EventKind.BREACHED, at=at, audience=Audience.STAFF)
            late.append(complaint)
    await session.flush()
    return late


async def escalate(session: AsyncSession, complaint: Complaint, *, at: datetime | None = None) -> Complaint:
    """Raise an unsettled complaint to the supervisors; it stays its owner's. Twice is a no-op. Raises
    ComplaintClosed."""
    complaint = await queries.locked_open(session, complaint)
    if complaint.escalated_at is None:
        complaint.escalated_at = at or now()
        history.write_event(complaint, EventKind.ESCALATED, at=complaint.escalated_at, audience=Audience.STAFF)
        await session.flush()
    return complaint
