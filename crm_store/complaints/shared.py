"""Steps that filing and handling a complaint share."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import promises
from crm_store.complaints.models import Audience, Complaint, ComplaintClosed, ComplaintEvent, EventKind
from crm_store.labels import label
from crm_store.language import Language, format_date, format_time
from crm_store.members import Member
from crm_store.promises import MadeBy, Promise, PromiseKind, PromiseStatus


async def promise_of(session: AsyncSession, complaint: Complaint) -> Promise | None:
    """The promise of a reply that goes with the present due time."""
    return await session.get(Promise, complaint.promise_id) if complaint.promise_id is not None else None


async def promise_reply(
    session: AsyncSession,
    complaint: Complaint,
    *,
    key: str,
    made_by: MadeBy,
    agent_id: int | None,
    language: Language,
    at: datetime,
) -> None:
    # Never "tomorrow": these words are read on other days too.
    due = f"{format_date(complaint.due_at, language)} {format_time(complaint.due_at)}"
    promise = await promises.make(
        session,
        member_id=complaint.member_id,
        identity_id=complaint.identity_id,
        conversation_id=complaint.conversation_id,
        kind=PromiseKind.COMPLAINT_REPLY,
        text=label("promise_text", PromiseKind.COMPLAINT_REPLY, language, number=complaint.number, due=due),
        due_at=complaint.due_at,
        reference=complaint.number,
        key=f"{key}:promise",
        made_by=made_by,
        agent_id=agent_id,
        at=at,
    )
    complaint.promise_id = promise.id


async def bring_forward(session: AsyncSession, complaint: Complaint, due: datetime) -> None:
    if complaint.replied_at is None and complaint.breached_at is None and due < complaint.due_at:
        complaint.due_at = due
        promise = await promise_of(session, complaint)
        if promise is not None:
            await promises.bring_forward(session, promise, due)


async def replied(session: AsyncSession, complaint: Complaint, at: datetime) -> None:
    if complaint.replied_at is not None:
        return
    complaint.replied_at = at
    if at > complaint.due_at and complaint.breached_at is None:
        complaint.breached_at = complaint.due_at
    promise = await promise_of(session, complaint)
    if promise is not None and promise.status != PromiseStatus.CANCELLED:
        await promises.keep(session, promise, at=at)


def write_event(
    complaint: Complaint,
    kind: EventKind,
    *,
    at: datetime,
    audience: Audience,
    text: str = "",
    agent_id: int | None = None,
    message_id: int | None = None,
    key: str | None = None,
) -> None:
    complaint.events.append(
        ComplaintEvent(
            at=at, kind=kind, audience=audience, text=text, agent_id=agent_id, message_id=message_id, key=key
        )
    )


async def find_by_key(session: AsyncSession, key: str) -> Complaint | None:
    query = select(ComplaintEvent).where(ComplaintEvent.key == key)
    event = (await session.execute(query)).scalar_one_or_none()
    if event is None:
        return None
    complaint = (await session.execute(select(Complaint).where(Complaint.id == event.complaint_id))).scalar_one()
    complaint.joined = event.kind == EventKind.JOINED
    return complaint


async def member_of(session: AsyncSession, member_id: int | None) -> Member | None:
    return await session.get(Member, member_id) if member_id is not None else None


async def locked(session: AsyncSession, complaint_id: int) -> Complaint:
    query = select(Complaint).where(Complaint.id == complaint_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def locked_open(session: AsyncSession, complaint: Complaint) -> Complaint:
    complaint = await locked(session, complaint.id)
    if not complaint.is_open:
        raise ComplaintClosed(complaint.number, complaint.status)
    return complaint


def newest_first() -> Select[Complaint]:
    return select(Complaint).order_by(Complaint.filed_at.desc(), Complaint.id.desc())
