"""Who saw and changed what: an append-only trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.db import Base

ADDRESS_CHARACTERS = 45
COMMAND = "command"
"""The `actor` of who works at the shop's own machine, on the command line: nobody is signed in there."""
DOOR = "door"
"""The `actor` of somebody at the sign-in page, who has not proved yet who they are."""
MEMBER = "member"
"""The `actor` of a member, who opens the link to their copy."""
VIEW_MEMBER = "view_member"
LOOK_COUNTS_FOR = timedelta(hours=1)
"""An agent who looks at the same member again within this time has looked once."""

_address: ContextVar[str | None] = ContextVar("audit_address", default=None)


@append_only
class AuditEntry(Base):
    """One act. `agent_id` is empty when the program or an API key acted; then `actor` names it.

    `subject` is "kind:id", for example "member:17". `details` holds codes and ids, never personal data. `address`:
    the network address the agent's browser spoke from; empty for what no browser asked for.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject_at", "subject", "at"),
        Index("ix_audit_entries_agent_id_at", "agent_id", "at"),
        Index("ix_audit_entries_action_at", "action", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    actor: Mapped[str] = mapped_column(String(80), default="")
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str | None] = mapped_column(String(ADDRESS_CHARACTERS))


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    """What is recorded in this block, and in tasks that begin in it, was asked for from this network address."""
    token = _address.set(address[:ADDRESS_CHARACTERS] if address else None)
    try:
        yield
    finally:
        _address.reset(token)


async def record(
    session: AsyncSession,
    *,
    action: str,
    agent_id: int | None = None,
    actor: str = "",
    subject: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one act down, in the transaction of the act itself: both happen or neither.

    `action` is a verb phrase in snake_case, for example `view_member`.
    """
    entry = AuditEntry(
        at=clock.now(), agent_id=agent_id, actor=actor, action=action, subject=subject, details=details or {},
        address=_address.get(),
    )  # fmt: skip
    session.add(entry)
    await session.flush()
    return entry


async def look(session: AsyncSession, *, agent_id: int, member_id: int, details: dict[str, Any] | None = None) -> bool:
    """The agent sees a member's data: written down once for agent, member and hour; whether it was now."""
    subject = f"member:{member_id}"
    earlier = select(AuditEntry.id).where(
        AuditEntry.subject == subject,
        AuditEntry.agent_id == agent_id,
        AuditEntry.action == VIEW_MEMBER,
        AuditEntry.at > clock.now() - LOOK_COUNTS_FOR,
    )
    if await session.scalar(earlier.limit(1)) is not None:
        return False
    await record(session, agent_id=agent_id, action=VIEW_MEMBER, subject=subject, details=details)
    return True


async def entries(
    session: AsyncSession,
    *,
    subject: str | None = None,
    agent_id: int | None = None,
    action: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """Acts that meet every condition given, newest first."""
    rows = select(AuditEntry)
    if subject is not None:
        rows = rows.where(AuditEntry.subject == subject)
    if agent_id is not None:
        rows = rows.where(AuditEntry.agent_id == agent_id)
    if action is not None:
        rows = rows.where(AuditEntry.action == action)
    if since is not None:
        rows = rows.where(AuditEntry.at >= since)
    return list((await session.scalars(rows.order_by(AuditEntry.id.desc()).limit(limit))).all())
