"""Suggestions and praise, kept in the customer's own words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class FeedbackKind(StrEnum):
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class FeedbackStatus(StrEnum):
    NEW = "new"
    READ = "read"
    ANSWERED = "answered"


class Feedback(Base):
    """One suggestion or word of praise; `agent_id` is the agent who is praised, `read_by_id` the one who read it."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(10), default=FeedbackStatus.NEW)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True)
