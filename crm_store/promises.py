"""The ledger of promises: everything told to a customer with a due time, by bot or person, kept or broken."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class PromiseKind(StrEnum):
    COMPLAINT_REPLY = "complaint_reply"
    CALLBACK = "callback"
    REPLY = "reply"
    REFUND = "refund"
    PARCEL_CHECK = "parcel_check"
    POINTS_CHECK = "points_check"
    PRIVACY = "privacy"
    OTHER = "other"


class PromiseStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class MadeBy(StrEnum):
    BOT = "bot"
    AGENT = "agent"


class Promise(Base):
    """One promise. A broken one may still be made good: then `kept_at` stands beside `broken_at`."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(String(64), index=True)
    made_by: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    @property
    def status(self) -> PromiseStatus:
        if self.cancelled_at is not None:
            return PromiseStatus.CANCELLED
        if self.broken_at is not None:
            return PromiseStatus.BROKEN
        return PromiseStatus.KEPT if self.kept_at is not None else PromiseStatus.OPEN
