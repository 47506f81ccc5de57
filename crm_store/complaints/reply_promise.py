"""The promise of a reply that goes with every complaint: made, brought forward, kept."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import promises
from crm_store.complaints.models import Complaint
from crm_store.complaints.queries import promise_of
from crm_store.labels import label
from crm_store.language import Language, format_date, format_time
from crm_store.promises import MadeBy, PromiseKind, PromiseStatus


async def make(
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
        owner_id=complaint.owner_id,
        at=at,
    )
    complaint.promise_id = promise.id


async def bring_forward(session: AsyncSession, complaint: Complaint, due: datetime) -> None:
    if complaint.replied_at is None and complaint.breached_at is None and due < complaint.due_at:
        complaint.due_at = due
        promise = await promise_of(session, complaint)
        if promise is not None:
            await promises.bring_forward(session, promise, due)


async def hand_over(session: AsyncSession, complaint: Complaint) -> None:
    """Whoever has the complaint has its promise."""
    promise = await promise_of(session, complaint)
    if promise is not None and promise.kept_at is None and promise.cancelled_at is None:
        await promises.assign(session, promise, owner_id=complaint.owner_id)


async def keep(session: AsyncSession, complaint: Complaint, at: datetime) -> None:
    if complaint.replied_at is not None:
        return
    complaint.replied_at = at
    if at > complaint.due_at and complaint.breached_at is None:
        complaint.breached_at = complaint.due_at
    promise = await promise_of(session, complaint)
    if promise is not None and promise.status != PromiseStatus.CANCELLED:
        await promises.keep(session, promise, at=at)


async def call_off(session: AsyncSession, complaint: Complaint, at: datetime) -> None:
    promise = await promise_of(session, complaint)
    if promise is not None and promise.kept_at is None:
        await promises.cancel(session, promise, at=at)
