"""Placing, advancing, cancelling and altering orders."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, numbering
from crm_store.clock import business_zone, now
from crm_store.errors import KeyReused, NotFound
from crm_store.orders.errors import NothingToChange, OrderNotCancellable, OrderNotChangeable, OrderStepRefused
from crm_store.orders.models import FLOW, SIDE_STEPS, LineItem, Order, OrderActor, OrderEvent, OrderLine, OrderStatus
from crm_store.orders.paid_back import rest_minor
from crm_store.orders.rules import points_due_at
from crm_store.policy import policy


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
        day = placed_at.astimezone(business_zone()).strftime("%Y%m%d")
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
    order = await locked(session, order)
    if order.status == status:
        return order
    if not _may_go(order.status, status):
        raise OrderStepRefused(order.number, order.status, status)
    at = at or now()
    detail = {"from": str(order.status)}
    order.status = status
    moment_field = f"{status}_at"
    if status in FLOW and getattr(order, moment_field) is None:
        setattr(order, moment_field, at)
    order.points_due_at = points_due_at(order, at=at)
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
    """Cancel an order that has not left the house; of a paid one all that has not gone back yet is due back within the
    time the policy gives. The same key again changes nothing.

    Raises OrderNotCancellable, or KeyReused when `key` stands for something else.
    """
    order = await locked(session, order)
    if await _seen(session, order, key, OrderStatus.CANCELLED):
        return order
    if not order.cancellable:
        raise OrderNotCancellable(order.number, order.status)
    at = at or now()
    detail: dict[str, Any] = {"from": str(order.status), "reason": reason}
    if order.paid_at is not None or order.status != OrderStatus.PLACED:
        if order.refund_minor:
            detail["paid_back_minor"] = order.refund_minor
        order.refund_minor = detail["refund_minor"] = max(0, await rest_minor(session, order))
        if order.refund_minor:
            order.refund_due_at = at + policy().orders.refund_after_cancelling
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = at
    order.cancel_reason = reason[:200] if reason else None
    order.points_due_at = points_due_at(order, at=at)
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
    order = await locked(session, order)
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


async def note(
    session: AsyncSession,
    order: Order,
    kind: str,
    *,
    key: str,
    detail: dict[str, Any],
    made_by: OrderActor = OrderActor.MEMBER,
    at: datetime | None = None,
) -> bool:
    """Write into the order's history what happened beside its own steps; False when the key stands there already.

    Raises KeyReused.
    """
    order = await locked(session, order)
    if await _seen(session, order, key, kind):
        return False
    _write_event(session, order, kind, at=at or now(), made_by=made_by, detail=detail, key=key)
    await session.flush()
    return True


async def mark_refunded(
    session: AsyncSession, order: Order, *, agent_id: int | None = None, at: datetime | None = None
) -> Order:
    """Note that the refund of a cancelled order was sent; a second time is a no-op. Raises NotFound without one due."""
    order = await locked(session, order)
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


async def points_due(
    session: AsyncSession, *, at: datetime | None = None, limit: int = 100, without: Collection[int] = ()
) -> Sequence[Order]:
    """Orders whose points are to be booked or taken back now, the longest due first; locked, so that each is done
    once."""
    wanted = select(Order).where(Order.points_due_at <= (at or now())).order_by(Order.points_due_at, Order.id)
    if without:
        wanted = wanted.where(Order.id.not_in(without))
    found = await session.scalars(
        wanted.limit(limit).with_for_update(key_share=True, skip_locked=True),
        execution_options={"populate_existing": True},
    )
    return found.all()


async def complete_many(session: AsyncSession, due: Sequence[Order], *, at: datetime) -> None:
    """Complete delivered orders that are locked already, each at the moment its points came due."""
    events = []
    for order in due:
        if order.status == OrderStatus.DELIVERED:
            order.status, order.completed_at = OrderStatus.COMPLETED, order.points_due_at or at
            detail = {"from": str(OrderStatus.DELIVERED)}
            events.append(
                {
                    "order_id": order.id, "at": order.completed_at, "kind": OrderStatus.COMPLETED, "detail": detail,
                    "made_by": OrderActor.SHOP,
                }
            )  # fmt: skip
        order.points_due_at = None
    await session.flush()
    if events:  # in one statement: objects take one each, and nobody needs them here
        await session.execute(insert(OrderEvent), events)


def _may_go(status: str, wanted: str) -> bool:
    if wanted in SIDE_STEPS.get(status, frozenset()):
        return True
    return status in FLOW and wanted in FLOW and FLOW.index(OrderStatus(wanted)) > FLOW.index(OrderStatus(status))


def _line_to_change(order: Order, line_id: int | None) -> OrderLine:
    if line_id is not None:
        return order.line(line_id)
    if len(order.lines) != 1:
        raise NotFound("order line", line_id)
    return order.lines[0]


async def locked(session: AsyncSession, order: Order) -> Order:
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
