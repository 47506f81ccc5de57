"""Import of orders: one row per order line, the order's own cells repeated on each; by order number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders
from crm_store.importing import figures
from crm_store.importing.errors import CellRefused
from crm_store.importing.many import ids_of, row_of, write_rows
from crm_store.importing.order_columns import LAYOUT, LINE_COLUMNS
from crm_store.importing.report import Outcome
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import (
    LineItem,
    Order,
    OrderActor,
    OrderEvent,
    OrderLine,
    OrderNotCancellable,
    OrderStatus,
    OrderStepRefused,
)
from crm_store.products import Product

__all__ = ["LAYOUT", "apply", "apply_many", "count_repeats"]

FLOW = (
    OrderStatus.PLACED,
    OrderStatus.PAID,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)
_MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")
AGAIN = "again"
"""Of a row: how many rows before it name the same goods of the same order."""
_OF_A_LINE = LINE_COLUMNS | {AGAIN}
_PLAIN = ("currency", "recipient", "recipient_phone", "address")


async def apply(session: AsyncSession, values: dict[str, Any], *, source: str) -> Outcome:
    """Create or bring up to date the order and the line of this row.

    The status only moves forward: a file that is older than what parcels or members did meanwhile undoes nothing.
    """
    member = await members.by_number(session, values["member_number"])
    if member is None:
        raise CellRefused("member_number", values["member_number"], "no_such_member")
    order = await _find(session, values["order_number"])
    created = order is None
    if order is None:
        order = await orders.create(
            session,
            member_id=member.id,
            items=[await _item(session, values)],
            number=values["order_number"],
            placed_at=values["placed_at"],
        )
        order.lines[0].position = values.get("line", 1)
        changed = True
    elif order.member_id != member.id:
        raise CellRefused("member_number", values["member_number"], "order_of_another_member")
    else:
        changed = await _settle_line(session, order, values)
    changed |= _settle_header(order, values)
    await session.flush()
    changed |= await _settle_status(session, order, values, source)
    if created:
        # Of an order seen for the first time only its own moments say whether its points are still to come.
        order.points_due_at = orders.points_due_at(order)
        await session.flush()
        return Outcome.CREATED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


async def _find(session: AsyncSession, number: str) -> Order | None:
    wanted = select(Order).where(Order.number == number).with_for_update(key_share=True)
    return await session.scalar(wanted, execution_options={"populate_existing": True})


async def _item(session: AsyncSession, values: dict[str, Any]) -> LineItem:
    return _item_of(values, await session.scalar(select(Product).where(Product.sku == values["sku"])))


def _item_of(values: dict[str, Any], product: Product | None) -> LineItem:
    name = values.get("product_name")
    if product is None and name is None:
        raise CellRefused("product_name", "", "name_needed_for_unknown_sku")
    names = {language.value: name for language in Language} if name else product.names if product else {}
    return LineItem(
        sku=values["sku"],
        names=names,
        price_minor=values["price"],
        quantity=values.get("quantity", 1),
        size=values.get("size"),
        colour=values.get("colour"),
        product_id=product.id if product else None,
    )


async def _settle_line(session: AsyncSession, order: Order, values: dict[str, Any]) -> bool:
    item = await _item(session, values)
    line = _matching(order, values)
    if line is None:
        _add_line(order, item, values)
        return True
    return _set(line, _line_fields(item))


def _add_line(order: Order, item: LineItem, values: dict[str, Any]) -> None:
    position = values.get("line") or max((each.position for each in order.lines), default=0) + 1
    order.lines.append(
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
    )


def _line_fields(item: LineItem) -> dict[str, Any]:
    fields = {field: getattr(item, field) for field in ("sku", "names", "price_minor", "quantity", "size", "colour")}
    return {field: value for field, value in fields.items() if value is not None}


def _matching(order: Order, values: dict[str, Any]) -> OrderLine | None:
    """The line of this row: the one it names by its place, or the first, second … of the same goods."""
    if "line" in values:
        return next((line for line in order.lines if line.position == values["line"]), None)
    same = [line for line in order.lines if (line.sku, line.size, line.colour) == _goods(values)]
    place = values.get(AGAIN, 0)
    return same[place] if place < len(same) else None


def count_repeats(batch: Sequence[dict[str, Any]]) -> None:
    """Mark the rows that name the same goods of an order again: a second line of it, where the rows agree about the
    order as a whole; where they do not, a later row tells what has become of the order since."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for values in batch:
        if "line" in values:
            continue
        whole = sorted((field, str(value)) for field, value in _of_order(values).items())
        key = (values["order_number"], _goods(values), tuple(whole))
        values[AGAIN] = seen[key]
        seen[key] += 1


def _goods(values: dict[str, Any]) -> tuple[Any, ...]:
    return values["sku"], values.get("size"), values.get("colour")


def _settle_header(order: Order, values: dict[str, Any]) -> bool:
    return _set(order, _header_fields(order, values))


def _header_fields(order: Order, values: dict[str, Any]) -> dict[str, Any]:
    wanted = {field: values[field] for field in (*_PLAIN, "placed_at") if field in values}
    wanted |= {f"{field}_minor": values[field] for field in ("shipping", "discount") if field in values}
    lines = sum(line.price_minor * line.quantity for line in order.lines)
    shipping = wanted.get("shipping_minor", order.shipping_minor)
    # Before the last line of the order is read, a reduction can be more than the lines so far.
    computed = max(0, lines + shipping - wanted.get("discount_minor", order.discount_minor))
    return wanted | {"total_minor": values.get("total", computed)}


async def _settle_status(session: AsyncSession, order: Order, values: dict[str, Any], source: str) -> bool:
    changed = _set(order, {field: values[field] for field in _MOMENTS[:-1] if field in values})
    try:
        changed |= await _reach(session, order, values)
    except (OrderStepRefused, OrderNotCancellable):
        raise CellRefused("status", values["status"], "status_not_allowed") from None
    if order.refund_due_at is not None and "refunded_at" in values and order.refunded_at is None:
        await orders.mark_refunded(session, order, at=values["refunded_at"])
        changed = True
    return changed


async def _reach(session: AsyncSession, order: Order, values: dict[str, Any]) -> bool:
    """Take the order to the status of the row, over the steps between; whether anything moved."""
    wanted = OrderStatus(values.get("status", order.status))
    if _reached(order.status, wanted):
        return False
    if wanted is OrderStatus.CANCELLED:
        await orders.cancel(
            session,
            order,
            key=f"import:{order.number}:cancel",
            reason=values.get("cancel_reason"),
            made_by=OrderActor.SHOP,
            at=values.get("cancelled_at"),
        )
        return True
    for step in _way(order.status, wanted):
        given: datetime | None = values.get(f"{step}_at")
        await orders.advance(session, order, step, at=given or clock.now())
        # `advance` puts the present where no time is given; of the past nobody knows it.
        if given is None and f"{step}_at" in _MOMENTS:
            setattr(order, f"{step}_at", None)
    await session.flush()
    return True


def _reached(status: str, wanted: OrderStatus) -> bool:
    return wanted == status or (wanted in FLOW and not _further(status, wanted))


def _further(status: str, wanted: OrderStatus) -> bool:
    return status in FLOW and FLOW.index(wanted) > FLOW.index(OrderStatus(status))


def _way(status: str, wanted: OrderStatus) -> list[OrderStatus]:
    """Steps to take: a return begins with an order that was delivered."""
    if wanted not in (OrderStatus.RETURNING, OrderStatus.RETURNED) or status == OrderStatus.RETURNED:
        return [wanted]
    way = (
        []
        if status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED, OrderStatus.RETURNING)
        else [OrderStatus.DELIVERED]
    )
    if status != OrderStatus.RETURNING:
        way.append(OrderStatus.RETURNING)
    return [*way, wanted] if wanted is OrderStatus.RETURNED else way


def _set(row: Order | OrderLine, wanted: dict[str, Any]) -> bool:
    changed = {field: value for field, value in wanted.items() if getattr(row, field) != value}
    for field, value in changed.items():
        setattr(row, field, value)
    return bool(changed)


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Create the orders nobody knows yet and pass over those that are up to date, in a few statements; empty for the
    rows of all other orders, which must be taken one by one.
    """
    lookup = await _Lookup.of(session, batch)
    places: dict[str, list[int]] = {}
    for place, values in enumerate(batch):
        places.setdefault(values["order_number"], []).append(place)
    outcomes: list[Outcome | None] = [None] * len(batch)
    fresh: list[tuple[Order, dict[str, Any]]] = []
    for number, own in places.items():
        rows = [batch[place] for place in own]
        order = lookup.orders.get(number)
        if order is not None:
            if all(_up_to_date(order, values, lookup) for values in rows):
                for place in own:
                    outcomes[place] = Outcome.UNCHANGED
            continue
        new = _whole(rows, lookup)
        if new is not None:
            fresh.append((new, rows[0]))
            for place in own:
                outcomes[place] = Outcome.UPDATED if place != own[0] else Outcome.CREATED
    await _write_new(session, fresh)
    return outcomes


async def _write_new(session: AsyncSession, fresh: Sequence[tuple[Order, dict[str, Any]]]) -> None:
    """Order, lines and history of each, in three statements: written as objects they would take a statement each."""
    await write_rows(session, Order, [row_of(order) for order, _ in fresh])
    ids = await ids_of(session, Order.number, [order.number for order, _ in fresh])
    lines = [{**row_of(line), "order_id": ids[order.number]} for order, _ in fresh for line in order.lines]
    await write_rows(session, OrderLine, lines)
    events = [
        {**row_of(event), "order_id": ids[order.number]} for order, values in fresh for event in _events(order, values)
    ]
    await write_rows(session, OrderEvent, events)


class _Lookup:
    """What the rows of a batch refer to, read at once."""

    orders: Mapping[str, Order]
    members: Mapping[str, int]
    products: Mapping[str, Product]

    @classmethod
    async def of(cls, session: AsyncSession, batch: Sequence[dict[str, Any]]) -> "_Lookup":
        lookup = cls()
        numbers = {values["order_number"] for values in batch}
        lookup.orders = {
            order.number: order for order in await session.scalars(select(Order).where(Order.number.in_(numbers)))
        }
        people = {values["member_number"].strip().upper() for values in batch}
        ids = await session.execute(select(Member.number, Member.id).where(Member.number.in_(people)))
        lookup.members = dict(ids.all())
        skus = {values["sku"] for values in batch}
        lookup.products = {
            product.sku: product for product in await session.scalars(select(Product).where(Product.sku.in_(skus)))
        }
        return lookup

    def member_id(self, values: dict[str, Any]) -> int | None:
        return self.members.get(values["member_number"].strip().upper())

    def item(self, values: dict[str, Any]) -> LineItem | None:
        try:
            return _item_of(values, self.products.get(values["sku"]))
        except CellRefused:
            return None


def _whole(rows: Sequence[dict[str, Any]], lookup: _Lookup) -> Order | None:
    """The order that its rows make up; nothing when one of them needs a closer look."""
    first = rows[0]
    member_id = lookup.member_id(first)
    status = OrderStatus(first.get("status", OrderStatus.PLACED))
    if member_id is None or status not in FLOW or any(_of_order(values) != _of_order(first) for values in rows):
        return None
    order = Order(
        number=first["order_number"],
        member_id=member_id,
        status=status,
        currency=figures.OWN_CURRENCY,
        shipping_minor=0,
        discount_minor=0,
        total_minor=0,
        placed_at=first["placed_at"],
    )
    for values in rows:
        item = lookup.item(values)
        if item is None or _matching(order, values) is not None:
            return None
        _add_line(order, item, values)
    _settle_header(order, first)
    _set(order, {field: first[field] for field in _MOMENTS[:-1] if field in first})
    order.points_due_at = orders.points_due_at(order)
    return order


def _of_order(values: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if field not in _OF_A_LINE}


def _events(order: Order, values: dict[str, Any]) -> list[OrderEvent]:
    """The history that taking the rows one by one would write."""
    placed, reached = OrderStatus.PLACED, OrderStatus(order.status)
    events = [OrderEvent(at=order.placed_at, kind=placed, detail={}, made_by=OrderActor.MEMBER)]
    if reached != placed:
        at = values.get(f"{reached}_at") or clock.now()
        events.append(OrderEvent(at=at, kind=reached, detail={"from": str(placed)}, made_by=OrderActor.SHOP))
    return events


def _up_to_date(order: Order, values: dict[str, Any], lookup: _Lookup) -> bool:
    item, line = lookup.item(values), _matching(order, values)
    if item is None or line is None or lookup.member_id(values) != order.member_id:
        return False
    header = _header_fields(order, values) | {field: values[field] for field in _MOMENTS[:-1] if field in values}
    refund_told = order.refund_due_at is not None and order.refunded_at is None and "refunded_at" in values
    return (
        not refund_told
        and _reached(order.status, OrderStatus(values.get("status", order.status)))
        and all(getattr(line, field) == value for field, value in _line_fields(item).items())
        and all(getattr(order, field) == value for field, value in header.items())
    )
