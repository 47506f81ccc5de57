"""Console sessions that were signed out. A session is a signed cookie, which nothing can take back: that it opens
nothing more stands here, for every process and over every restart, until it would have ended anyway."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base

SESSION_ID_CHARACTERS = 32


class EndedSession(Base):
    """One session of one agent, over since `ended_at`; from `expires_at` on its cookie opens nothing by itself."""

    __tablename__ = "ended_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(String(SESSION_ID_CHARACTERS), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    ended_at: Mapped[datetime]
    expires_at: Mapped[datetime]


async def end(session: AsyncSession, session_id: str, *, agent_id: int, expires_at: datetime) -> None:
    """The session opens nothing from now on. Ending it again changes nothing."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    ended = insert(EndedSession).values(
        session_id=session_id, agent_id=agent_id, ended_at=clock.now(), expires_at=expires_at
    )
    await session.execute(ended.on_conflict_do_nothing(index_elements=[EndedSession.session_id]))


async def is_ended(session: AsyncSession, session_id: str) -> bool:
    """Whether it was signed out."""
    return await session.scalar(select(EndedSession.id).where(EndedSession.session_id == session_id)) is not None
