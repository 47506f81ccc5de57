"""Tables of complaints, their states, and the refusals."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.db import Base, LargeInteger
from crm_store.sealing import SealableText


class ComplaintCategory(StrEnum):
    LATE_DELIVERY = "late_delivery"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    QUALITY = "quality"
    STAFF = "staff"
    REFUND = "refund"
    POINTS = "points"
    PRICE = "price"
    OTHER = "other"


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class ComplaintStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


class Cause(StrEnum):
    """What a complaint was due to, as whoever settles it found out."""

    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    PRODUCT = "product"
    STAFF = "staff"
    SYSTEM = "system"
    RULES = "rules"
    INFORMATION = "information"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    MEMBER = "member"
    STAFF = "staff"


class EventKind(StrEnum):
    FILED = "filed"
    JOINED = "joined"
    NOTE = "note"
    REPLY = "reply"
    ASSIGNED = "assigned"
    SEVERITY = "severity"
    BREACHED = "breached"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"
    ESCALATED = "escalated"
    COMP_ASKED = "comp_asked"
    COMP_GRANTED = "comp_granted"
    COMP_REFUSED = "comp_refused"


OPEN = frozenset({ComplaintStatus.OPEN, ComplaintStatus.IN_PROGRESS, ComplaintStatus.REOPENED})


class Complaint(Base):
    """One complaint. `due_at` is when a person must have replied; `joined` tells, on the object `file` returned,
    that the words were added to a complaint that was already open instead of making a second one."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    category: Mapped[str] = mapped_column(String(16), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(12), default=ComplaintStatus.OPEN, index=True)
    description: Mapped[str] = mapped_column(SealableText)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"))
    filed_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    replied_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(SealableText)
    cause: Mapped[str | None] = mapped_column(String(16), index=True)
    escalated_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """When the member said that it is solved; a complaint that is closed without stays unconfirmed."""

    events: Mapped[list["ComplaintEvent"]] = relationship(
        back_populates="complaint", lazy="selectin", order_by="ComplaintEvent.id", cascade="all, delete-orphan"
    )

    joined = False

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def events_for(self, audience: Audience) -> list["ComplaintEvent"]:
        """The history as that audience may read it: staff read all of it."""
        return [event for event in self.events if audience == Audience.STAFF or event.audience == Audience.MEMBER]


class ComplaintEvent(Base):
    """A row of a complaint's history; `audience` says who may read `text`: the member too, or staff only."""

    __tablename__ = "complaint_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    audience: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(SealableText, default="")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    message_id: Mapped[int | None] = mapped_column(LargeInteger, ForeignKey("messages.id"), index=True)
    key: Mapped[str | None] = mapped_column(String(160), unique=True)

    complaint: Mapped[Complaint] = relationship(back_populates="events")
