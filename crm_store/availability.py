"""Who of the staff is there: what agents say of themselves, when they were last seen, what they have in hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import service_hours
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.errors import CrmError
from crm_store.labels import label
from crm_store.language import Language, format_date, format_moment
from crm_store.policy import policy


class Presence(StrEnum):
    """`online` gets new customers, `busy` finishes those in hand, `away` is not there."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"


class PresenceUnknown(CrmError):
    """There is no such state."""

    code = "presence_unknown"

    def __init__(self, presence: str) -> None:
        self.presence = presence
        super().__init__(presence=presence)


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent as colleagues see them. `in_hand`: conversations held now, without snoozed ones."""

    agent: Agent
    presence: Presence
    in_hand: int


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A conversation whose customer waits while the agent who holds it is gone, or whose agent's account is closed
    (`for_good`): then it matters no longer whether the customer waits."""

    conversation_id: str
    agent_id: int
    for_good: bool = False


async def set_presence(session: AsyncSession, agent: Agent, presence: str) -> Agent:
    """What the agent says of themselves. Raises PresenceUnknown."""
    if presence not in set(Presence):
        raise PresenceUnknown(presence)
    if agent.presence != presence:
        agent.presence, agent.presence_since = presence, now()
    agent.seen_at = now()
    await session.flush()
    return agent


async def saw(session: AsyncSession, agent_id: int) -> None:
    """The agent has just done something at an open console."""
    await session.execute(update(Agent).where(Agent.id == agent_id).values(seen_at=now()))


async def left(session: AsyncSession, agent_id: int) -> list[Abandoned]:
    """The agent has signed out. Returns what they held while a customer waits: it is to be returned at once."""
    at = now()
    await session.execute(update(Agent).where(Agent.id == agent_id).values(left_at=at, seen_at=None))
    return await abandoned(session, agent_id=agent_id)


def is_gone(agent: Agent) -> bool:
    """Signed out, or the account is closed: nobody needs to wait whether they come back."""
    has_left = agent.left_at is not None and (agent.seen_at is None or agent.seen_at <= agent.left_at)
    return has_left or not agent.active


def absent_since(agent: Agent, at: datetime) -> datetime | None:
    """From when on the agent has not been there; None: they are. Who never was is counted from their first day."""
    seen = agent.seen_at or agent.left_at or agent.created_at
    if is_gone(agent):
        return seen
    unseen = at - seen >= policy().desk.away_after
    if agent.presence == Presence.AWAY and agent.presence_since is not None:
        return min(agent.presence_since, seen) if unseen else agent.presence_since
    return seen if unseen else None


def presence_of(agent: Agent, at: datetime) -> Presence:
    """What the agent said, unless they have not been seen for so long that they count as away."""
    return Presence.AWAY if absent_since(agent, at) is not None else Presence(agent.presence)


async def somebody_there(session: AsyncSession, language: Language) -> str:
    """Whether a customer who asks can reach a person now: a sentence about the hours and who is signed in."""
    at = now()
    opens = format_moment(service_hours.next_open(at), language)
    if not service_hours.is_open(at):
        return label("somebody_there", "closed", language, opens=opens, hours=service_hours.told(language))
    agents = await session.scalars(select(Agent).where(Agent.active))
    there = sum(presence_of(agent, at) is not Presence.AWAY for agent in agents)
    return label("somebody_there", "some" if there else "nobody", language, count=there)


def somebody_on(days: Sequence[date], language: Language) -> str:
    """Whether a person can be reached on a day that is asked about; of several days, or none, the hours of a week."""
    week = service_hours.told(language)
    if len(days) != 1:
        return label("somebody_there", "week", language, hours=week)
    (day,) = days
    told, hours = format_date(day, language), service_hours.told_on(day, language)
    if not hours:
        return label("somebody_there", "day_closed", language, day=told, hours=week)
    return label("somebody_there", "day", language, day=told, hours=hours)


async def roster(session: AsyncSession) -> list[Colleague]:
    """Everybody who may sign in: who is there first, then the least loaded, then by name."""
    at = now()
    awake = or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= at)
    held = (
        select(Conversation.agent_id, func.count().label("held"))
        .where(Conversation.state == ConversationState.AGENT, awake)
        .group_by(Conversation.agent_id)
        .subquery()
    )
    rows = await session.execute(
        select(Agent, func.coalesce(held.c.held, 0)).outerjoin(held, held.c.agent_id == Agent.id).where(Agent.active)
    )
    order = list(Presence)
    found = [Colleague(agent, presence_of(agent, at), count) for agent, count in rows]
    return sorted(found, key=lambda each: (order.index(each.presence), each.in_hand, each.agent.name, each.agent.id))


async def abandoned(session: AsyncSession, *, agent_id: int | None = None) -> list[Abandoned]:
    """Held conversations whose customer waits while the agent has been absent for as long as the policy says, or is
    gone, and all of those whose account is closed; the longest wait first. `agent_id`: of this agent alone."""
    at = now()
    query = (
        select(Conversation.id, Agent)
        .join(Agent, Agent.id == Conversation.agent_id)
        .where(
            Conversation.state == ConversationState.AGENT,
            or_(Conversation.waiting_since.is_not(None), not_(Agent.active)),
        )
        .order_by(Conversation.waiting_since)
        .execution_options(populate_existing=True)
    )
    if agent_id is not None:
        query = query.where(Conversation.agent_id == agent_id)
    rows = (await session.execute(query)).all()
    return [
        Abandoned(conversation_id, agent.id, for_good=not agent.active)
        for conversation_id, agent in rows
        if _has_abandoned(agent, at)
    ]


def _has_abandoned(agent: Agent, at: datetime) -> bool:
    since = absent_since(agent, at)
    return since is not None and (is_gone(agent) or at - since >= policy().desk.return_after)
