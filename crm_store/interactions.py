"""Every contact, with what was wanted, what came of it and how it felt: together a member's timeline."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class Outcome(StrEnum):
    ANSWERED = "answered"
    DONE = "done"
    RECORDED = "recorded"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    NOT_VERIFIED = "not_verified"
    NOT_UNDERSTOOD = "not_understood"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"
    FAILED = "failed"


class Interaction(Base):
    """One contact. `sentiment` is negative, neutral or positive; `anger` is in 0..1; `references` maps a noun to
    a number or id, for example {"order": "20251214-0037"}."""

    __tablename__ = "interactions"
    __table_args__ = (Index("ix_interactions_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    channel: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    intent: Mapped[str | None] = mapped_column(String(64), index=True)
    sentiment: Mapped[str | None] = mapped_column(String(10))
    sentiment_confidence: Mapped[float | None]
    anger: Mapped[float | None]
    outcome: Mapped[str] = mapped_column(String(24))
    summary: Mapped[str] = mapped_column(String(500), default="")
    references: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(160), unique=True)
