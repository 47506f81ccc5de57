"""The columns of an import of orders."""

from crm_store.importing import cells, days, figures
from crm_store.importing.columns import Column, Layout
from crm_store.orders import OrderStatus

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

LINE_COLUMNS = frozenset({"line", "sku", "product_name", "quantity", "price", "size", "colour", "line_refund"})
"""What is told of one line; all else is of the whole order."""

LAYOUT = Layout(
    Column("order_number", cells.code(32), "The order's number.", ("order", "订单号", "订单编号"), required=True),
    Column(
        "member_number",
        cells.code(20),
        "Who ordered; or one of the next two.",
        ("member", "会员号", "会员编号", "卡号"),
        required=True,
        instead=("member_email", "member_phone"),
    ),
    Column("member_email", cells.email, "The member's e-mail address.", ("会员邮箱",)),
    Column("member_phone", cells.phone, "The member's phone number.", ("会员手机号",)),
    Column(
        "placed_at",
        days.past_moment,
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
        figures.quantity,
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
    Column("quantity", figures.quantity, "Pieces, by default 1.", ("qty", "数量", "件数")),
    Column(
        "price", figures.money, "Price of one piece, for example 128.50.", ("unit price", "单价", "价格"), required=True
    ),
    Column("size", cells.text(32), "Size.", ("尺码", "尺寸", "规格")),
    Column("colour", cells.text(64), "Colour.", ("color", "颜色")),
    Column("shipping", figures.money, "Shipping of the whole order.", ("shipping fee", "运费")),
    Column("discount", figures.money, "Reduction of the whole order.", ("优惠", "折扣", "优惠金额")),
    Column(
        "total",
        figures.money,
        "What was to pay; by default lines and shipping less discount.",
        ("amount", "总额", "订单金额", "实付金额", "总金额"),
    ),
    Column(
        "currency", figures.currency, "Three letters; by default what the amounts name, else CNY.", ("币种", "货币")
    ),
    Column("paid_at", days.past_moment, "When it was paid.", ("付款时间", "支付时间")),
    Column("packed_at", days.past_moment, "When it was packed.", ("打包时间",)),
    Column("shipped_at", days.past_moment, "When it left.", ("发货时间",)),
    Column("delivered_at", days.past_moment, "When it arrived.", ("签收时间", "送达时间")),
    Column("completed_at", days.past_moment, "When it was completed.", ("完成时间",)),
    Column("cancelled_at", days.past_moment, "When it was cancelled.", ("canceled at", "取消时间")),
    Column("cancel_reason", cells.text(200), "Why it was cancelled.", ("取消原因",)),
    Column("refunded_at", days.past_moment, "When the money of a cancelled order was sent back.", ("退款时间",)),
    Column(
        "refund",
        figures.money,
        "What was paid back of an order that stands; its points go with it.",
        ("refunded amount", "已退款金额"),
    ),
    Column(
        "line_refund",
        figures.money,
        "The same, of one line; all lines together are the order's.",
        ("line refunded amount", "商品已退款金额"),
    ),
    Column("recipient", cells.addressee(80), "Who receives it.", ("收件人", "收货人")),
    Column("recipient_phone", cells.phone, "The recipient's phone.", ("收件电话", "收货电话", "收件人电话")),
    Column("address", cells.text(300), "Where it goes.", ("地址", "收货地址", "收件地址")),
)
