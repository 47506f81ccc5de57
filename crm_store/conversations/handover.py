"""Who answers: from the bot to the queue, to an agent, back, and to the end."""

import uuid
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now, today
from crm_store.conversations.archiving import restore
from crm_store.conversations.errors import (
    ConversationClosed,
    ConversationMerged,
    ConversationReplaced,
    ConversationTaken,
    NotHeld,
)
from crm_store.conversations.models import IDLE, MERGED, Conversation, ConversationState, QueueReason, Urgency
from crm_store.conversations.queries import held, locked, locked_current
from crm_store.errors import NotFound
from crm_store.identities import Identity
from crm_store.messages import Message, MessageStatus

UNASKED = frozenset({QueueReason.RISK, QueueReason.MISUNDERSTOOD})
"""Reasons for which a person is called though nobody asked for one: the bot goes on with what is talked about."""


async def request_human(
    session: AsyncSession, conversation_id: str, *, reason: str, urgency: int = Urgency.NORMAL
) -> Conversation:
    """Put the conversation into the queue for a person; the desk tells the customer.

    Asked again while waiting, the higher urgency and its reason stand and the place is kept; so do those of a customer
    who left the queue today without having seen anybody. With an agent nothing changes. Raises ConversationClosed.
    """
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        raise ConversationClosed(conversation_id)
    if conversation.state == ConversationState.BOT:
        before, why = _urgency_before(conversation)
        _enqueue(conversation, reason=reason, urgency=urgency)
        if before > urgency:
            conversation.urgency, conversation.queue_reason = before, why or reason
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


async def mark_urgent(session: AsyncSession, conversation_id: str, urgency: int, *, reason: str) -> Conversation:
    """What makes a conversation with the bot urgent, while nobody is there and nobody was asked for: it counts when
    the customer wishes for a person. Of any other conversation nothing changes."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.BOT and urgency > conversation.urgency:
        conversation.urgency, conversation.queue_reason = urgency, reason
        conversation.queue_announced_at = None
        await session.flush()
    return conversation


async def call_off_alarm(session: AsyncSession, conversation_id: str) -> Conversation:
    """There was no danger: whoever waits because of one keeps the place with the usual urgency, and the bot answers
    meanwhile; who has left the queue is not taken for urgent later. Of any other conversation nothing changes."""
    conversation = await locked(session, conversation_id)
    if conversation.queue_reason != QueueReason.DELICATE:
        return conversation
    if conversation.state == ConversationState.BOT:
        conversation.queue_reason, conversation.urgency = None, 0
        await session.flush()
    elif conversation.state == ConversationState.QUEUE:
        conversation.queue_reason, conversation.urgency = QueueReason.REQUESTED, Urgency.NORMAL
        conversation.bot_invited = True
        await session.flush()
    return conversation


def _enqueue(conversation: Conversation, *, reason: str, urgency: int) -> None:
    """Whoever waited already, in line or for an answer, keeps that time: no transfer sends anybody to the end."""
    at = now()
    conversation.state = ConversationState.QUEUE
    conversation.queue_reason, conversation.urgency = reason, urgency
    conversation.waiting_since = conversation.queued_at = conversation.waiting_since or at
    conversation.queue_announced_at = conversation.taken_at = conversation.snoozed_until = None
    conversation.place_told = None
    conversation.joined = []
    conversation.first_agent_reply_at = None
    conversation.agent_id = None
    conversation.bot_continues, conversation.bot_invited = False, reason in UNASKED
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
    """The customer no longer waits for a person; what made it urgent is remembered, should they come back today. With
    an agent nothing changes."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.QUEUE:
        urgency, reason = conversation.urgency, conversation.queue_reason
        _to_bot(conversation)
        await _end_lines(session, conversation)
        if urgency > Urgency.NORMAL:
            conversation.urgency, conversation.queue_reason = urgency, reason
        await session.flush()
    return conversation


async def _end_lines(session: AsyncSession, conversation: Conversation) -> None:
    """No person has the customer in hand any more: what was merged into the conversation is over, and who writes there
    begins anew with the bot. The conversation is locked before its lines, by everybody."""
    merged = select(Conversation).where(
        Conversation.merged_into_id == conversation.id, Conversation.state == ConversationState.MERGED
    )
    locking = merged.order_by(Conversation.id).with_for_update(key_share=True)
    for line in await session.scalars(locking.execution_options(populate_existing=True)):
        if line.state == ConversationState.MERGED:
            line.state = ConversationState.CLOSED
            line.closed_at, line.outcome = now(), MERGED


def _urgency_before(conversation: Conversation) -> tuple[int, str | None]:
    """The urgency that was marked while nobody was there, or with which the customer waited today before they left the
    queue, and its reason."""
    told_at = conversation.queue_announced_at
    if told_at is not None and told_at.astimezone(business_zone()).date() != today():
        return 0, None
    return conversation.urgency, conversation.queue_reason


def _to_bot(conversation: Conversation) -> None:
    conversation.state = ConversationState.BOT
    conversation.agent_id = conversation.queue_reason = conversation.queued_at = None
    conversation.waiting_since = conversation.call_back_offered_at = conversation.snoozed_until = None
    conversation.joined = []
    conversation.urgency = conversation.fallbacks = conversation.unread_for_agent = 0
    conversation.bot_continues = conversation.bot_invited = False


async def take(session: AsyncSession, conversation_id: str, agent_id: int) -> Conversation:
    """The agent takes the conversation, from the bot or from the queue; from now on the bot is silent.

    Of two agents one wins, the other gets ConversationTaken. Taking what one holds changes nothing. Raises
    ConversationMerged, ConversationClosed.
    """
    conversation = await locked(session, conversation_id)
    _no_line(conversation)
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


def _no_line(conversation: Conversation) -> None:
    """Raises ConversationMerged for a line of another conversation, which alone is gone on with, also after its end."""
    is_merged = conversation.state == ConversationState.MERGED or conversation.outcome == MERGED
    if is_merged and conversation.merged_into_id is not None:
        raise ConversationMerged(conversation.id, conversation.merged_into_id)


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
        _give_to(conversation, to_agent_id)
    conversation.handovers += 1
    await session.flush()
    return conversation


def _give_to(conversation: Conversation, agent_id: int) -> None:
    conversation.agent_id = agent_id
    conversation.joined = [each for each in conversation.joined if each != agent_id]
    conversation.snoozed_until = None
    conversation.unread_for_agent = max(1, conversation.unread_for_agent)


async def reassign(session: AsyncSession, conversation_id: str, *, to_agent_id: int | None) -> Conversation:
    """A supervisor gives a conversation that somebody holds to an agent (themselves, perhaps), or back to the queue
    (None). To whom holds it already, nothing changes. Raises NotHeld when nobody holds it, ConversationClosed."""
    conversation = await held(session, conversation_id)
    if to_agent_id == conversation.agent_id:
        return conversation
    if to_agent_id is None:
        urgency = max(Urgency.RAISED, conversation.urgency)
        _enqueue(conversation, reason=QueueReason.TRANSFERRED, urgency=urgency)
    else:
        _give_to(conversation, to_agent_id)
    conversation.handovers += 1
    await session.flush()
    return conversation


async def return_to_queue(
    session: AsyncSession, conversation_id: str, *, agent_id: int, for_good: bool = False
) -> Conversation | None:
    """What an agent who has gone holds while the customer waits goes back into the queue, with the time waited so far.
    `for_good`: the agent will not come back, so a customer who was answered needs somebody else too.

    None, with nothing changed, when that is no longer so.
    """
    conversation = await locked(session, conversation_id)
    is_held = conversation.state == ConversationState.AGENT and conversation.agent_id == agent_id
    if not is_held or (conversation.waiting_since is None and not for_good):
        return None
    urgency = max(Urgency.RAISED, conversation.urgency)
    _enqueue(conversation, reason=QueueReason.RETURNED, urgency=urgency)
    conversation.handovers += 1
    await session.flush()
    return conversation


async def join(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """A supervisor speaks with the customer beside the agent who holds the conversation. The holder's own joining and a
    second one change nothing. Raises NotHeld when nobody holds it, ConversationClosed."""
    conversation = await held(session, conversation_id)
    if agent_id not in (conversation.agent_id, *conversation.joined):
        conversation.joined = [*conversation.joined, agent_id]
        await session.flush()
    return conversation


async def leave(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """Whoever had joined speaks no longer."""
    conversation = await locked(session, conversation_id)
    conversation.joined = [each for each in conversation.joined if each != agent_id]
    await session.flush()
    return conversation


async def reopen(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """The agent goes on with a closed conversation. Open already, nothing changes.

    Raises ConversationReplaced when the customer has another one open by now, ConversationMerged.
    """
    whose = await session.scalar(select(Conversation.identity_id).where(Conversation.id == conversation_id))
    if whose is None:
        raise NotFound("conversation", conversation_id)
    # Identities are locked before their conversations, here as by who receives a message and by who erases.
    await session.get_one(Identity, whose, with_for_update={"key_share": True}, populate_existing=True)
    conversation = await locked(session, conversation_id)
    _no_line(conversation)
    if conversation.state != ConversationState.CLOSED:
        return conversation
    newer = await locked_current(session, conversation.identity_id)
    if newer is not None:
        raise ConversationReplaced(conversation_id, newer.id)
    if conversation.archived_at is not None:
        await restore(session, conversation)
    _begin_with(conversation, agent_id)
    conversation.closed_at = conversation.outcome = None
    await session.flush()
    return conversation


def _begin_with(conversation: Conversation, agent_id: int) -> None:
    """In this agent's hands, before anybody waits."""
    conversation.state = ConversationState.AGENT
    conversation.agent_id, conversation.taken_at = agent_id, now()
    conversation.queue_reason = conversation.queued_at = None
    conversation.handovers = (conversation.handovers or 0) + 1


async def open_for(session: AsyncSession, identity: Identity, *, agent_id: int) -> Conversation:
    """The customer's conversation in this agent's hands, so that the agent may speak first: the open one if the bot or
    the agent has it, else a new one.

    Raises ConversationTaken when a colleague holds it, ConversationMerged when it is a line of another.
    """
    identity = await session.get_one(Identity, identity.id, with_for_update={"key_share": True}, populate_existing=True)
    conversation = await locked_current(session, identity.id)
    if conversation is not None:
        return await take(session, conversation.id, agent_id)
    conversation = Conversation(
        id=uuid.uuid4().hex, channel=identity.channel, identity_id=identity.id, member_id=identity.member_id,
        last_seq=0, language=identity.language,
    )  # fmt: skip
    _begin_with(conversation, agent_id)
    session.add(conversation)
    await session.flush()
    return conversation


async def hand_back(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """The agent gives the conversation back to the bot. Raises NotHeld, ConversationClosed."""
    conversation = await held(session, conversation_id, agent_id)
    _to_bot(conversation)
    await _end_lines(session, conversation)
    conversation.handovers += 1
    conversation.context = None
    await session.flush()
    return conversation


async def close(
    session: AsyncSession, conversation_id: str, *, outcome: str, agent_id: int | None = None
) -> Conversation:
    """End the conversation; closing twice changes nothing. `agent_id`: the agent who closes, who must hold it when
    anybody does. Raises NotHeld, ConversationMerged for an agent."""
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        return conversation
    if agent_id is not None:
        _no_line(conversation)
    holder = conversation.agent_id if conversation.state == ConversationState.AGENT else None
    if agent_id is not None and holder is not None and holder != agent_id:
        raise NotHeld(conversation_id, agent_id, holder)
    conversation.state = ConversationState.CLOSED
    conversation.closed_at, conversation.outcome = now(), outcome
    conversation.agent_id = conversation.agent_id or agent_id
    conversation.unread_for_agent = 0
    conversation.waiting_since = conversation.snoozed_until = None
    conversation.joined = []
    conversation.bot_continues = conversation.bot_invited = False
    await _end_lines(session, conversation)
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
            or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until < now()),
            ~waiting,
        )
        .order_by(Conversation.last_message_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [await close(session, conversation.id, outcome=IDLE) for conversation in found.all()]
