"""Import of orders: one row per order line, the order's own cells repeated on each; by order number. The rows of an
order are taken over together; `order_rows` has made sure that they are of one mind.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders, points
from crm_store.importing import figures
from crm_store.importing.columns import SIGNS
from crm_store.importing.errors import CellRefused
from crm_store.importing.many import ids_of, row_of, write_rows
from crm_store.importing.order_columns import LAYOUT
from crm_store.importing.order_lines import (
    Lines,
    item_or_refusal,
    line_fields,
    note_reduction,
    paid_back,
    set_fields,
    sum_of,
)
from crm_store.importing.order_rows import by_order, require_payable
from crm_store.importing.report import Outcome
from crm_store.members import Member, MemberStatus
from crm_store.numbering import canonical
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

__all__ = ["LAYOUT", "apply_many", "apply_order"]

FLOW = (
    OrderStatus.PLACED,
    OrderStatus.PAID,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)
_MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")
_PLAIN = ("recipient", "recipient_phone", "address", "placed_at")


_Taken = tuple[dict[str, Any], LineItem]
"""A row, and the goods in it."""


async def apply_order(
    session: AsyncSession, rows: Sequence[dict[str, Any]], *, source: str
) -> list[Outcome | CellRefused]:
    """Create or bring up to date the order of these rows and its lines; what became of each row.

    The status only moves forward: a file that is older than what parcels or members did meanwhile undoes nothing.
    Raises CellRefused when none of them can be taken.
    """
    values = rows[0]
    member = await members.by_number(session, values["member_number"])
    if member is None:
        raise CellRefused("member_number", values["member_number"], "no_such_member")
    if member.status == MemberStatus.ERASED:
        # Recipient and address would stand there again with the next file of the same orders.
        raise CellRefused("member_number", values["member_number"], "member_erased")
    order = await _find(session, values["order_number"])
    if order is not None and order.member_id != member.id:
        raise CellRefused("member_number", values["member_number"], "order_of_another_member")
    products = await _products(session, rows)
    items = [item_or_refusal(each, products) for each in rows]
    if not any(isinstance(item, LineItem) for item in items):
        return [item for item in items if isinstance(item, CellRefused)]
    created = order is None
    taken = [(each, item) for each, item in zip(rows, items, strict=True) if isinstance(item, LineItem)]
    if order is None:
        order = await _create(session, member.id, *taken[0])
    changed = await _settle(session, order, taken, is_new=created)
    if created:
        # Of an order seen for the first time only its own moments say whether its points are still to come.
        order.points_due_at = orders.points_due_at(order)
        await session.flush()
    named = [Outcome.UPDATED if created or each else Outcome.UNCHANGED for each in changed]
    if created:
        named[0] = Outcome.CREATED
    outcomes = iter(named)
    return [item if isinstance(item, CellRefused) else next(outcomes) for item in items]


async def _settle(session: AsyncSession, order: Order, taken: Sequence[_Taken], *, is_new: bool) -> list[bool]:
    """Bring the lines and what is of the whole order up to date; for each row whether it changed anything, the first of
    them for the order itself. `is_new`: the order was not known before. Raises CellRefused."""
    rows = [values for values, _ in taken]
    _require_its_currency(order, rows)
    is_told = order.total_minor != sum_of(order)
    lines = Lines(order)
    changed = [lines.settle(values, item) for values, item in taken]
    whole = set_fields(order, _header_fields(rows[0]))
    note_reduction(order, rows[0])
    if "total" not in rows[0] and not is_told:
        whole |= set_fields(order, {"total_minor": sum_of(order)})
    await session.flush()
    for values in {values.get("status"): values for values in rows}.values():
        whole |= await _settle_status(session, order, values, is_new=is_new)
    whole |= await _settle_refund(session, order, rows)
    return [whole or changed[0], *changed[1:]]


async def _products(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> Mapping[str, Product]:
    skus = {values["sku"] for values in rows}
    return {product.sku: product for product in await session.scalars(select(Product).where(Product.sku.in_(skus)))}


async def _create(session: AsyncSession, member_id: int, values: dict[str, Any], item: LineItem) -> Order:
    order = await orders.create(
        session,
        member_id=member_id,
        items=[item],
        number=values["order_number"],
        placed_at=values["placed_at"],
        currency=values.get("currency", figures.OWN_CURRENCY),
    )
    order.lines[0].position = values.get("line", 1)
    return order


def _require_its_currency(order: Order, rows: Sequence[dict[str, Any]]) -> None:
    """Amounts are never taken for another currency's. Raises CellRefused."""
    for values in rows:
        if values.get("currency", order.currency) != order.currency:
            raise CellRefused("currency", values["currency"], "other_currency")
        if order.currency not in values.get(SIGNS, (order.currency,)):
            raise CellRefused("price", order.currency, "other_currency")
        require_payable(values, order.currency)


async def _find(session: AsyncSession, number: str) -> Order | None:
    wanted = select(Order).where(Order.number == number).with_for_update(key_share=True)
    return await session.scalar(wanted, execution_options={"populate_existing": True})


def _header_fields(values: dict[str, Any]) -> dict[str, Any]:
    """What the row says of the order as a whole; what it does not say stays as it is."""
    wanted = {field: values[field] for field in _PLAIN if field in values}
    return wanted | {f"{field}_minor": values[field] for field in ("shipping", "discount", "total") if field in values}


async def _settle_status(session: AsyncSession, order: Order, values: dict[str, Any], *, is_new: bool) -> bool:
    changed = set_fields(order, {field: values[field] for field in _MOMENTS[:-1] if field in values})
    try:
        changed |= await _reach(session, order, values, is_new=is_new)
    except (OrderStepRefused, OrderNotCancellable):
        raise CellRefused("status", values["status"], "status_not_allowed") from None
    if order.refund_due_at is not None and "refunded_at" in values and order.refunded_at is None:
        await orders.mark_refunded(session, order, at=values["refunded_at"])
        changed = True
    return changed


async def _reach(session: AsyncSession, order: Order, values: dict[str, Any], *, is_new: bool) -> bool:
    """Take the order to the status of the row, over the steps between; whether anything moved.

    Where no day is told, one that was open here until now was cancelled now, and one that comes cancelled on the last
    day that is known of it: in a file of last year most of them are of last year.
    """
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
            at=values.get("cancelled_at") or (_last_known(order) if is_new else None),
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


async def _settle_refund(session: AsyncSession, order: Order, rows: Sequence[dict[str, Any]]) -> bool:
    """Keep what was paid back of the order; what it has earned for that is looked at with the next settling."""
    back = paid_back(order, rows)
    if back is None or not set_fields(order, {"refund_minor": back}):
        return False
    if order.points_due_at is None and await points.order_earnings(session, order.member_id, order.number):
        order.points_due_at = clock.now()
    return True


def _last_known(order: Order) -> datetime:
    moments: list[datetime | None] = [order.placed_at, *(getattr(order, field) for field in _MOMENTS[:-1])]
    return max(moment for moment in moments if moment is not None)


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


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Create the orders nobody knows yet and pass over those that are up to date, in a few statements; empty for the
    rows of all other orders, which must be taken one by one.
    """
    lookup = await _Lookup.of(session, batch)
    outcomes: list[Outcome | None] = [None] * len(batch)
    fresh: list[tuple[Order, dict[str, Any]]] = []
    for number, own in by_order(batch).items():
        rows = [batch[place] for place in own]
        order = lookup.orders.get(number)
        if order is not None:
            if _up_to_date(order, rows, lookup):
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
    """Order, lines and history of each, in three statements: written as objects they would take a statement each.
    In one order, so that two imports of the same new orders wait in turn and not in a circle."""
    fresh = sorted(fresh, key=lambda each: each[0].number)
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
        people = {canonical(values["member_number"]) for values in batch}
        present = select(Member.number, Member.id).where(
            Member.number.in_(people), Member.status != MemberStatus.ERASED
        )
        ids = await session.execute(present)
        lookup.members = dict(ids.all())
        lookup.products = await _products(session, batch)
        return lookup

    def member_id(self, values: dict[str, Any]) -> int | None:
        return self.members.get(canonical(values["member_number"]))

    def item(self, values: dict[str, Any]) -> LineItem | None:
        item = item_or_refusal(values, self.products)
        return item if isinstance(item, LineItem) else None


def _whole(rows: Sequence[dict[str, Any]], lookup: _Lookup) -> Order | None:
    """The order that its rows make up; nothing when one of them needs a closer look."""
    first = rows[0]
    member_id = lookup.member_id(first)
    status = OrderStatus(first.get("status", OrderStatus.PLACED))
    if member_id is None or status not in FLOW or any(values.get("status") != first.get("status") for values in rows):
        return None
    order = Order(
        number=first["order_number"],
        member_id=member_id,
        status=status,
        currency=first.get("currency", figures.OWN_CURRENCY),
        shipping_minor=0,
        discount_minor=0,
        total_minor=0,
        placed_at=first["placed_at"],
    )
    lines = Lines(order)
    for values in rows:
        item = lookup.item(values)
        if item is None or lines.of(values) is not None:
            return None
        lines.add(values, item)
    set_fields(order, _header_fields(first))
    note_reduction(order, first)
    if "total" not in first:
        try:
            order.total_minor = sum_of(order)
        except CellRefused:
            return None
    set_fields(order, {field: first[field] for field in _MOMENTS[:-1] if field in first})
    order.refund_minor = paid_back(order, rows) or 0
    order.points_due_at = orders.points_due_at(order)
    return order


def _events(order: Order, values: dict[str, Any]) -> list[OrderEvent]:
    """The history that taking the rows one by one would write."""
    placed, reached = OrderStatus.PLACED, OrderStatus(order.status)
    events = [OrderEvent(at=order.placed_at, kind=placed, detail={}, made_by=OrderActor.MEMBER)]
    if reached != placed:
        at = values.get(f"{reached}_at") or clock.now()
        events.append(OrderEvent(at=at, kind=reached, detail={"from": str(placed)}, made_by=OrderActor.SHOP))
    return events


def _up_to_date(order: Order, rows: Sequence[dict[str, Any]], lookup: _Lookup) -> bool:
    first, lines = rows[0], Lines(order)
    if lookup.member_id(first) != order.member_id:
        return False
    for values in rows:
        item, line = lookup.item(values), lines.of(values)
        if item is None or line is None or values.get("currency", order.currency) != order.currency:
            return False
        if order.currency not in values.get(SIGNS, (order.currency,)):
            return False
        if any(getattr(line, field) != value for field, value in line_fields(item).items()):
            return False
    header = _header_fields(first) | {field: first[field] for field in _MOMENTS[:-1] if field in first}
    refund_told = order.refund_due_at is not None and order.refunded_at is None and "refunded_at" in first
    return (
        not refund_told
        and paid_back(order, rows) in (None, order.refund_minor)
        and all(_reached(order.status, OrderStatus(values.get("status", order.status))) for values in rows)
        and all(getattr(order, field) == value for field, value in header.items())
    )
