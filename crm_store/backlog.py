"""What waits, and for how long: the state of the whole shop at one moment, for whoever watches over it.

Every statement reads what is open, over an index, and never all that there ever was.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.messages import Direction, Message, MessageStatus

_UNSENT = (MessageStatus.PENDING, MessageStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how many seconds the first of them does."""

    count: int
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """By channel: messages of customers that nobody has handled, messages to customers that are not delivered, and
    those that failed and nobody has looked at. `conversations`: the open ones by state and channel. `queue`: customers
    who wait for a person."""

    unhandled: dict[str, Waiting] = field(default_factory=dict)
    undelivered: dict[str, Waiting] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    conversations: dict[tuple[str, str], int] = field(default_factory=dict)
    queue: Waiting = Waiting(0, 0.0)


async def read(session: AsyncSession, *, at: datetime | None = None) -> Backlog:
    """The backlog at this moment."""
    at = at or now()
    unhandled = (Message.direction == Direction.IN, Message.status == MessageStatus.RECEIVED)
    undelivered = (Message.direction == Direction.OUT, Message.status.in_(_UNSENT))
    return Backlog(
        unhandled=await _messages(session, *unhandled, at=at),
        undelivered=await _messages(session, *undelivered, at=at),
        failed=await _failed(session),
        conversations=await _conversations(session),
        queue=await _queue(session, at),
    )


async def _messages(session: AsyncSession, *where: ColumnElement[bool], at: datetime) -> dict[str, Waiting]:
    rows = await session.execute(
        select(Message.channel, func.count(), func.min(Message.created_at)).where(*where).group_by(Message.channel)
    )
    return {channel: Waiting(count, _seconds(first, at)) for channel, count, first in rows}


async def _failed(session: AsyncSession) -> dict[str, int]:
    rows = await session.execute(
        select(Message.channel, func.count())
        .where(Message.status == MessageStatus.FAILED, Message.given_up_at.is_(None))
        .group_by(Message.channel)
    )
    return {row[0]: row[1] for row in rows}


async def _conversations(session: AsyncSession) -> dict[tuple[str, str], int]:
    opened = tuple(state for state in ConversationState if state is not ConversationState.CLOSED)
    rows = await session.execute(
        select(Conversation.state, Conversation.channel, func.count())
        .where(Conversation.state.in_(opened))
        .group_by(Conversation.state, Conversation.channel)
    )
    return {(str(state), channel): count for state, channel, count in rows}


async def _queue(session: AsyncSession, at: datetime) -> Waiting:
    first: Any = func.min(func.coalesce(Conversation.waiting_since, Conversation.queued_at))
    row = (
        await session.execute(select(func.count(), first).where(Conversation.state == ConversationState.QUEUE))
    ).one()
    return Waiting(row[0], _seconds(row[1], at))


def _seconds(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since is not None else 0.0
