"""Suggestions and praise, kept in the customer's own words."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import locks
from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import KeyReused, NotFound
from crm_store.sealing import SealableText


class FeedbackKind(StrEnum):
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class FeedbackStatus(StrEnum):
    NEW = "new"
    READ = "read"
    ANSWERED = "answered"


class Feedback(Base):
    """One suggestion or word of praise; `agent_id` is the agent who is praised, `read_by_id` the one who read it."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(SealableText)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(10), default=FeedbackStatus.NEW, index=True)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True)


async def record(
    session: AsyncSession,
    *,
    kind: FeedbackKind | str,
    text: str,
    key: str,
    member_id: int | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    agent_id: int | None = None,
    at: datetime | None = None,
) -> Feedback:
    """Keep a suggestion or praise; the same key again returns the one that was kept.

    Raises KeyReused when `key` stands for another kind, ValueError for an empty text.
    """
    kind = FeedbackKind(kind)
    if not text.strip():
        raise ValueError("feedback without words")
    await locks.hold(session, f"feedback:{key}")
    known = (await session.execute(select(Feedback).where(Feedback.key == key))).scalar_one_or_none()
    if known is not None:
        if (known.kind, known.member_id) != (kind, member_id):
            raise KeyReused(key)
        return known
    feedback = Feedback(
        kind=kind,
        text=text.strip(),
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        agent_id=agent_id,
        at=at or now(),
        status=FeedbackStatus.NEW,
        key=key,
    )
    session.add(feedback)
    await session.flush()
    return feedback


async def latest(
    session: AsyncSession, *, kind: FeedbackKind | None = None, only_new: bool = False, limit: int = 50
) -> Sequence[Feedback]:
    """Feedback of all members, newest first."""
    query = select(Feedback).order_by(Feedback.at.desc(), Feedback.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Feedback.kind == kind)
    if only_new:
        query = query.where(Feedback.status == FeedbackStatus.NEW)
    return (await session.execute(query)).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> Sequence[Feedback]:
    query = select(Feedback).where(Feedback.member_id == member_id)
    return (await session.execute(query.order_by(Feedback.at.desc(), Feedback.id.desc()).limit(limit))).scalars().all()


async def get(session: AsyncSession, feedback_id: int) -> Feedback:
    """The suggestion or praise with that id. Raises NotFound."""
    found = await session.get(Feedback, feedback_id)
    if found is None:
        raise NotFound("feedback", feedback_id)
    return found


async def strike_out(session: AsyncSession, conversation_id: str, kind: FeedbackKind) -> bool:
    """Take the newest of that kind out of a conversation where it was none. False where there is none that nobody has
    read."""
    query = select(Feedback).where(
        Feedback.conversation_id == conversation_id, Feedback.kind == kind, Feedback.status == FeedbackStatus.NEW
    )
    found = (await session.execute(query.order_by(Feedback.at.desc(), Feedback.id.desc()).limit(1))).scalars().first()
    if found is None:
        return False
    await session.delete(found)
    await session.flush()
    return True


async def mark_read(session: AsyncSession, feedback: Feedback, *, agent_id: int, answered: bool = False) -> Feedback:
    """Note who read it, or that it was answered too; an answered one stays answered."""
    feedback.read_by_id = feedback.read_by_id or agent_id
    if feedback.status != FeedbackStatus.ANSWERED:
        feedback.status = FeedbackStatus.ANSWERED if answered else FeedbackStatus.READ
    await session.flush()
    return feedback
