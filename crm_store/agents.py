"""Service agents: who may sign in to the console, in which role, and how guessing of passwords is slowed."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Index, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, locks
from crm_store.crypto import normalise_email
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.language import Language
from crm_store.profile import is_email

PASSWORD_CHARACTERS = 10
FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)
ATTEMPTS_KEPT = timedelta(days=90)


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Agent(Base):
    """A person who serves members. `email` is kept in lower case and is the name to sign in with."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default=Role.AGENT)
    language: Mapped[str] = mapped_column(String(10), default=Language.ZH_HANS)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_login_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class LoginAttempt(Base):
    """One try to sign in, known address or not; the failed ones of the last minutes slow down the next."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_email_at", "email", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    succeeded: Mapped[bool]


_RANKS = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}


class EmailTaken(CrmError):
    """Another agent signs in with that address."""

    code = "agent_email_taken"

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(email=email)


class AgentInvalid(CrmError):
    """`field` cannot be like that. `reason`: not_an_email, too_short, unchanged, unknown_role, unknown_language,
    empty."""

    code = "agent_invalid"

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(field=field, reason=reason)


class WrongCredentials(CrmError):
    """Unknown address, wrong password or closed account: which of them is not told. The failed try stays counted."""

    code = "wrong_credentials"
    keeps_work = True


class LoginThrottled(CrmError):
    """Too many failed tries for this address; even the right password is refused until `retry_at`."""

    code = "login_throttled"

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(retry_at=retry_at)


async def create(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    password: str,
    role: str = Role.AGENT,
    language: str = Language.ZH_HANS,
) -> Agent:
    """Raises AgentInvalid, EmailTaken."""
    email = normalise_email(email)
    if not is_email(email):
        raise AgentInvalid("email", "not_an_email")
    if not name.strip():
        raise AgentInvalid("name", "empty")
    _check_role(role)
    _check_language(language)
    agent = Agent(email=email, name=name.strip(), password_hash=await _hash(password), role=role, language=language)
    if await by_email(session, email) is not None:
        raise EmailTaken(email)
    try:
        async with session.begin_nested():
            session.add(agent)
    except IntegrityError:
        raise EmailTaken(email) from None
    return agent


async def authenticate(session: AsyncSession, email: str, password: str) -> Agent:
    """The agent who signs in. Raises WrongCredentials, LoginThrottled.

    WrongCredentials keeps its work (see CrmError): let it leave `Database.transaction()`, or commit when you catch it
    inside, or guessing would be free.
    """
    email = normalise_email(email)[:254]
    # Many tries at once must be counted one after another.
    await locks.hold(session, f"login:{email}")
    await _refuse_throttled(session, email)
    agent = await by_email(session, email)
    # An unknown address costs the same time as a known one.
    right = await asyncio.to_thread(_verify, agent.password_hash if agent else _nobodys_hash(), password)
    succeeded = agent is not None and agent.active and right
    session.add(LoginAttempt(email=email, at=clock.now(), succeeded=succeeded))
    if agent is None or not succeeded:
        await session.flush()
        raise WrongCredentials
    agent.last_login_at = clock.now()
    if _hasher().check_needs_rehash(agent.password_hash):
        agent.password_hash = await asyncio.to_thread(_hasher().hash, password)
    await session.flush()
    return agent


async def get(session: AsyncSession, agent_id: int) -> Agent:
    """Raises NotFound."""
    agent = await session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("agent", agent_id)
    return agent


async def by_email(session: AsyncSession, email: str) -> Agent | None:
    return await session.scalar(select(Agent).where(Agent.email == normalise_email(email)))


async def listing(session: AsyncSession, *, active_only: bool = True) -> list[Agent]:
    """By name."""
    rows = select(Agent).order_by(Agent.name, Agent.id)
    return list((await session.scalars(rows.where(Agent.active) if active_only else rows)).all())


async def set_password(session: AsyncSession, agent: Agent, password: str) -> Agent:
    """Raises AgentInvalid when it is too short. Earlier failed tries are forgiven."""
    agent.password_hash = await _hash(password)
    agent.password_changed_at = clock.now()
    await session.execute(
        delete(LoginAttempt).where(LoginAttempt.email == agent.email, LoginAttempt.succeeded.is_(False))
    )
    await session.flush()
    return agent


async def change_password(session: AsyncSession, email: str, *, old: str, new: str) -> Agent:
    """An agent's own change of the password. A wrong `old` counts as a failed try to sign in (see `authenticate`).

    Raises AgentInvalid when `new` is too short or the same as `old`, WrongCredentials, LoginThrottled.
    """
    _check_password(new)
    if new == old:
        raise AgentInvalid("password", "unchanged")
    return await set_password(session, await authenticate(session, email, old), new)


async def update_profile(
    session: AsyncSession,
    agent: Agent,
    *,
    name: str | None = None,
    role: str | None = None,
    language: str | None = None,
    active: bool | None = None,
) -> Agent:
    """Change what is given. Raises AgentInvalid."""
    if name is not None:
        if not name.strip():
            raise AgentInvalid("name", "empty")
        agent.name = name.strip()
    if role is not None:
        _check_role(role)
        agent.role = role
    if language is not None:
        _check_language(language)
        agent.language = language
    if active is not None:
        agent.active = active
    await session.flush()
    return agent


async def forget_old_attempts(session: AsyncSession) -> int:
    """Drop tries to sign in older than ATTEMPTS_KEPT; returns how many."""
    old = delete(LoginAttempt).where(LoginAttempt.at < clock.now() - ATTEMPTS_KEPT).returning(LoginAttempt.id)
    return len((await session.execute(old)).all())


def may(agent: Agent, needed: Role) -> bool:
    """Whether the agent's role is `needed` or higher, and the account is open."""
    return agent.active and _RANKS[Role(agent.role)] >= _RANKS[needed]


async def _refuse_throttled(session: AsyncSession, email: str) -> None:
    since = clock.now() - FAILURE_WINDOW
    recent = select(LoginAttempt).where(LoginAttempt.email == email, LoginAttempt.at > since)
    newest = (await session.scalars(recent.order_by(LoginAttempt.id.desc()))).all()
    failures = []
    for attempt in newest:
        if attempt.succeeded:
            break
        failures.append(attempt.at)
    if len(failures) >= FAILURES_ALLOWED:
        raise LoginThrottled(failures[FAILURES_ALLOWED - 1] + FAILURE_WINDOW)


def _check_password(password: str) -> None:
    if len(password) < PASSWORD_CHARACTERS:
        raise AgentInvalid("password", "too_short")


async def _hash(password: str) -> str:
    _check_password(password)
    return await asyncio.to_thread(_hasher().hash, password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody signs in with this")


def _check_role(role: str) -> None:
    if role not in set(Role):
        raise AgentInvalid("role", "unknown_role")


def _check_language(language: str) -> None:
    if language not in set(Language):
        raise AgentInvalid("language", "unknown_language")
