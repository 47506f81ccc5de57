"""Every word that passes between a customer and the shop: the durable inbox, the replies, the notes of the staff.

A message belongs to one conversation and has a place in it, `seq`, which rises by one per message. The conversation's
row lock orders the writers, so on either database a reader that has seen `seq` n will never meet a smaller one later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound

TEXT_LIMIT_CHARACTERS = 4000
PAYLOAD_LIMIT_CHARACTERS = 2000
ATTACHMENT_LIMIT = 10


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
        Index("ix_messages_outbox", "status", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
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

    text: Mapped[str | None] = mapped_column(Text)
    original_text: Mapped[str | None] = mapped_column(Text)
    """What stood here before the customer edited the message."""
    payload: Mapped[str | None] = mapped_column(Text)
    """What a pressed button means: `/intent{…}` for the dialogue, `desk:…` for the desk."""
    buttons: Mapped[list[dict[str, Any]] | None]
    attachments: Mapped[list[dict[str, Any]] | None]
    custom: Mapped[dict[str, Any] | None]
    """Structured content of a bot's reply beside its text (cards, links), as the actions gave it."""
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))

    intent: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None]
    ranking: Mapped[list[dict[str, Any]] | None]
    entities: Mapped[list[dict[str, Any]] | None]
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
    """Inbound: not before then again. Outbound: when pending, the next try; when sending, when it counts as abandoned."""
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(500))
    sending_by: Mapped[str | None] = mapped_column(String(100))
    provider_message_id: Mapped[str | None] = mapped_column(String(200))
    edited_at: Mapped[datetime | None]
