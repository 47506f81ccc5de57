"""Every word that passes between a customer and the shop: the durable inbox, the replies, the notes of the staff.

A message belongs to one conversation and has a place in it, `seq`, which rises by one per message. The conversation's
row lock orders the writers, so on either database a reader that has seen `seq` n will never meet a smaller one later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_, cast, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import archived
from crm_store.clock import now
from crm_store.db import Base, LargeInteger
from crm_store.errors import CrmError, NotFound
from crm_store.sealing import SealableJSON, SealableText
from crm_store.text import clean, clean_all

TEXT_LIMIT_CHARACTERS = 4096
"""The longest that a channel of ours takes (Telegram): one message there is one here. The widget asks for 4000."""
PAYLOAD_LIMIT_CHARACTERS = 2000
ATTACHMENT_LIMIT = 10
LOCALE_LIMIT_CHARACTERS = 20


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Author(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Audience(StrEnum):
    """Who may read a message: `member` means the customer and the staff, `staff` the staff alone (notes)."""

    MEMBER = "member"
    STAFF = "staff"


SEARCHED = (Author.CUSTOMER, Author.AGENT)
"""Whose words can be searched: what the bot and the program say is always the same and would bury what people said."""


class MessageStatus(StrEnum):
    """Inbound: received, then handled. Outbound: pending, sending, then sent, failed or suppressed (never sent)."""

    RECEIVED = "received"
    HANDLED = "handled"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class TextTooLong(CrmError):
    """A text or payload is longer than a message may be; lengths in characters."""

    code = "text_too_long"

    def __init__(self, length: int, limit: int) -> None:
        self.length, self.limit = length, limit
        super().__init__(f"{length} characters, at most {limit}", length=length, limit=limit)


class MessageEmpty(CrmError):
    """A message has neither text nor payload nor attachment."""

    code = "message_empty"


class Message(Base):
    """One message of a conversation, in either direction, or a note of the staff."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "channel_message_id"),
        UniqueConstraint("conversation_id", "client_key"),
        Index("ix_messages_conversation_id_status", "conversation_id", "status"),
        Index("ix_messages_status_next_try_at", "status", "next_try_at"),
        # A message that goes into the archive is looked for among those that answer one.
        Index(
            "ix_messages_in_reply_to",
            "in_reply_to",
            sqlite_where=text("in_reply_to IS NOT NULL"),
            postgresql_where=text("in_reply_to IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(LargeInteger, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    direction: Mapped[str] = mapped_column(String(3))
    author: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    audience: Mapped[str] = mapped_column(String(10), default=Audience.MEMBER)
    channel: Mapped[str] = mapped_column(String(20))
    channel_message_id: Mapped[str | None] = mapped_column(String(200))
    """Inbound only: the channel's own id, unique within the channel, so that a redelivery is recognised."""
    client_key: Mapped[str | None] = mapped_column(String(100))
    """The idempotency key of a message written by an agent."""

    text: Mapped[str | None] = mapped_column(SealableText)
    original_text: Mapped[str | None] = mapped_column(SealableText)
    """What stood here before the customer edited the message."""
    payload: Mapped[str | None] = mapped_column(SealableText)
    """What a pressed button means: `/intent{…}` for the dialogue, `desk:…` for the desk."""
    buttons: Mapped[list[dict[str, Any]] | None] = mapped_column(SealableJSON)
    attachments: Mapped[list[dict[str, Any]] | None] = mapped_column(SealableJSON)
    custom: Mapped[dict[str, Any] | None] = mapped_column(SealableJSON)
    """Structured content of a bot's reply beside its text (cards, links), as the actions gave it."""
    in_reply_to: Mapped[int | None] = mapped_column(LargeInteger, ForeignKey("messages.id", ondelete="SET NULL"))

    intent: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None]
    ranking: Mapped[list[dict[str, Any]] | None]
    entities: Mapped[list[dict[str, Any]] | None] = mapped_column(SealableJSON)
    sentiment: Mapped[str | None] = mapped_column(String(10))
    sentiment_confidence: Mapped[float | None]
    anger: Mapped[float | None]
    language: Mapped[str | None] = mapped_column(String(10))

    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(default=now)
    customer_at: Mapped[datetime | None]
    """Inbound only: when the customer sent it, by the channel's clock."""
    handled_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    """Outbound only: when pending, the next try; when sending, the moment from which it counts as abandoned."""
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(SealableText(500))
    given_up_at: Mapped[datetime | None]
    """Outbound only: when an agent decided that a failed message is not tried again."""
    sending_by: Mapped[str | None] = mapped_column(String(100))
    provider_message_id: Mapped[str | None] = mapped_column(String(200))
    edited_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a channel took in from a customer, before it is stored.

    `channel_message_id` is unique within the channel and the same on a redelivery. Exactly what the customer did is in
    one or more of `text`, `payload` (a pressed button) and `attachments` ({kind, name, mime, size, ref}). What the
    customer wrote is made clean here, whatever channel it came through.
    """

    channel: str
    channel_user_id: str
    channel_message_id: str
    text: str | None = None
    payload: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    sent_at: datetime | None = None
    display_name: str | None = None
    locale: str | None = None

    def __post_init__(self) -> None:
        for name in ("text", "payload", "display_name", "locale"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, clean(given))
        object.__setattr__(self, "attachments", clean_all(self.attachments))
        object.__setattr__(self, "locale", (self.locale or "")[:LOCALE_LIMIT_CHARACTERS] or None)


@dataclass(frozen=True, slots=True)
class Reply:
    """One message the bot says: a text, buttons ({title, payload}, or {title, url} for what opens a page) or structured
    content, in any mixture."""

    text: str | None = None
    buttons: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a customer's message; confidences and anger in 0..1."""

    intent: str | None = None
    confidence: float | None = None
    ranking: list[dict[str, Any]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    sentiment: str | None = None
    sentiment_confidence: float | None = None
    anger: float | None = None
    language: str | None = None

    def values(self) -> dict[str, Any]:
        """The columns of `Message` that hold it."""
        return {
            "intent": self.intent,
            "confidence": self.confidence,
            "ranking": self.ranking,
            "entities": self.entities,
            "sentiment": self.sentiment,
            "sentiment_confidence": self.sentiment_confidence,
            "anger": self.anger,
            "language": self.language,
        }


_fetched: set[str] = set()


def leave_to_customer(channel: str) -> None:
    """Customers of this channel fetch their messages by `seq`: what is stored is delivered, and no outbox is needed."""
    _fetched.add(channel)


def needs_delivery(channel: str) -> bool:
    """Whether a message of this channel waits in the outbox until somebody has handed it on."""
    return channel not in _fetched


def check_lengths(text: str | None, payload: str | None = None) -> None:
    """Raises TextTooLong when a text or a payload is longer than a message may be."""
    if text is not None and len(text) > TEXT_LIMIT_CHARACTERS:
        raise TextTooLong(len(text), TEXT_LIMIT_CHARACTERS)
    if payload is not None and len(payload) > PAYLOAD_LIMIT_CHARACTERS:
        raise TextTooLong(len(payload), PAYLOAD_LIMIT_CHARACTERS)


async def get(session: AsyncSession, message_id: int) -> Message:
    """Raises NotFound."""
    message = await session.get(Message, message_id)
    if message is None:
        raise NotFound("message", message_id)
    return message


async def by_channel_id(session: AsyncSession, channel: str, channel_message_id: str) -> Message | None:
    """The inbound message a channel knows by this id."""
    return await session.scalar(
        select(Message).where(Message.channel == channel, Message.channel_message_id == channel_message_id)
    )


async def attachment_refs(session: AsyncSession, *, among: Collection[str]) -> set[str]:
    """Those of the refs `among` that some message's attachment names. Reads every message with attachments."""
    # An erased or absent list may be stored as JSON's null, which is a value to the database.
    written = select(Message.attachments).where(
        Message.attachments.is_not(None), cast(Message.attachments, Text) != "null"
    )
    found: set[str] = set()
    async for attachments in await session.stream_scalars(written.execution_options(yield_per=1000)):
        found.update(str(attachment.get("ref")) for attachment in attachments or ())
    return (found | await archived.files(session)).intersection(among)


async def of_archive(session: AsyncSession, conversation_ids: Collection[str]) -> list[Message]:
    """All messages of those of the conversations that are archived, each conversation's in order. They belong to no
    session: nothing may be changed in them."""
    packs = await archived.packs(session, conversation_ids)
    return [each for packed in packs for each in archived.unpack(Message, packed)]


async def history(
    session: AsyncSession,
    conversation_id: str,
    *,
    after_seq: int = 0,
    audience: Audience = Audience.MEMBER,
    limit: int | None = None,
    newest: bool = False,
) -> list[Message]:
    """Messages of one conversation with `seq` above `after_seq`, in order.

    The member's audience never gets notes nor suppressed replies. With `limit`, the earliest ones, or the latest
    ones when `newest`.
    """
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after_seq)
    if audience is Audience.MEMBER:
        query = query.where(Message.audience == Audience.MEMBER, Message.status != MessageStatus.SUPPRESSED)
    query = query.order_by(Message.seq.desc() if newest else Message.seq).limit(limit)
    found = list(await session.scalars(query))
    if found:
        return found[::-1] if newest else found
    kept = [
        each
        for each in await of_archive(session, [conversation_id])
        if each.seq > after_seq and (audience is not Audience.MEMBER or _is_for_member(each))
    ]
    return _cut(kept, limit, newest=newest)


async def at(session: AsyncSession, conversation_id: str, seq: int) -> Message:
    """The message at that place of a conversation, whoever it is for. Raises NotFound."""
    if not 0 < seq < 2**31:  # databases raise at larger ones
        raise NotFound("message", f"{conversation_id}:{seq}")
    found = await history(session, conversation_id, after_seq=seq - 1, audience=Audience.STAFF, limit=1)
    if not found or found[0].seq != seq:
        raise NotFound("message", f"{conversation_id}:{seq}")
    return found[0]


async def together(
    session: AsyncSession,
    after: Mapping[str, int],
    *,
    before: tuple[datetime, int] | None = None,
    limit: int | None = None,
) -> list[Message]:
    """Messages of several conversations as the staff reads them, in the order in which they were written. `after`: of
    each conversation those with `seq` above that. `before`: those written before that moment, and at it with a smaller
    id. With `limit`, the latest ones."""
    wanted = or_(*(and_(Message.conversation_id == each, Message.seq > seq) for each, seq in after.items()))
    query = select(Message).where(wanted)
    if before is not None:
        moment, message_id = before
        earlier = and_(Message.created_at == moment, Message.id < message_id)
        query = query.where(or_(Message.created_at < moment, earlier))
    found = list(await session.scalars(query.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)))[::-1]
    # A conversation is archived as a whole: what has rows here has none there.
    elsewhere = after.keys() - {each.conversation_id for each in found}
    if not elsewhere:
        return found
    kept = [
        each
        for each in await of_archive(session, elsewhere)
        if each.seq > after[each.conversation_id] and (before is None or (each.created_at, each.id) < before)
    ]
    return _cut(sorted([*found, *kept], key=lambda each: (each.created_at, each.id)), limit, newest=True)


async def note_edit(
    session: AsyncSession, *, channel: str, channel_message_id: str, text: str, at: datetime | None = None
) -> Message | None:
    """Record that the customer changed a message; the first wording is kept. An edit starts no new turn: when the
    message is not handled yet the bot reads the new words, otherwise the staff sees them. `at`: when they changed it;
    an edit that comes in after a newer one is passed over. None when unknown."""
    check_lengths(text)
    message = await session.scalar(
        select(Message)
        .where(Message.channel == channel, Message.channel_message_id == channel_message_id)
        .with_for_update(key_share=True)
    )
    at = at or now()
    if message is None or (message.edited_at is not None and at < message.edited_at):
        return message
    if message.original_text is None and message.text != text:
        message.original_text = message.text
    message.text, message.edited_at = text, at
    await session.flush()
    return message


async def last_agent(session: AsyncSession, conversation_id: str) -> int | None:
    """The agent who wrote last in that conversation."""
    wrote = (
        select(Message.agent_id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == Author.AGENT,
            Message.audience == Audience.MEMBER,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    agent_id: int | None = await session.scalar(wrote)
    if agent_id is None:
        kept = [each for each in await of_archive(session, [conversation_id]) if each.audience == Audience.MEMBER]
        agent_id = next((each.agent_id for each in kept[::-1] if each.author == Author.AGENT), None)
    return agent_id


async def customer_wrote(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the customer has said or pressed anything in that conversation."""
    written = select(Message.id).where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER)
    if await session.scalar(written.limit(1)) is not None:
        return True
    return any(each.author == Author.CUSTOMER for each in await of_archive(session, [conversation_id]))


def _is_for_member(message: Message) -> bool:
    return message.audience == Audience.MEMBER and message.status != MessageStatus.SUPPRESSED


def _cut(found: list[Message], limit: int | None, *, newest: bool) -> list[Message]:
    """The earliest so many, or the latest."""
    if limit is None:
        return found
    return found[max(0, len(found) - limit) :] if newest else found[:limit]
