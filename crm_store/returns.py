"""Returns and exchanges: may it come back, who pays the way, when is the money there. Money in minor units."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.db import Base
from crm_store.orders import Order, OrderLine


class ReturnKind(StrEnum):
    RETURN = "return"
    EXCHANGE = "exchange"


class ReturnReason(StrEnum):
    NOT_WANTED = "not_wanted"
    WRONG_SIZE = "wrong_size"
    QUALITY = "quality"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class PaidBy(StrEnum):
    MEMBER = "member"
    SHOP = "shop"


class ReturnRequest(Base):
    """A wish to send back or exchange one line of an order.

    `step_due_at` is when the next step is due (the shop's decision, the member's parcel, the shop's refund);
    `refund_due_at` is the latest moment the money is back, drawn closer as the steps are done, empty for an exchange.
    """

    __tablename__ = "return_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(String(2000))
    quantity: Mapped[int] = mapped_column(default=1)
    new_size: Mapped[str | None] = mapped_column(String(32))
    new_colour: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), default=ReturnStatus.REQUESTED)
    shipping_paid_by: Mapped[str] = mapped_column(String(8))
    return_parcel_number: Mapped[str | None] = mapped_column(String(32))
    refund_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    requested_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    step_due_at: Mapped[datetime | None]
    refund_due_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    rejection: Mapped[str | None] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    order: Mapped[Order] = relationship(lazy="selectin")
    line: Mapped[OrderLine] = relationship(lazy="selectin")
