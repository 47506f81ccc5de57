"""How agents keep their conversations in order: labels, priority, and out of sight for a while."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations.errors import LabelInvalid, SnoozeInPast
from crm_store.conversations.models import (
    LABEL_CHARACTERS,
    LABELS_AT_MOST,
    Conversation,
    ConversationLabel,
    ConversationState,
    Urgency,
)
from crm_store.conversations.queries import held, locked
from crm_store.text import clean


async def set_urgency(session: AsyncSession, conversation_id: str, urgency: Urgency) -> Conversation:
    """The priority a person gives, higher or lower than it was; for who waits or is with an agent, else nothing
    changes."""
    conversation = await locked(session, conversation_id)
    if conversation.state in (ConversationState.QUEUE, ConversationState.AGENT):
        conversation.urgency = urgency
        await session.flush()
    return conversation


async def snooze(session: AsyncSession, conversation_id: str, *, agent_id: int, until: datetime) -> Conversation:
    """Out of the holder's sight until then, or until the customer writes. Raises NotHeld, SnoozeInPast."""
    if until <= now():
        raise SnoozeInPast
    conversation = await held(session, conversation_id, agent_id)
    conversation.snoozed_until = until
    await session.flush()
    return conversation


async def wake(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """Back in sight at once. Raises NotHeld."""
    conversation = await held(session, conversation_id, agent_id)
    conversation.snoozed_until = None
    await session.flush()
    return conversation


async def add_label(session: AsyncSession, conversation_id: str, name: str, *, agent_id: int) -> list[str]:
    """The conversation's labels with one more; one it has already changes nothing. Raises LabelInvalid."""
    name = " ".join(clean(name).split())
    if not name:
        raise LabelInvalid("empty", LABEL_CHARACTERS)
    if len(name) > LABEL_CHARACTERS:
        raise LabelInvalid("too_long", LABEL_CHARACTERS)
    await locked(session, conversation_id)
    there = await labels(session, conversation_id)
    if name in there:
        return there
    if len(there) >= LABELS_AT_MOST:
        raise LabelInvalid("too_many", LABELS_AT_MOST)
    session.add(ConversationLabel(conversation_id=conversation_id, name=name, agent_id=agent_id, at=now()))
    await session.flush()
    return sorted([*there, name])


async def remove_label(session: AsyncSession, conversation_id: str, name: str) -> list[str]:
    """The conversation's labels without that one."""
    await locked(session, conversation_id)
    found = await session.get(ConversationLabel, (conversation_id, name))
    if found is not None:
        await session.delete(found)
        await session.flush()
    return await labels(session, conversation_id)


async def labels(session: AsyncSession, conversation_id: str) -> list[str]:
    """By name."""
    query = select(ConversationLabel.name).where(ConversationLabel.conversation_id == conversation_id)
    return list(await session.scalars(query.order_by(ConversationLabel.name)))


async def known_labels(session: AsyncSession, *, limit: int = 50) -> list[str]:
    """The labels the staff uses, the most used first."""
    times = func.count()
    query = (
        select(ConversationLabel.name).group_by(ConversationLabel.name).order_by(times.desc(), ConversationLabel.name)
    )
    return list(await session.scalars(query.limit(limit)))
