"""Who answers: from the bot to the queue, to an agent, back, and to the end."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations.errors import ConversationClosed, ConversationTaken, NotHeld
from crm_store.conversations.models import IDLE, Conversation, ConversationState, QueueReason, Urgency
from crm_store.conversations.queries import held, locked
from crm_store.messages import Message, MessageStatus


async def request_human(
    session: AsyncSession, conversation_id: str, *, reason: str, urgency: int = Urgency.NORMAL
) -> Conversation:
    """Put the conversation into the queue for a person; the desk tells the customer.

    Asked again while waiting, the higher urgency and its reason stand and the place is kept. With an agent nothing
    changes. Raises ConversationClosed.
    """
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        raise ConversationClosed(conversation_id)
    if conversation.state == ConversationState.BOT:
        _enqueue(conversation, reason=reason, urgency=urgency)
    elif conversation.state == ConversationState.QUEUE and urgency > conversation.urgency:
        conversation.urgency, conversation.queue_reason = urgency, reason
    await session.flush()
    return conversation


async def raise_urgency(session: AsyncSession, conversation_id: str, urgency: int, *, reason: str) -> Conversation:
    """A higher urgency, and its reason, for a conversation that waits for a person or is with one; a lower one changes
    nothing."""
    conversation = await locked(session, conversation_id)
    is_with_people = conversation.state in (ConversationState.QUEUE, ConversationState.AGENT)
    if is_with_people and urgency > conversation.urgency:
        conversation.urgency, conversation.queue_reason = urgency, reason
        await session.flush()
    return conversation


def _enqueue(conversation: Conversation, *, reason: str, urgency: int) -> None:
    at = now()
    conversation.state = ConversationState.QUEUE
    conversation.queue_reason, conversation.urgency = reason, urgency
    conversation.queued_at, conversation.queue_announced_at, conversation.taken_at = at, None, None
    conversation.first_agent_reply_at = None
    conversation.agent_id = None
    conversation.bot_continues = conversation.bot_invited = False
    conversation.unread_for_agent = max(1, conversation.unread_for_agent)
    # The desk has to tell the customer, even when no message of theirs is waiting.
    conversation.work_due_at = conversation.work_due_at or at


async def invite_bot(session: AsyncSession, conversation_id: str) -> Conversation:
    """The customer goes on with the bot and keeps the place in the queue."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.QUEUE:
        conversation.bot_invited = True
        await session.flush()
    return conversation


async def leave_queue(session: AsyncSession, conversation_id: str) -> Conversation:
    """The customer no longer waits for a person. With an agent nothing changes."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.QUEUE:
        _to_bot(conversation)
        await session.flush()
    return conversation


def _to_bot(conversation: Conversation) -> None:
    conversation.state = ConversationState.BOT
    conversation.agent_id = conversation.queue_reason = conversation.queued_at = None
    conversation.urgency = conversation.fallbacks = conversation.unread_for_agent = 0
    conversation.bot_continues = conversation.bot_invited = False


async def take(session: AsyncSession, conversation_id: str, agent_id: int) -> Conversation:
    """The agent takes the conversation, from the bot or from the queue; from now on the bot is silent.

    Of two agents one wins, the other gets ConversationTaken. Taking what one holds changes nothing. Raises
    ConversationClosed.
    """
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        raise ConversationClosed(conversation_id)
    if conversation.state == ConversationState.AGENT and conversation.agent_id is not None:
        if conversation.agent_id != agent_id:
            raise ConversationTaken(conversation_id, conversation.agent_id)
        return conversation
    conversation.state = ConversationState.AGENT
    conversation.agent_id = agent_id
    conversation.taken_at = now()
    conversation.bot_continues = conversation.bot_invited = False
    conversation.handovers += 1
    await session.flush()
    return conversation


async def transfer(
    session: AsyncSession,
    conversation_id: str,
    *,
    agent_id: int,
    to_agent_id: int | None,
    urgency: int = Urgency.RAISED,
) -> Conversation:
    """The agent who holds the conversation gives it to a colleague, or back to the queue (`to_agent_id` None).

    Raises NotHeld, ConversationClosed.
    """
    conversation = await held(session, conversation_id, agent_id)
    if to_agent_id is None:
        _enqueue(conversation, reason=QueueReason.TRANSFERRED, urgency=max(urgency, conversation.urgency))
    else:
        conversation.agent_id = to_agent_id
        conversation.unread_for_agent = max(1, conversation.unread_for_agent)
    conversation.handovers += 1
    await session.flush()
    return conversation


async def hand_back(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """The agent gives the conversation back to the bot. Raises NotHeld, ConversationClosed."""
    conversation = await held(session, conversation_id, agent_id)
    _to_bot(conversation)
    conversation.handovers += 1
    conversation.context = None
    await session.flush()
    return conversation


async def close(
    session: AsyncSession, conversation_id: str, *, outcome: str, agent_id: int | None = None
) -> Conversation:
    """End the conversation; closing twice changes nothing. `agent_id`: the agent who closes, who must hold it when
    anybody does. Raises NotHeld."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        return conversation
    holder = conversation.agent_id if conversation.state == ConversationState.AGENT else None
    if agent_id is not None and holder is not None and holder != agent_id:
        raise NotHeld(conversation_id, agent_id, holder)
    conversation.state = ConversationState.CLOSED
    conversation.closed_at, conversation.outcome = now(), outcome
    conversation.agent_id = conversation.agent_id or agent_id
    conversation.unread_for_agent = 0
    conversation.bot_continues = conversation.bot_invited = False
    await session.flush()
    return conversation


async def close_idle(session: AsyncSession, *, before: datetime, limit: int = 200) -> list[Conversation]:
    """Close what has been silent since `before`: with the bot, or with an agent who has read everything. Nobody who
    waits for a person or for an answer is closed."""
    waiting = exists().where(Message.conversation_id == Conversation.id, Message.status == MessageStatus.RECEIVED)
    found = await session.scalars(
        select(Conversation)
        .where(
            Conversation.state.in_((ConversationState.BOT, ConversationState.AGENT)),
            Conversation.last_message_at < before,
            Conversation.unread_for_agent == 0,
            ~waiting,
        )
        .order_by(Conversation.last_message_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [await close(session, conversation.id, outcome=IDLE) for conversation in found.all()]
