"""What is to be delivered: messages to the customer that wait for their channel, per conversation in order.

A message is claimed (sending), handed to the channel, and only then marked as sent. When the process dies in between,
it is claimed again: at least once to the channel, exactly once in the store.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.conversations import Conversation
from crm_store.errors import CrmError
from crm_store.identities import Identity
from crm_store.messages import Audience, Direction, Message, MessageStatus

SENDING_LIMIT = timedelta(seconds=60)
"""A message that has been in sending for so long is taken up again."""

FURTHEST_TRY = timedelta(hours=2)
"""No provider is waited for so long: a later try was set by a clock that has been put back since."""

_UNSENT = (MessageStatus.PENDING, MessageStatus.SENDING)


class NotFailed(CrmError):
    """Only a message whose delivery has failed can be sent again."""

    code = "message_not_failed"

    def __init__(self, message_id: int, status: str) -> None:
        self.message_id, self.status = message_id, status
        super().__init__(message_id=message_id, status=status)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand, with where it goes, who speaks and which of the customer's messages it answers."""

    message: Message
    conversation: Conversation
    identity: Identity
    agent_name: str | None
    reply_to_channel_id: str | None


async def is_due(session: AsyncSession, *, channels: Collection[str]) -> bool:
    """Whether any message waits to be sent on these channels. Reads only."""
    return bool(await session.scalar(select(exists(_due(channels, now())))))


def _due(channels: Collection[str], at: datetime) -> Select[int]:
    """Ids of messages that are due: of each conversation only the earliest that is not sent yet."""
    earlier = aliased(Message)
    blocked = exists().where(
        earlier.conversation_id == Message.conversation_id, earlier.seq < Message.seq, earlier.status.in_(_UNSENT)
    )
    return select(Message.id).where(
        Message.status.in_(_UNSENT),
        Message.direction == Direction.OUT,
        Message.audience == Audience.MEMBER,
        or_(
            Message.next_try_at <= at,
            # Written to be sent at once, by a clock that has been put back since.
            Message.next_try_at == Message.created_at,
            Message.next_try_at > at + FURTHEST_TRY,
        ),
        Message.channel.in_(channels),
        ~blocked,
    )


async def claim(session: AsyncSession, worker: str, *, channels: Collection[str], limit: int = 1) -> list[Claimed]:
    """Claim due messages, at most one per conversation: its earliest unsent one."""
    at = now()
    due = _due(channels, at).order_by(Message.next_try_at, Message.id).limit(limit)
    # A table expression is worked out once; as a plain subquery PostgreSQL may run it anew and lock more than `limit`.
    chosen = due.with_for_update(key_share=True, skip_locked=True).cte("chosen")
    claimed = await session.scalars(
        update(Message)
        .where(Message.id.in_(select(chosen.c.id)))
        .values(status=MessageStatus.SENDING, sending_by=worker, next_try_at=at + SENDING_LIMIT)
        .returning(Message),
        execution_options={"populate_existing": True, "synchronize_session": False},
    )
    return await _with_addresses(session, claimed.all())


async def _with_addresses(session: AsyncSession, claimed: Sequence[Message]) -> list[Claimed]:
    if not claimed:
        return []
    answered = aliased(Message)
    rows = await session.execute(
        select(Message, Conversation, Identity, Agent.name, answered.channel_message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .outerjoin(Agent, Agent.id == Message.agent_id)
        .outerjoin(answered, answered.id == Message.in_reply_to)
        .where(Message.id.in_([message.id for message in claimed]))
        .order_by(Message.id)
    )
    return [Claimed(*row) for row in rows]


async def _in_hand(session: AsyncSession, message_id: int, worker: str) -> Message | None:
    """The message while this worker still has it in hand; another may have taken it up after SENDING_LIMIT."""
    return await session.scalar(
        select(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SENDING, Message.sending_by == worker)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def mark_sent(
    session: AsyncSession, message_id: int, *, worker: str, provider_message_id: str | None
) -> Message | None:
    """The channel accepted the message. None when another worker has it in hand by now."""
    return await session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SENDING, Message.sending_by == worker)
        .values(
            status=MessageStatus.SENT,
            sent_at=now(),
            error=None,
            tries=Message.tries + 1,
            provider_message_id=provider_message_id,
            next_try_at=None,
            sending_by=None,
        )
        .returning(Message),
        execution_options={"populate_existing": True, "synchronize_session": False},
    )


async def settle_fetched(session: AsyncSession, channel: str) -> int:
    """Mark as sent what waits on a channel whose customers fetch their messages: a store of an earlier version may hold
    such rows. How many they were."""
    waiting = update(Message).where(
        Message.channel == channel, Message.direction == Direction.OUT, Message.status.in_(_UNSENT)
    )
    done = await session.execute(
        waiting.values(status=MessageStatus.SENT, sent_at=now(), next_try_at=None, sending_by=None),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def try_later(
    session: AsyncSession, message_id: int, *, worker: str, at: datetime, error: str, counts: bool = True
) -> Message | None:
    """The channel could not take it now. `counts`: whether it counts as a failed try (being told to slow down does
    not)."""
    message = await _in_hand(session, message_id, worker)
    if message is not None:
        message.status, message.next_try_at, message.sending_by = MessageStatus.PENDING, at, None
        message.error = error[:500]
        message.tries += int(counts)
        await session.flush()
    return message


async def fail(session: AsyncSession, message_id: int, *, worker: str, error: str) -> Message | None:
    """The message cannot be delivered; it stays visible as failed and those after it go their way."""
    message = await _in_hand(session, message_id, worker)
    if message is not None:
        message.status, message.error = MessageStatus.FAILED, error[:500]
        message.tries += 1
        message.next_try_at = message.sending_by = None
        await session.flush()
    return message


async def resend(session: AsyncSession, message_id: int) -> Message:
    """Try a failed message once more, on an agent's word. Raises NotFailed."""
    message = await session.get_one(Message, message_id, with_for_update={"key_share": True}, populate_existing=True)
    if message.status != MessageStatus.FAILED:
        raise NotFailed(message_id, message.status)
    message.status, message.next_try_at, message.tries = MessageStatus.PENDING, now(), 0
    message.given_up_at = None
    await session.flush()
    return message


async def give_up(session: AsyncSession, message_id: int) -> Message:
    """A failed message is not tried again, on an agent's word; twice is a no-op. Raises NotFailed."""
    message = await session.get_one(Message, message_id, with_for_update={"key_share": True}, populate_existing=True)
    if message.status != MessageStatus.FAILED:
        raise NotFailed(message_id, message.status)
    message.given_up_at = message.given_up_at or now()
    await session.flush()
    return message


async def clear_stale(session: AsyncSession, *, is_dead: Callable[[str], bool]) -> int:
    """Take up again at once what workers known to be dead had in hand; how many messages."""
    found = await session.scalars(
        select(Message).where(Message.status == MessageStatus.SENDING).with_for_update(key_share=True, skip_locked=True)
    )
    stale = [message for message in found if is_dead(message.sending_by or "")]
    for message in stale:
        message.status, message.next_try_at, message.sending_by = MessageStatus.PENDING, now(), None
    await session.flush()
    return len(stale)
