"""Orders and their lines: what was bought, how far it is, what can still be altered. Money in minor units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store import locks, numbering
from crm_store.clock import BUSINESS_ZONE, now
from crm_store.crypto import EncryptedText
from crm_store.db import Base
from crm_store.errors import CrmError, KeyReused, NotFound
from crm_store.language import Language

REFUND_AFTER_CANCELLING = timedelta(days=3)
"""How soon the money of a cancelled order is sent back."""


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


_FLOW = (
    OrderStatus.PLACED,
    OrderStatus.PAID,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)
_SIDE_STEPS: Mapping[str, frozenset[str]] = {
    OrderStatus.SHIPPED: frozenset({OrderStatus.RETURNED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.RETURNING}),
    OrderStatus.COMPLETED: frozenset({OrderStatus.RETURNING}),
    OrderStatus.RETURNING: frozenset({OrderStatus.RETURNED, OrderStatus.DELIVERED, OrderStatus.COMPLETED}),
}
CANCELLABLE = frozenset({OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED})
CHANGEABLE = frozenset({OrderStatus.PLACED, OrderStatus.PAID})


class OrderNotCancellable(CrmError):
    """The order has left the house, or is already over."""

    code = "order_not_cancellable"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"order {number} is {status} and cannot be cancelled", number=number, status=status)


class OrderNotChangeable(CrmError):
    """The order is packed or further; `status` is the reason."""

    code = "order_not_changeable"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"order {number} is {status} and cannot be changed", number=number, status=status)


class NothingToChange(CrmError):
    """The wished change names nothing new."""

    code = "nothing_to_change"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"no change for order {number}", number=number)


class OrderStepRefused(CrmError):
    """An order cannot go from one status to the other."""

    code = "order_step_refused"

    def __init__(self, number: str, status: str, wanted: str) -> None:
        self.number, self.status, self.wanted = number, status, wanted
        super().__init__(f"order {number} cannot go from {status} to {wanted}", number=number, status=status)


class Order(Base):
    """One order of a member. `refund_minor` and `refund_due_at` are set when a paid order is cancelled."""

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
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    refund_minor: Mapped[int] = mapped_column(default=0)
    refund_due_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]

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
    """One product of an order, with its names as they were when it was bought."""

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
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
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


async def create(
    session: AsyncSession,
    *,
    member_id: int,
    items: Iterable[LineItem],
    number: str | None = None,
    placed_at: datetime | None = None,
    currency: str = "CNY",
    shipping_minor: int = 0,
    discount_minor: int = 0,
    recipient: str | None = None,
    recipient_phone: str | None = None,
    address: str | None = None,
) -> Order:
    """A new order in status placed; its total is the lines plus shipping less discount.

    `number`: the shop's own, or the next of the day (20251214-0037) when none is given. Raises ValueError for an
    order without lines, a quantity below one or a negative total.
    """
    placed_at = placed_at or now()
    lines = [
        OrderLine(
            position=position,
            product_id=item.product_id,
            sku=item.sku,
            names=dict(item.names),
            size=item.size,
            colour=item.colour,
            quantity=item.quantity,
            price_minor=item.price_minor,
        )
        for position, item in enumerate(items, start=1)
    ]
    total = sum(line.price_minor * line.quantity for line in lines) + shipping_minor - discount_minor
    if not lines or total < 0 or any(line.quantity < 1 for line in lines):
        raise ValueError(f"not an order: {len(lines)} lines, total {total}")
    if number is None:
        day = placed_at.astimezone(BUSINESS_ZONE).strftime("%Y%m%d")
        number = await numbering.next_in(session, day)
    order = Order(
        number=number,
        member_id=member_id,
        status=OrderStatus.PLACED,
        currency=currency,
        shipping_minor=shipping_minor,
        discount_minor=discount_minor,
        total_minor=total,
        recipient=recipient,
        recipient_phone=recipient_phone,
        address=address,
        placed_at=placed_at,
        lines=lines,
    )
    session.add(order)
    await session.flush()
    _write_event(session, order, OrderStatus.PLACED, at=placed_at, made_by=OrderActor.MEMBER)
    await session.flush()
    return order


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> Order | None:
    """The order with that number; with `member_id` only if it is that member's own."""
    query = select(Order).where(Order.number == number.strip())
    if member_id is not None:
        query = query.where(Order.member_id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def recent(
    session: AsyncSession, member_id: int, *, limit: int = 5, offset: int = 0, statuses: Iterable[str] | None = None
) -> Sequence[Order]:
    """The member's orders, newest first; `statuses` keeps only those."""
    query = select(Order).where(Order.member_id == member_id).order_by(Order.placed_at.desc(), Order.id.desc())
    if statuses is not None:
        query = query.where(Order.status.in_(list(statuses)))
    return (await session.execute(query.limit(limit).offset(offset))).scalars().all()


async def history(session: AsyncSession, order_id: int) -> Sequence[OrderEvent]:
    """What happened to the order, oldest first."""
    query = select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.at, OrderEvent.id)
    return (await session.execute(query)).scalars().all()


async def advance(
    session: AsyncSession,
    order: Order,
    status: OrderStatus,
    *,
    at: datetime | None = None,
    made_by: OrderActor = OrderActor.SHOP,
    agent_id: int | None = None,
) -> Order:
    """Take the order to a later status; to the one it has already is a no-op. Cancelling is `cancel`'s.

    Raises OrderStepRefused when the way there does not exist.
    """
    order = await _locked(session, order)
    if order.status == status:
        return order
    if not _may_go(order.status, status):
        raise OrderStepRefused(order.number, order.status, status)
    at = at or now()
    detail = {"from": str(order.status)}
    order.status = status
    moment_field = f"{status}_at"
    if status in _FLOW and getattr(order, moment_field) is None:
        setattr(order, moment_field, at)
    _write_event(session, order, status, at=at, made_by=made_by, agent_id=agent_id, detail=detail)
    await session.flush()
    return order


async def cancel(
    session: AsyncSession,
    order: Order,
    *,
    key: str,
    reason: str | None = None,
    made_by: OrderActor = OrderActor.MEMBER,
    agent_id: int | None = None,
    at: datetime | None = None,
) -> Order:
    """Cancel an order that has not left the house; of a paid one the whole total is due back within
    `REFUND_AFTER_CANCELLING`. The same key again changes nothing.

    Raises OrderNotCancellable, or KeyReused when `key` stands for something else.
    """
    order = await _locked(session, order)
    if await _seen(session, order, key, OrderStatus.CANCELLED):
        return order
    if not order.cancellable:
        raise OrderNotCancellable(order.number, order.status)
    at = at or now()
    detail: dict[str, Any] = {"from": str(order.status), "reason": reason}
    if order.paid_at is not None or order.status != OrderStatus.PLACED:
        order.refund_minor = order.total_minor
        order.refund_due_at = at + REFUND_AFTER_CANCELLING
        detail["refund_minor"] = order.refund_minor
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = at
    order.cancel_reason = reason[:200] if reason else None
    _write_event(
        session, order, OrderStatus.CANCELLED, at=at, made_by=made_by, agent_id=agent_id, detail=detail, key=key
    )
    await session.flush()
    return order


async def request_change(
    session: AsyncSession,
    order: Order,
    *,
    key: str,
    address: str | None = None,
    recipient: str | None = None,
    recipient_phone: str | None = None,
    line_id: int | None = None,
    size: str | None = None,
    colour: str | None = None,
    made_by: OrderActor = OrderActor.MEMBER,
    agent_id: int | None = None,
    at: datetime | None = None,
) -> Order:
    """Alter where an order goes, or size and colour of one line, while it is not packed. The same key again changes
    nothing. `line_id` may be left out when the order has one line.

    Raises OrderNotChangeable, NothingToChange, NotFound (the line) or KeyReused.
    """
    order = await _locked(session, order)
    if await _seen(session, order, key, "changed"):
        return order
    if not order.changeable:
        raise OrderNotChangeable(order.number, order.status)
    # Addresses are personal: the history says that one changed, the encrypted column alone says to what.
    detail: dict[str, Any] = {}
    for field, value in (("address", address), ("recipient", recipient), ("recipient_phone", recipient_phone)):
        if value is not None and value != getattr(order, field):
            setattr(order, field, value)
            detail.setdefault("fields", []).append(field)
    if size is not None or colour is not None:
        line = _line_to_change(order, line_id)
        for field, value in (("size", size), ("colour", colour)):
            if value is not None and value != getattr(line, field):
                detail |= {"line_id": line.id, field: {"from": getattr(line, field), "to": value}}
                setattr(line, field, value)
    if not detail:
        raise NothingToChange(order.number)
    _write_event(session, order, "changed", at=at or now(), made_by=made_by, agent_id=agent_id, detail=detail, key=key)
    await session.flush()
    return order


async def mark_refunded(
    session: AsyncSession, order: Order, *, agent_id: int | None = None, at: datetime | None = None
) -> Order:
    """Note that the refund of a cancelled order was sent; a second time is a no-op. Raises NotFound without one due."""
    order = await _locked(session, order)
    if order.refund_due_at is None:
        raise NotFound("refund due for order", order.number)
    if order.refunded_at is None:
        order.refunded_at = at or now()
        _write_event(
            session,
            order,
            "refunded",
            at=order.refunded_at,
            made_by=OrderActor.AGENT if agent_id else OrderActor.SHOP,
            agent_id=agent_id,
            detail={"refund_minor": order.refund_minor},
        )
        await session.flush()
    return order


def _may_go(status: str, wanted: str) -> bool:
    if wanted in _SIDE_STEPS.get(status, frozenset()):
        return True
    return status in _FLOW and wanted in _FLOW and _FLOW.index(OrderStatus(wanted)) > _FLOW.index(OrderStatus(status))


def _line_to_change(order: Order, line_id: int | None) -> OrderLine:
    if line_id is not None:
        return order.line(line_id)
    if len(order.lines) != 1:
        raise NotFound("order line", line_id)
    return order.lines[0]


async def _locked(session: AsyncSession, order: Order) -> Order:
    """The same order, read again under a lock: what was read before may be of yesterday."""
    query = select(Order).where(Order.id == order.id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def _seen(session: AsyncSession, order: Order, key: str, kind: str) -> bool:
    await locks.hold(session, f"order:{key}")
    event = (await session.execute(select(OrderEvent).where(OrderEvent.key == key))).scalar_one_or_none()
    if event is None:
        return False
    if event.order_id != order.id or event.kind != kind:
        raise KeyReused(key)
    return True


def _write_event(
    session: AsyncSession,
    order: Order,
    kind: str,
    *,
    at: datetime,
    made_by: OrderActor,
    agent_id: int | None = None,
    detail: dict[str, Any] | None = None,
    key: str | None = None,
) -> None:
    session.add(
        OrderEvent(
            order_id=order.id, at=at, kind=kind, detail=detail or {}, made_by=made_by, agent_id=agent_id, key=key
        )
    )
