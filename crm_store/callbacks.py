"""Call-backs at a time the customer chooses, each recorded as a promise."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.promises import Promise


class CallbackStatus(StrEnum):
    REQUESTED = "requested"
    DONE = "done"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class Callback(Base):
    """A wished call between `window_start` and `window_end`; `promise` stands for the present window."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    phone: Mapped[str] = mapped_column(EncryptedText)
    topic: Mapped[str] = mapped_column(String(500), default="")
    window_start: Mapped[datetime] = mapped_column(index=True)
    window_end: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12), default=CallbackStatus.REQUESTED, index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promises.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    requested_at: Mapped[datetime]
    rescheduled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(2000))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    promise: Mapped[Promise] = relationship(lazy="selectin")
