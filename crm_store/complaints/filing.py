"""Taking a complaint down, joining it to an open one about the same thing, and taking a settled one up again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, numbering
from crm_store.clock import business_zone, now
from crm_store.complaints import history, queries, reply_promise
from crm_store.complaints.errors import ComplaintNotReopenable
from crm_store.complaints.models import (
    OPEN,
    Audience,
    Complaint,
    ComplaintCategory,
    ComplaintStatus,
    EventKind,
    Severity,
)
from crm_store.complaints.rules import due_at, severity_for
from crm_store.errors import KeyReused
from crm_store.language import Language
from crm_store.parcels import Parcel
from crm_store.policy import policy
from crm_store.promises import MadeBy


async def file(
    session: AsyncSession,
    *,
    member_id: int | None,
    conversation_id: str | None,
    category: ComplaintCategory | str,
    description: str,
    key: str,
    severity: Severity | None = None,
    anger: float = 0.0,
    order_id: int | None = None,
    parcel_id: int | None = None,
    identity_id: int | None = None,
    message_id: int | None = None,
    made_by: MadeBy = MadeBy.BOT,
    agent_id: int | None = None,
    language: Language | None = None,
    at: datetime | None = None,
    same_category: bool = False,
) -> Complaint:
    """Take a complaint down and promise a reply by its due time; the same key again returns the same complaint.

    When the same customer has an open complaint about the same parcel or order (or, when neither is named, of the same
    category in the same conversation), the words are added to it, its severity rises where the new one is higher, and
    it comes back with `joined` true. `same_category`: it never joins one of another category, as harm by a thing is no
    part of a late delivery. `severity`: by the rules of `severity_for` when not given. `language`: of the
    promise's words; the member's when not given. Raises KeyReused, ValueError for a category that does not exist.
    """
    category = ComplaintCategory(category)
    # One customer's complaints are filed one after the other: two taps at once must find each other.
    await locks.hold(session, f"complaint:{member_id or identity_id or conversation_id}")
    known = await queries.find_by_key(session, key)
    if known is not None:
        if known.member_id != member_id:
            raise KeyReused(key)
        return known
    at = at or now()
    if parcel_id is not None and order_id is None:
        parcel = await session.get(Parcel, parcel_id)
        order_id = parcel.order_id if parcel else None
    member = await queries.member_of(session, member_id)
    tier = member.tier_code if member else None
    severity = severity or severity_for(category, anger=anger, tier=tier)
    due = due_at(severity, tier=tier, start=at)
    subject = _Subject(member_id, identity_id, conversation_id, category, order_id, parcel_id)
    complaint = await _open_for_the_same(session, subject, same_category=same_category)
    joined = complaint is not None
    if complaint is None:
        complaint = await _begin(session, subject, severity=severity, description=description, due=due, at=at)
        needs_promise = True
    else:
        needs_promise = await _join(session, complaint, subject, severity=severity, due=due)
    if needs_promise:
        await reply_promise.make(
            session,
            complaint,
            key=key,
            made_by=made_by,
            agent_id=agent_id,
            language=language or Language.of(member.language if member else None),
            at=at,
        )
    history.write_event(
        complaint,
        EventKind.JOINED if joined else EventKind.FILED,
        at=at,
        audience=Audience.MEMBER,
        text=description,
        agent_id=agent_id,
        message_id=message_id,
        key=key,
    )
    complaint.joined = joined
    await session.flush()
    return complaint


async def reopen(
    session: AsyncSession,
    complaint: Complaint,
    *,
    reason: str,
    key: str,
    agent_id: int | None = None,
    made_by: MadeBy = MadeBy.BOT,
    language: Language | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Take a settled complaint up again, one step more severe, with a new due time and promise; the same key again
    changes nothing. Raises ComplaintNotReopenable."""
    complaint = await queries.locked(session, complaint.id)
    if await queries.find_by_key(session, key) is not None:
        return complaint
    at = at or now()
    settled_at = complaint.resolved_at
    if complaint.is_open or settled_at is None or at - settled_at > policy().complaints.reopen_within:
        raise ComplaintNotReopenable(complaint.number, complaint.status)
    member = await queries.member_of(session, complaint.member_id)
    steps = list(Severity)
    severity = steps[min(steps.index(Severity(complaint.severity)) + 1, len(steps) - 1)]
    complaint.severity = severity
    complaint.status = ComplaintStatus.REOPENED
    complaint.reopened_at = at
    complaint.resolved_at = complaint.closed_at = complaint.replied_at = complaint.breached_at = None
    complaint.confirmed_at = complaint.escalated_at = None
    complaint.due_at = due_at(severity, tier=member.tier_code if member else None, start=at)
    history.write_event(
        complaint, EventKind.REOPENED, at=at, audience=Audience.MEMBER, text=reason, agent_id=agent_id, key=key
    )
    await reply_promise.make(
        session, complaint, key=key, made_by=made_by, agent_id=agent_id, at=at,
        language=language or Language.of(member.language if member else None),
    )  # fmt: skip
    await session.flush()
    return complaint


@dataclass(frozen=True)
class _Subject:
    """Who complains about what: what decides whether two complaints are one."""

    member_id: int | None
    identity_id: int | None
    conversation_id: str | None
    category: str
    order_id: int | None
    parcel_id: int | None


async def _open_for_the_same(session: AsyncSession, subject: _Subject, *, same_category: bool) -> Complaint | None:
    query = queries.newest_first().where(Complaint.status.in_(OPEN)).limit(1).with_for_update(key_share=True)
    if subject.member_id is not None:
        query = query.where(Complaint.member_id == subject.member_id)
    elif subject.identity_id is not None:
        query = query.where(Complaint.identity_id == subject.identity_id)
    else:
        query = query.where(Complaint.conversation_id == subject.conversation_id)
    if same_category:
        query = query.where(Complaint.category == subject.category)
    if subject.order_id is not None:
        query = query.where(Complaint.order_id == subject.order_id)
        if subject.parcel_id is not None:
            query = query.where(or_(Complaint.parcel_id == subject.parcel_id, Complaint.parcel_id.is_(None)))
    elif subject.conversation_id is not None:
        query = query.where(
            Complaint.conversation_id == subject.conversation_id, Complaint.category == subject.category
        )
    else:
        return None
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _begin(
    session: AsyncSession, subject: _Subject, *, severity: Severity, description: str, due: datetime, at: datetime
) -> Complaint:
    complaint = Complaint(
        number=await numbering.next_in(session, f"C-{at.astimezone(business_zone()).year}"),
        member_id=subject.member_id,
        identity_id=subject.identity_id,
        conversation_id=subject.conversation_id,
        category=subject.category,
        severity=severity,
        status=ComplaintStatus.OPEN,
        description=description,
        order_id=subject.order_id,
        parcel_id=subject.parcel_id,
        filed_at=at,
        due_at=due,
        events=[],
    )
    session.add(complaint)
    await session.flush()
    return complaint


async def _join(
    session: AsyncSession, complaint: Complaint, subject: _Subject, *, severity: Severity, due: datetime
) -> bool:
    """Whether the joined words ask for a reply of their own, because the promised one was already given."""
    steps = list(Severity)
    if steps.index(severity) > steps.index(Severity(complaint.severity)):
        complaint.severity = severity
    complaint.order_id = complaint.order_id or subject.order_id
    complaint.parcel_id = complaint.parcel_id or subject.parcel_id
    if complaint.replied_at is None:
        await reply_promise.bring_forward(session, complaint, due)
        return False
    complaint.replied_at, complaint.due_at = None, due
    return True
