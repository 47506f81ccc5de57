"""Links by mail to an agent who has forgotten the password: each opens once, for a while, and only the newest."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Select, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import agents, clock, locks
from crm_store.agents import Agent
from crm_store.crypto import blind_index
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.policy import policy

TOKEN_BYTES = 32


class PasswordLinkOver(CrmError):
    """The link was never given, was used, is too old, was replaced by another, or the account was closed or got
    another password meanwhile: which of them is not told."""

    code = "password_link_over"


class PasswordLink(Base):
    """The link that was sent to an agent last, as long as it is unused. Only a hash of its token is kept here."""

    __tablename__ = "password_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Given(NamedTuple):
    """A new link's `token`, readable only here, and until when it opens."""

    token: str
    expires_at: datetime


async def give(session: AsyncSession, agent: Agent) -> Given:
    """A new link for an open account; earlier ones no longer open."""
    await locks.hold(session, f"password_link:{agent.id}")
    await _withdraw(session, agent.id)
    token, at = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    expires_at = at + policy().sign_in.password_link_valid
    session.add(PasswordLink(agent_id=agent.id, token_hash=_hash(token), created_at=at, expires_at=expires_at))
    await session.flush()
    return Given(token, expires_at)


async def look(session: AsyncSession, token: str) -> Agent:
    """Whose link it is, which stays unused: programs look at links ahead of people. Raises PasswordLinkOver."""
    return await _opened(session, await session.scalar(_wanted(token)))


async def use(session: AsyncSession, token: str, password_hash: str) -> Agent:
    """Give the agent that password, this once; every session of before is over, the second factor stays. Raises
    PasswordLinkOver."""
    locked = _wanted(token).with_for_update().execution_options(populate_existing=True)
    link = await session.scalar(locked)
    agent = await _opened(session, link)
    await _withdraw(session, agent.id)
    return await agents.set_password(session, agent, password_hash)


async def _opened(session: AsyncSession, link: PasswordLink | None) -> Agent:
    if link is None or link.expires_at <= clock.now():
        raise PasswordLinkOver
    agent = await agents.get(session, link.agent_id)
    if not agents.session_holds(agent, link.created_at):
        raise PasswordLinkOver
    return agent


async def _withdraw(session: AsyncSession, agent_id: int) -> None:
    await session.execute(delete(PasswordLink).where(PasswordLink.agent_id == agent_id))


def _wanted(token: str) -> Select[PasswordLink]:
    return select(PasswordLink).where(PasswordLink.token_hash == _hash(token))


def _hash(token: str) -> str:
    return blind_index(token.strip(), "password-link")
