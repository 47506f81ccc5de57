"""Finding complaints, with or without a lock on the row."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.complaints.errors import ComplaintClosed
from crm_store.complaints.models import OPEN, Complaint, ComplaintEvent, EventKind
from crm_store.errors import NotFound
from crm_store.members import Member
from crm_store.numbering import canonical
from crm_store.promises import Promise


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> Complaint | None:
    """The complaint with that number, in any case; with `member_id` only if it is that member's own."""
    query = select(Complaint).where(Complaint.number == canonical(number))
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
    query = newest_first().where(Complaint.member_id == member_id, Complaint.status.in_(OPEN))
    return (await session.execute(query)).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[Complaint]:
    """All the member's complaints, newest first."""
    query = newest_first().where(Complaint.member_id == member_id).limit(limit)
    return (await session.execute(query)).scalars().all()


async def for_conversation(session: AsyncSession, conversation_id: str, *, limit: int = 20) -> Sequence[Complaint]:
    """The complaints filed in that conversation, newest first."""
    query = newest_first().where(Complaint.conversation_id == conversation_id).limit(limit)
    return (await session.execute(query)).scalars().all()


async def open_list(session: AsyncSession, *, owner_id: int | None = None, limit: int = 200) -> Sequence[Complaint]:
    """Unsettled complaints, those without a reply first, then by due time; `owner_id` keeps one agent's."""
    query = select(Complaint).where(Complaint.status.in_(OPEN))
    if owner_id is not None:
        query = query.where(Complaint.owner_id == owner_id)
    query = query.order_by(Complaint.replied_at.is_not(None), Complaint.due_at, Complaint.id).limit(limit)
    return (await session.execute(query)).scalars().all()


async def promise_of(session: AsyncSession, complaint: Complaint) -> Promise | None:
    """The promise of a reply that goes with the present due time."""
    return await session.get(Promise, complaint.promise_id) if complaint.promise_id is not None else None


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
