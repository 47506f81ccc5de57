"""Import of orders: one row per order line, the order's own cells repeated on each; by order number."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders
from crm_store.importing import cells
from crm_store.importing.columns import Column, Layout
from crm_store.importing.report import CellRefused, Outcome
from crm_store.language import Language
from crm_store.orders import LineItem, Order, OrderActor, OrderLine, OrderNotCancellable, OrderStatus, OrderStepRefused
from crm_store.products import Product

STATUSES = {
    "已下单": "placed",
    "待付款": "placed",
    "待支付": "placed",
    "已付款": "paid",
    "已支付": "paid",
    "待发货": "paid",
    "已打包": "packed",
    "已发货": "shipped",
    "运送中": "shipped",
    "已签收": "delivered",
    "已送达": "delivered",
    "已完成": "completed",
    "已取消": "cancelled",
    "退货中": "returning",
    "已退货": "returned",
    "canceled": "cancelled",
}
FLOW = (
    OrderStatus.PLACED,
    OrderStatus.PAID,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)
_MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")
_PLAIN = ("currency", "recipient", "recipient_phone", "address")

LAYOUT = Layout(
    Column("order_number", cells.code(32), "The order's number.", ("order", "订单号", "订单编号"), required=True),
    Column("member_number", cells.code(20), "Who ordered.", ("member", "会员号", "会员编号", "卡号"), required=True),
    Column(
        "placed_at",
        cells.past_moment,
        "When it was ordered.",
        ("order date", "下单时间", "下单日期", "订单日期"),
        required=True,
    ),
    Column(
        "status",
        cells.one_of(*OrderStatus, aliases=STATUSES),
        "One of: " + ", ".join(OrderStatus),
        ("状态", "订单状态"),
    ),
    Column(
        "line",
        cells.quantity,
        "The line's place in the order, when the same article stands in two lines.",
        ("行号", "行"),
    ),
    Column("sku", cells.code(64), "The article's number.", ("item", "商品编号", "货号", "商品编码"), required=True),
    Column(
        "product_name",
        cells.text(200),
        "The article's name; may be left out for a known SKU.",
        ("product", "商品", "商品名", "商品名称"),
    ),
    Column("quantity", cells.quantity, "Pieces, by default 1.", ("qty", "数量", "件数")),
    Column(
        "price", cells.money, "Price of one piece, for example 128.50.", ("unit price", "单价", "价格"), required=True
    ),
    Column("size", cells.text(32), "Size.", ("尺码", "尺寸", "规格")),
    Column("colour", cells.text(64), "Colour.", ("color", "颜色")),
    Column("shipping", cells.money, "Shipping of the whole order.", ("shipping fee", "运费")),
    Column("discount", cells.money, "Reduction of the whole order.", ("优惠", "折扣", "优惠金额")),
    Column(
        "total",
        cells.money,
        "What was to pay; by default lines and shipping less discount.",
        ("amount", "总额", "订单金额", "实付金额", "总金额"),
    ),
    Column("currency", cells.currency, "Three letters, by default CNY.", ("币种", "货币")),
    Column("paid_at", cells.past_moment, "When it was paid.", ("付款时间", "支付时间")),
    Column("packed_at", cells.past_moment, "When it was packed.", ("打包时间",)),
    Column("shipped_at", cells.past_moment, "When it left.", ("发货时间",)),
    Column("delivered_at", cells.past_moment, "When it arrived.", ("签收时间", "送达时间")),
    Column("completed_at", cells.past_moment, "When it was completed.", ("完成时间",)),
    Column("cancelled_at", cells.past_moment, "When it was cancelled.", ("canceled at", "取消时间")),
    Column("cancel_reason", cells.text(200), "Why it was cancelled.", ("取消原因",)),
    Column("refunded_at", cells.past_moment, "When the money of a cancelled order was sent back.", ("退款时间",)),
    Column("recipient", cells.text(80), "Who receives it.", ("收件人", "收货人")),
    Column("recipient_phone", cells.phone, "The recipient's phone.", ("收件电话", "收货电话", "收件人电话")),
    Column("address", cells.text(300), "Where it goes.", ("地址", "收货地址", "收件地址")),
)


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
        return Outcome.CREATED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


async def _find(session: AsyncSession, number: str) -> Order | None:
    wanted = select(Order).where(Order.number == number).with_for_update(key_share=True)
    return await session.scalar(wanted, execution_options={"populate_existing": True})


async def _item(session: AsyncSession, values: dict[str, Any]) -> LineItem:
    product = await session.scalar(select(Product).where(Product.sku == values["sku"]))
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
        return True
    wanted = {field: getattr(item, field) for field in ("sku", "names", "price_minor", "quantity", "size", "colour")}
    return _set(line, {field: value for field, value in wanted.items() if value is not None})


def _matching(order: Order, values: dict[str, Any]) -> OrderLine | None:
    for line in order.lines:
        if "line" in values:
            if line.position == values["line"]:
                return line
        elif (line.sku, line.size, line.colour) == (values["sku"], values.get("size"), values.get("colour")):
            return line
    return None


def _settle_header(order: Order, values: dict[str, Any]) -> bool:
    wanted = {field: values[field] for field in (*_PLAIN, "placed_at") if field in values}
    wanted |= {f"{field}_minor": values[field] for field in ("shipping", "discount") if field in values}
    changed = _set(order, wanted)
    lines = sum(line.price_minor * line.quantity for line in order.lines)
    # Before the last line of the order is read, a reduction can be more than the lines so far.
    computed = max(0, lines + order.shipping_minor - order.discount_minor)
    return _set(order, {"total_minor": values.get("total", computed)}) or changed


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
    if wanted == order.status or (wanted in FLOW and not _further(order.status, wanted)):
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
