"""Conversations: who speaks with the customer (the bot, the queue, an agent), and whose turn it is to work on them.

Each operation that changes a conversation locks its row first; whoever reads the row under that lock decides. A worker
that answers a customer holds a lease: a name and a time that run out, so that a killed worker's customers are taken up
by another, and a token that is checked when the answer is written, so that two workers never answer the same message.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import identities
from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import (
    ATTACHMENT_LIMIT,
    Audience,
    Author,
    Direction,
    Inbound,
    Message,
    MessageEmpty,
    MessageStatus,
    Reply,
    by_channel_id,
    check_lengths,
)


class ConversationState(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    CLOSED = "closed"


class Urgency(IntEnum):
    """How soon a person is needed; the queue shows the highest first."""

    NORMAL = 1
    RAISED = 2
    HIGH = 3
    CRITICAL = 4


class QueueReason(StrEnum):
    """Why a person is needed."""

    REQUESTED = "requested"
    MISUNDERSTOOD = "misunderstood"
    ANGER = "anger"
    RISK = "risk"
    COMPLAINT = "complaint"
    DELICATE = "delicate"
    BOT_UNAVAILABLE = "bot_unavailable"
    TRANSFERRED = "transferred"


MEMBER_CHANGED = "member_changed"
IDLE = "idle"
"""Outcomes of conversations that nobody closed by hand."""


class ConversationTaken(CrmError):
    """Another agent holds the conversation."""

    code = "conversation_taken"

    def __init__(self, conversation_id: str, agent_id: int) -> None:
        self.conversation_id, self.agent_id = conversation_id, agent_id
        super().__init__(conversation_id=conversation_id, agent_id=agent_id)


class ConversationClosed(CrmError):
    """The conversation is over; the customer's next message opens a new one."""

    code = "conversation_closed"

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        super().__init__(conversation_id=conversation_id)


class NotHeld(CrmError):
    """The agent does not hold the conversation; `holder_id` tells who does, if anybody."""

    code = "conversation_not_held"

    def __init__(self, conversation_id: str, agent_id: int, holder_id: int | None) -> None:
        self.conversation_id, self.agent_id, self.holder_id = conversation_id, agent_id, holder_id
        super().__init__(conversation_id=conversation_id, agent_id=agent_id, holder_id=holder_id)


class MessageIdTaken(CrmError):
    """A channel message id is already that of another customer's message: a mistake or an attack, no redelivery."""

    code = "message_id_taken"

    def __init__(self, channel: str, channel_message_id: str) -> None:
        self.channel, self.channel_message_id = channel, channel_message_id
        super().__init__(channel=channel, channel_message_id=channel_message_id)


class Conversation(Base):
    """One exchange with one customer on one channel, from its first message until it is closed."""

    __tablename__ = "conversations"
    __table_args__ = (
        # An identity has at most one open conversation, whatever two redeliveries race to do.
        Index(
            "uq_conversations_open_identity",
            "identity_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_conversations_state_queued_at", "state", "queued_at"),
        Index("ix_conversations_member_id_opened_at", "member_id", "opened_at"),
        Index("ix_conversations_work_due_at", "work_due_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    state: Mapped[str] = mapped_column(String(10), default=ConversationState.BOT)
    bot_continues: Mapped[bool] = mapped_column(default=False)
    """In the queue: the bot may finish the form it had begun."""
    bot_invited: Mapped[bool] = mapped_column(default=False)
    """In the queue: the customer chose to go on with the bot while waiting."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    handovers: Mapped[int] = mapped_column(default=0)
    """Counts changes between bot and person; a reply begun before such a change is not sent."""

    queue_reason: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    queue_announced_at: Mapped[datetime | None]
    """When the customer was last told the place in the queue; empty: not yet told."""
    taken_at: Mapped[datetime | None]
    first_agent_reply_at: Mapped[datetime | None]
    unread_for_agent: Mapped[int] = mapped_column(default=0)

    opened_at: Mapped[datetime] = mapped_column(default=now)
    last_customer_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))

    language: Mapped[str | None] = mapped_column(String(10))
    """The language of the customer's words, as understood so far."""
    locale: Mapped[str | None] = mapped_column(String(20))
    """What the customer's device asks for; used until words tell better."""
    last_seq: Mapped[int] = mapped_column(default=0)
    fallbacks: Mapped[int] = mapped_column(default=0)
    """Misunderstandings in a row."""
    outage_told_at: Mapped[datetime | None]
    """When the customer was told that the bot cannot answer now; empty once it answers again."""

    work_due_at: Mapped[datetime | None]
    """From when a worker has something to do here; empty: nothing."""
    lease_by: Mapped[str | None] = mapped_column(String(100))
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]

    @property
    def speaks(self) -> Language:
        """The language to write to this customer in."""
        return Language.of(self.language or self.locale)

    @property
    def bot_answers(self) -> bool:
        """Whether the next message is the bot's to answer."""
        waiting_with_bot = self.state == ConversationState.QUEUE and (self.bot_continues or self.bot_invited)
        return self.state == ConversationState.BOT or waiting_with_bot


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an inbound message; `duplicate` when it had been stored before."""

    conversation: Conversation
    message: Message
    duplicate: bool


async def get(session: AsyncSession, conversation_id: str) -> Conversation:
    """Raises NotFound."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    return conversation


async def locked(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation as it is now, locked until the transaction ends. Raises NotFound.

    All locks here are FOR NO KEY UPDATE: a plain FOR UPDATE would also wait for every row that merely refers to this
    one (an interaction, a message), and the inbox and the desk, which lock identity and conversation, would deadlock.
    """
    conversation = await session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    return conversation


async def current(session: AsyncSession, identity_id: int) -> Conversation | None:
    """The identity's open conversation."""
    return await session.scalar(
        select(Conversation).where(
            Conversation.identity_id == identity_id, Conversation.state != ConversationState.CLOSED
        )
    )


async def _locked_current(session: AsyncSession, identity_id: int) -> Conversation | None:
    return await session.scalar(
        select(Conversation)
        .where(Conversation.identity_id == identity_id, Conversation.state != ConversationState.CLOSED)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 20) -> list[Conversation]:
    """The member's conversations on all channels, the latest first."""
    query = select(Conversation).where(Conversation.member_id == member_id)
    return list(await session.scalars(query.order_by(Conversation.last_message_at.desc()).limit(limit)))


async def append(
    session: AsyncSession, conversation: Conversation, *, author: Author, status: MessageStatus, **content: Any
) -> Message:
    """Write the next message of a conversation whose row this transaction has locked."""
    at = now()
    conversation.last_seq += 1
    conversation.last_message_at = at
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        channel=conversation.channel,
        direction=Direction.IN if author is Author.CUSTOMER else Direction.OUT,
        author=author,
        status=status,
        created_at=at,
        next_try_at=at if status is MessageStatus.PENDING else None,
        **content,
    )
    session.add(message)
    await session.flush()
    return message


async def receive(session: AsyncSession, inbound: Inbound) -> Received:
    """Store what a customer sent: identity, conversation and message. Once committed, the channel may be told.

    A redelivery changes nothing. A customer without an open conversation gets a new one. Raises MessageEmpty,
    TextTooLong, MessageIdTaken.
    """
    if not ((inbound.text or "").strip() or inbound.payload or inbound.attachments):
        raise MessageEmpty(channel=inbound.channel, channel_message_id=inbound.channel_message_id)
    check_lengths(inbound.text, inbound.payload)
    identity = await identities.find_or_create(
        session,
        channel=inbound.channel,
        channel_user_id=inbound.channel_user_id,
        display_name=inbound.display_name or "",
        language=Language.of(inbound.locale) if inbound.locale else None,
    )
    # Two deliveries for one customer take turns here, so that neither opens a second conversation.
    identity = await session.get_one(Identity, identity.id, with_for_update={"key_share": True}, populate_existing=True)
    earlier = await by_channel_id(session, inbound.channel, inbound.channel_message_id)
    if earlier is not None:
        conversation = await get(session, earlier.conversation_id)
        if conversation.identity_id != identity.id:
            raise MessageIdTaken(inbound.channel, inbound.channel_message_id)
        return Received(conversation, earlier, duplicate=True)
    if identity.blocked_at is not None:
        identity.blocked_at = None  # whoever writes to us has unblocked us
    conversation = await _open_conversation(session, identity, locale=inbound.locale)
    message = await append(
        session,
        conversation,
        author=Author.CUSTOMER,
        status=MessageStatus.RECEIVED,
        channel_message_id=inbound.channel_message_id,
        text=inbound.text,
        payload=inbound.payload,
        attachments=inbound.attachments[:ATTACHMENT_LIMIT] or None,
        customer_at=inbound.sent_at,
    )
    conversation.last_customer_at = message.created_at
    conversation.work_due_at = message.created_at
    if conversation.state in (ConversationState.QUEUE, ConversationState.AGENT):
        conversation.unread_for_agent += 1
    await session.flush()
    return Received(conversation, message, duplicate=False)


async def _open_conversation(session: AsyncSession, identity: Identity, *, locale: str | None) -> Conversation:
    """The identity's open conversation, locked; a new one when there is none. The identity's row is locked already."""
    conversation = await _locked_current(session, identity.id)
    if conversation is not None and _is_anothers(conversation, identity.member_id):
        await close(session, conversation.id, outcome=MEMBER_CHANGED)
        conversation = None
    if conversation is None:
        conversation = Conversation(
            id=uuid.uuid4().hex,
            channel=identity.channel,
            identity_id=identity.id,
            state=ConversationState.BOT,
            last_seq=0,
            language=identity.language,
        )
        session.add(conversation)
    conversation.member_id = conversation.member_id or identity.member_id
    conversation.locale = locale or conversation.locale
    return conversation


def _is_anothers(conversation: Conversation, member_id: int | None) -> bool:
    """Whether the conversation belongs to a member other than `member_id`."""
    return None not in (member_id, conversation.member_id) and conversation.member_id != member_id


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


async def _held(session: AsyncSession, conversation_id: str, agent_id: int) -> Conversation:
    conversation = await locked(session, conversation_id)
    if conversation.state == ConversationState.CLOSED:
        raise ConversationClosed(conversation_id)
    if conversation.state != ConversationState.AGENT or conversation.agent_id != agent_id:
        raise NotHeld(conversation_id, agent_id, conversation.agent_id)
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
    conversation = await _held(session, conversation_id, agent_id)
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
    conversation = await _held(session, conversation_id, agent_id)
    _to_bot(conversation)
    conversation.handovers += 1
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


async def agent_reply(
    session: AsyncSession,
    conversation_id: str,
    *,
    agent_id: int,
    text: str,
    key: str,
    attachments: Sequence[dict[str, Any]] = (),
) -> Message:
    """What the agent who holds the conversation says to the customer. The same `key` again returns the same message.

    Raises NotHeld, ConversationClosed, MessageEmpty, TextTooLong.
    """
    check_lengths(text)
    if not text.strip() and not attachments:
        raise MessageEmpty(conversation_id=conversation_id)
    conversation = await locked(session, conversation_id)
    earlier = await _by_key(session, conversation_id, key)
    if earlier is not None:
        return earlier
    conversation = await _held(session, conversation_id, agent_id)
    conversation.first_agent_reply_at = conversation.first_agent_reply_at or now()
    conversation.unread_for_agent = 0
    return await append(
        session,
        conversation,
        author=Author.AGENT,
        status=MessageStatus.PENDING,
        agent_id=agent_id,
        text=text,
        attachments=list(attachments) or None,
        client_key=key,
    )


async def _by_key(session: AsyncSession, conversation_id: str, key: str) -> Message | None:
    return await session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.client_key == key)
    )


async def note(session: AsyncSession, conversation_id: str, *, agent_id: int, text: str, key: str) -> Message:
    """A note for the staff; the customer never sees it. Any agent may write one, also after the end."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty(conversation_id=conversation_id)
    conversation = await locked(session, conversation_id)
    return await _by_key(session, conversation_id, key) or await append(
        session,
        conversation,
        author=Author.AGENT,
        status=MessageStatus.SENT,
        audience=Audience.STAFF,
        agent_id=agent_id,
        text=text,
        client_key=key,
        sent_at=now(),
    )


async def say(
    session: AsyncSession, conversation: Conversation, reply: Reply, *, audience: Audience = Audience.MEMBER
) -> Message:
    """A message of the system (a notice of the desk) in a conversation this transaction has locked."""
    return await append(
        session,
        conversation,
        author=Author.SYSTEM,
        status=MessageStatus.PENDING if audience is Audience.MEMBER else MessageStatus.SENT,
        audience=audience,
        text=reply.text,
        buttons=reply.buttons or None,
        custom=reply.custom,
    )


async def mark_read(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """The agent who holds the conversation has seen everything; for anybody else nothing changes."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.agent_id == agent_id)
        .values(unread_for_agent=0)
    )
    return await get(session, conversation_id)


async def bind_member(session: AsyncSession, identity: Identity, member: Member) -> Conversation | None:
    """The identity turned out to be `member`: its open conversation is theirs from now on.

    When that conversation was another member's, it is closed instead, so that nobody reads what was said to another
    person; the next message opens a new one. Returns the conversation that was changed.
    """
    conversation = await _locked_current(session, identity.id)
    if conversation is None:
        return None
    if _is_anothers(conversation, member.id):
        return await close(session, conversation.id, outcome=MEMBER_CHANGED)
    conversation.member_id = member.id
    await session.flush()
    return conversation
