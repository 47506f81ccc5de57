"""The tables of orders, their lines and their history; the states and what can go wrong. Money in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.errors import NotFound
from crm_store.language import Language
from crm_store.sealing import SealableJSON, SealableText


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNING = "returning"
    RETURNED = "returned"


class OrderActor(StrEnum):
    """Who altered an order."""

    MEMBER = "member"
    AGENT = "agent"
    SHOP = "shop"


FLOW = (
    OrderStatus.PLACED,
    OrderStatus.PAID,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)

SIDE_STEPS: Mapping[str, frozenset[str]] = {
    OrderStatus.SHIPPED: frozenset({OrderStatus.RETURNED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.RETURNING}),
    OrderStatus.COMPLETED: frozenset({OrderStatus.RETURNING}),
    OrderStatus.RETURNING: frozenset({OrderStatus.RETURNED, OrderStatus.DELIVERED, OrderStatus.COMPLETED}),
}

CANCELLABLE = frozenset({OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED})

CHANGEABLE = frozenset({OrderStatus.PLACED, OrderStatus.PAID})


class Order(Base):
    """One order of a member. `refund_minor` and `refund_due_at` are set when a paid order is cancelled; of an
    order that stands, `refund_minor` is what the shop's system has paid back of it.
    `points_due_at`: when its points are to be booked or taken back; empty when nothing is to be done."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    status: Mapped[str] = mapped_column(String(16), default=OrderStatus.PLACED)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    shipping_minor: Mapped[int] = mapped_column(default=0)
    discount_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int]
    recipient: Mapped[str | None] = mapped_column(EncryptedText)
    recipient_phone: Mapped[str | None] = mapped_column(EncryptedText)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    placed_at: Mapped[datetime] = mapped_column(index=True)
    paid_at: Mapped[datetime | None]
    packed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(SealableText(200))
    refund_minor: Mapped[int] = mapped_column(default=0)
    refund_due_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    points_due_at: Mapped[datetime | None] = mapped_column(index=True)

    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", lazy="selectin", order_by="OrderLine.position", cascade="all, delete-orphan"
    )

    @property
    def cancellable(self) -> bool:
        return self.status in CANCELLABLE

    @property
    def changeable(self) -> bool:
        return self.status in CHANGEABLE

    def line(self, line_id: int) -> "OrderLine":
        """The line with that id. Raises NotFound when it is another order's."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound("order line", line_id)


class OrderLine(Base):
    """One product of an order, with its names as they were when it was bought. `returned`: pieces that came back for
    good."""

    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    sku: Mapped[str] = mapped_column(String(64))
    names: Mapped[dict[str, str]]
    size: Mapped[str | None] = mapped_column(String(32))
    colour: Mapped[str | None] = mapped_column(String(64))
    quantity: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0, server_default="0")

    order: Mapped[Order] = relationship(back_populates="lines", lazy="selectin")

    def name_in(self, language: Language) -> str:
        """The product's name; in another language, or the SKU, when it has none in this one."""
        return self.names.get(language) or next(iter(self.names.values()), self.sku)


class OrderEvent(Base):
    """A row of an order's history: what happened, when, by whom; `detail` holds old and new values."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(SealableJSON, default=dict)
    made_by: Mapped[str] = mapped_column(String(16))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str | None] = mapped_column(String(160), unique=True)


@dataclass(frozen=True, kw_only=True)
class LineItem:
    """What a new order line holds. `names`: the product's name by language; `price_minor`: for one piece."""

    sku: str
    names: Mapping[str, str]
    price_minor: int
    quantity: int = 1
    size: str | None = None
    colour: str | None = None
    product_id: int | None = None
