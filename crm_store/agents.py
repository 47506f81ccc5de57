"""Service agents: who may sign in to the console, and in which role."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, false, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.crypto import normalise_email
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.language import Language
from crm_store.policy import policy
from crm_store.profile import is_email

NAME_CHARACTERS = 80


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Agent(Base):
    """A person who serves members. `email` is kept in lower case and is the name to sign in with."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default=Role.AGENT)
    language: Mapped[str] = mapped_column(String(10), default=Language.ZH_HANS)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_login_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    password_is_temporary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Given by an administrator: the console opens only once the agent has chosen another one."""
    sessions_ended_at: Mapped[datetime | None]
    """Sessions begun before are over, whatever the account became since; set when it is closed and when its second
    factor changes."""

    # Who is there and who gets what; read and written by crm_store.availability and crm_store.assignment.
    presence: Mapped[str] = mapped_column(String(10), default="online", server_default="online")
    """What the agent has set: online, busy or away."""
    presence_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When the agent last did anything at an open console."""
    left_at: Mapped[datetime | None]
    """When the agent last signed out."""
    languages: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The customers' languages this agent serves; empty: all."""
    skills: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The reasons to wait (`QueueReason`) this agent is good at; empty: all."""
    capacity: Mapped[int | None]
    """How many conversations are assigned to this agent at once; empty: as many as the policy says."""


_RANKS = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}


class EmailTaken(CrmError):
    """Another agent signs in with that address."""

    code = "agent_email_taken"

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(email=email)


class AgentInvalid(CrmError):
    """`field` cannot be like that. `reason`: not_an_email, unknown_role, unknown_language, empty, too_long;
    from `assignment`: unknown_reason, out_of_range."""

    code = "agent_invalid"

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(field=field, reason=reason)


class SupervisorsOnly(CrmError):
    """Only supervisors and administrators may do that."""

    code = "supervisors_only"


class OneTimePasswordOver(CrmError):
    """The password is the right one, which an administrator gave, and was not changed in time: it opens nothing."""

    code = "one_time_password_over"


class WrongCredentials(CrmError):
    """Unknown address, wrong password or closed account: which of them is not told."""

    code = "wrong_credentials"


async def create(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    password_hash: str,
    role: str = Role.AGENT,
    language: str = Language.ZH_HANS,
    temporary: bool = False,
) -> Agent:
    """`password_hash`: from `passwords.hashed`; `temporary`: it must be changed at the first sign-in. Raises
    AgentInvalid, EmailTaken."""
    email = normalise_email(email)
    if not is_email(email):
        raise AgentInvalid("email", "not_an_email")
    _check_name(name)
    _check_role(role)
    _check_language(language)
    agent = Agent(
        email=email, name=name.strip(), password_hash=password_hash, role=role, language=language,
        password_is_temporary=temporary,
    )  # fmt: skip
    if temporary:  # nobody is there until they have signed in
        agent.presence, agent.presence_since = "away", clock.now()
    if await by_email(session, email) is not None:
        raise EmailTaken(email)
    try:
        async with session.begin_nested():
            session.add(agent)
    except IntegrityError:
        raise EmailTaken(email) from None
    return agent


def one_time_password_ends(agent: Agent) -> datetime | None:
    """Until when the password that an administrator gave may be used to choose one's own; None for one's own."""
    if not agent.password_is_temporary:
        return None
    return agent.password_changed_at + policy().desk.one_time_password_valid


async def proven(session: AsyncSession, agent_id: int, password_hash: str, *, renewed_hash: str | None = None) -> Agent:
    """The agent whose password was just found to match `password_hash`, locked until the transaction ends.
    `renewed_hash` replaces a hash made with weaker parameters.

    Raises WrongCredentials when the account was closed or got another password in the meantime, OneTimePasswordOver.
    """
    agent = await _locked(session, agent_id)
    if agent is None or not agent.active or agent.password_hash != password_hash:
        raise WrongCredentials
    _check_in_time(agent)
    agent.password_hash = renewed_hash or agent.password_hash
    await session.flush()
    return agent


async def proven_since(session: AsyncSession, agent_id: int, since: datetime) -> Agent:
    """The agent whose password was proven at `since`, locked until the transaction ends. Raises WrongCredentials when
    the account was closed, its sessions ended or its password changed since then, OneTimePasswordOver."""
    agent = await _locked(session, agent_id)
    if agent is None or not session_holds(agent, since):
        raise WrongCredentials
    _check_in_time(agent)
    return agent


async def _locked(session: AsyncSession, agent_id: int) -> Agent | None:
    found = select(Agent).where(Agent.id == agent_id).with_for_update(key_share=True)
    agent: Agent | None = await session.scalar(found.execution_options(populate_existing=True))
    return agent


def _check_in_time(agent: Agent) -> None:
    ends = one_time_password_ends(agent)
    if ends is not None and ends <= clock.now():
        raise OneTimePasswordOver


async def note_sign_in(session: AsyncSession, agent: Agent) -> None:
    """The agent has signed in."""
    agent.last_login_at = agent.seen_at = clock.now()
    if agent.presence == "away":
        agent.presence, agent.presence_since = "online", clock.now()  # who signs in is there
    await session.flush()


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


async def set_password(session: AsyncSession, agent: Agent, password_hash: str, *, temporary: bool = False) -> Agent:
    """`password_hash`: from `passwords.hashed`; `temporary`: it must be changed at the next sign-in. Every session of
    before is over."""
    agent.password_hash, agent.password_is_temporary = password_hash, temporary
    agent.password_changed_at = clock.now()
    await session.flush()
    return agent


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
        _check_name(name)
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


async def end_sessions(session: AsyncSession, agent: Agent) -> None:
    """Every session of before is over."""
    agent.sessions_ended_at = clock.now()
    await session.flush()


def session_holds(agent: Agent, since: datetime) -> bool:
    """Whether a session begun at `since` still stands: the account is open, and neither closed nor given another
    password since then."""
    ended = max(agent.password_changed_at, agent.sessions_ended_at or agent.password_changed_at)
    return agent.active and ended <= since


def may(agent: Agent, needed: Role) -> bool:
    """Whether the agent's role is `needed` or higher, and the account is open."""
    return agent.active and _RANKS[Role(agent.role)] >= _RANKS[needed]


async def require(session: AsyncSession, agent_id: int, needed: Role) -> Agent:
    """The agent, if their role is `needed` or higher. Raises SupervisorsOnly, NotFound."""
    agent = await get(session, agent_id)
    if not may(agent, needed):
        raise SupervisorsOnly
    return agent


def _check_name(name: str) -> None:
    if not name.strip():
        raise AgentInvalid("name", "empty")
    if len(name.strip()) > NAME_CHARACTERS:
        raise AgentInvalid("name", "too_long")


def _check_role(role: str) -> None:
    if role not in set(Role):
        raise AgentInvalid("role", "unknown_role")


def _check_language(language: str) -> None:
    if language not in set(Language):
        raise AgentInvalid("language", "unknown_language")
