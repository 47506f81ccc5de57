"""Work on the inbox: claiming a conversation that has something unanswered, and writing what came of it.

A claim is a lease with a token. Everything a worker writes is written under the conversation's row lock and only while
its token still stands, together with the mark that the message is handled: a turn is either whole or never happened.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState, append, locked
from crm_store.errors import CrmError
from crm_store.messages import Author, Direction, Message, MessageStatus, Reply, Understanding

LEASE = timedelta(seconds=30)


class LeaseLost(CrmError):
    """The lease ran out and somebody else may be at work: nothing may be written."""

    code = "lease_lost"

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        super().__init__(conversation_id=conversation_id)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one conversation. `handovers`: how often it had changed between bot and person."""

    conversation_id: str
    token: str
    handovers: int


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed conversation and its earliest unhandled message; None when only the queue is to be announced."""

    lease: Lease
    conversation: Conversation
    message: Message | None


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished turn. `suppressed`: a person had taken over, the replies are kept and never sent."""

    conversation: Conversation
    message: Message
    replies: list[Message]
    suppressed: bool


async def claim(session: AsyncSession, worker: str) -> Work | None:
    """Lease the conversation that has waited longest for a worker, with its earliest unhandled message.

    PostgreSQL skips rows that another worker is just claiming; on SQLite the single writer has the same effect.
    """
    at = now()
    conversation = await session.scalar(
        select(Conversation)
        .where(Conversation.work_due_at <= at, or_(Conversation.lease_until.is_(None), Conversation.lease_until <= at))
        .order_by(Conversation.work_due_at)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        return None
    lease = Lease(conversation.id, uuid.uuid4().hex, conversation.handovers)
    conversation.lease_by, conversation.lease_token = worker, lease.token
    conversation.lease_until = at + LEASE
    message = await _head(session, conversation.id)
    await session.flush()
    return Work(lease, conversation, message)


async def _head(session: AsyncSession, conversation_id: str) -> Message | None:
    return await session.scalar(_unhandled(conversation_id).order_by(Message.seq).limit(1))


def _unhandled(conversation_id: str) -> Select[Message]:
    return select(Message).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.status == MessageStatus.RECEIVED,
    )


async def unhandled(session: AsyncSession, conversation_id: str) -> list[Message]:
    """The customer's messages that nobody has handled yet, in order."""
    return list(await session.scalars(_unhandled(conversation_id).order_by(Message.seq)))


async def held(session: AsyncSession, lease: Lease) -> Conversation:
    """The leased conversation, locked. Raises LeaseLost when the lease is no longer ours."""
    conversation = await locked(session, lease.conversation_id)
    if conversation.lease_token != lease.token:
        raise LeaseLost(lease.conversation_id)
    return conversation


async def heartbeat(session: AsyncSession, tokens: Collection[str]) -> None:
    """Prolong the leases in hand; a lease that somebody else took over is not prolonged."""
    if tokens:
        await session.execute(
            update(Conversation)
            .where(Conversation.lease_token.in_(tokens))
            .values(lease_until=now() + LEASE)
            .execution_options(synchronize_session=False)
        )


async def release(session: AsyncSession, lease: Lease, *, due_at: datetime | None = None) -> Conversation:
    """Give the lease back. The conversation is due again at once when it holds more unhandled messages, or at `due_at`
    when the earliest could not be handled. Raises LeaseLost."""
    conversation = await held(session, lease)
    head = await _head(session, lease.conversation_id)
    conversation.work_due_at = None if head is None else due_at or now()
    conversation.lease_by = conversation.lease_token = conversation.lease_until = None
    await session.flush()
    return conversation


async def clear_stale(session: AsyncSession, *, is_dead: Callable[[str], bool]) -> int:
    """Take back the leases of workers that are known to be dead, without waiting for them to run out; how many."""
    found = await session.scalars(
        select(Conversation).where(Conversation.lease_by.is_not(None)).with_for_update(key_share=True, skip_locked=True)
    )
    dead = [conversation for conversation in found if is_dead(conversation.lease_by or "")]
    for conversation in dead:
        conversation.lease_by = conversation.lease_token = conversation.lease_until = None
    await session.flush()
    return len(dead)


async def complete_turn(
    session: AsyncSession,
    lease: Lease,
    message_id: int,
    *,
    replies: Sequence[Reply] = (),
    understanding: Understanding | None = None,
    fallbacks: int | None = None,
    form_active: bool = False,
) -> Completed:
    """Write the bot's replies and the understanding, and mark the message handled.

    When a person took over since the claim, the replies are kept as suppressed. `form_active`: the bot is in the midst
    of a form, which it may finish even in the queue. `fallbacks` None: no turn of the dialogue took place (a person
    reads the message), so the dialogue's language stays. Raises LeaseLost, and then nothing is written.
    """
    conversation = await held(session, lease)
    message = await session.get_one(Message, message_id, populate_existing=True)
    if message.status != MessageStatus.RECEIVED:
        raise LeaseLost(lease.conversation_id)
    message.status, message.handled_at, message.error = MessageStatus.HANDLED, now(), None
    if understanding is not None:
        understanding.write_to(message)
        if fallbacks is not None or conversation.language is None:
            conversation.language = understanding.language or conversation.language
    suppressed = (conversation.state == ConversationState.AGENT or conversation.handovers != lease.handovers) and bool(
        replies
    )
    if fallbacks is not None:
        conversation.fallbacks = fallbacks
        conversation.bot_continues = form_active and conversation.state == ConversationState.QUEUE
        conversation.outage_told_at = None
    written = [
        await append(
            session,
            conversation,
            author=Author.BOT,
            status=MessageStatus.SUPPRESSED if suppressed else MessageStatus.PENDING,
            text=reply.text,
            buttons=reply.buttons or None,
            attachments=reply.attachments or None,
            custom=reply.custom,
            in_reply_to=message.id,
            language=conversation.language,
        )
        for reply in replies
    ]
    await session.flush()
    return Completed(conversation, message, written, suppressed)


async def note_failure(session: AsyncSession, lease: Lease, message_id: int, *, error: str) -> Message:
    """Count a try that failed; the message stays unhandled. Raises LeaseLost."""
    await held(session, lease)
    message = await session.get_one(Message, message_id, populate_existing=True)
    message.tries += 1
    message.error = error[:500]
    await session.flush()
    return message


async def leave_to_person(session: AsyncSession, lease: Lease) -> int:
    """Mark every unhandled message of a conversation as handled, because a person will read it; how many."""
    await held(session, lease)
    left = await unhandled(session, lease.conversation_id)
    for message in left:
        message.status, message.handled_at = MessageStatus.HANDLED, now()
    await session.flush()
    return len(left)
