"""Requests to have one's data given out or deleted, each with the time the law allows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class PrivacyKind(StrEnum):
    EXPORT = "export"
    DELETE = "delete"


class PrivacyStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PrivacyRequest(Base):
    """A member's wish for their own data."""

    __tablename__ = "privacy_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    status: Mapped[str] = mapped_column(String(10), default=PrivacyStatus.OPEN, index=True)
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    note: Mapped[str | None] = mapped_column(String(2000))
    key: Mapped[str] = mapped_column(String(160), unique=True)
