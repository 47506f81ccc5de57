"""Who gets the next customer in line: an agent who is there, has room, and speaks the language and knows the matter."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import availability, conversations, queue
from crm_store.agents import Agent, AgentInvalid
from crm_store.availability import Colleague, Presence
from crm_store.conversations import Conversation, ConversationState, QueueReason
from crm_store.language import Language
from crm_store.policy import policy

LOOKED_AT = 50
"""Customers at the head of the queue who are looked at in one round."""
CAPACITY_AT_MOST = 50


def capacity(agent: Agent) -> int:
    """How many conversations are assigned to the agent at once."""
    return agent.capacity or policy().desk.capacity


def choose(conversation: Conversation, colleagues: Sequence[Colleague]) -> Colleague | None:
    """Who gets this customer: of those who are online and have room, the one with the least in hand.

    Who speaks the customer's language comes before everybody else, then who is good at the reason. A skill that is
    there but has no room is waited for; one that nobody online has is not.
    """
    there = [each for each in colleagues if each.presence is Presence.ONLINE]
    speaking = [each for each in there if _serves(each.agent.languages, conversation.speaks)] or there
    skilled = [each for each in speaking if _serves(each.agent.skills, conversation.queue_reason)] or speaking
    free = [each for each in skilled if each.in_hand < capacity(each.agent)]
    return min(free, key=lambda each: (each.in_hand, each.agent.id), default=None)


def _serves(named: Sequence[str], wanted: str | None) -> bool:
    return not named or wanted is None or wanted in named


async def assign_next(session: AsyncSession) -> Conversation | None:
    """Give the first customer in line for whom an agent is free to that agent; None when there is nobody, or no agent.

    Of two that assign at once one waits for the other's row, finds the customer taken, and looks on.
    """
    colleagues = await availability.roster(session)
    if not any(each.presence is Presence.ONLINE for each in colleagues):
        return None
    for case in await queue.waiting(session, limit=LOOKED_AT):
        chosen = choose(case.conversation, colleagues)
        if chosen is None:
            continue
        conversation = await conversations.locked(session, case.conversation.id)
        if conversation.state == ConversationState.QUEUE:
            return await conversations.take(session, conversation.id, chosen.agent.id)
    return None


async def set_skills(
    session: AsyncSession, agent: Agent, *, languages: Sequence[str], skills: Sequence[str], capacity: int | None
) -> Agent:
    """What the agent serves: languages, reasons (`QueueReason`), both empty for all, and how many at once (None: as the
    policy says). Raises AgentInvalid."""
    if not set(languages) <= set(Language):
        raise AgentInvalid("languages", "unknown_language")
    if not set(skills) <= set(QueueReason):
        raise AgentInvalid("skills", "unknown_reason")
    if capacity is not None and not 1 <= capacity <= CAPACITY_AT_MOST:
        raise AgentInvalid("capacity", "out_of_range")
    agent.languages, agent.skills, agent.capacity = sorted(set(languages)), sorted(set(skills)), capacity
    await session.flush()
    return agent
