"""Exports of other shop systems: told by their headers, states read by tables, what nobody knows refused."""

import csv
import io
from datetime import UTC, datetime
from itertools import zip_longest

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import importing, members, orders
from crm_store.importing import FileUnreadable, ImportReport, Mapped, MappingRefused, Table, read_file

SHOPIFY_CUSTOMERS = """\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Phone,Accepts SMS Marketing,\
Total Spent,Total Orders,Note,Tax Exempt,Tags
'7123456789012,Sophie,Gallas,sophie@example.com,yes,,'+33610826417,no,53.91,1,,no,
7123456789013,志豪,黃,chihhao@example.com,no,,+886912345678,no,0.00,0,,no,vip
"""

SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,Shipping Street,\
Shipping City,Cancelled at,Phone,Vendor
#1001,sophie@example.com,paid,2026-10-07 09:50:26 +0200,fulfilled,2026-10-08 14:21:21 +0200,EUR,169.40,4.90,0.00,\
174.30,0.00,2026-10-07 09:50:26 +0200,2,Night cream,34.90,NC-1,Sophie Gallas,13 rue de Berri,Paris,,,Leaf
#1001,sophie@example.com,,,,,,,,,,,2026-10-07 09:50:26 +0200,1,Brush,99.60,BR-2,,,,,,Leaf
#1002,,paid,2026-10-09 10:00:00 +0200,,,EUR,20.00,0.00,0.00,20.00,0.00,2026-10-09 09:59:00 +0200,1,Soap,20.00,SO-1,,,,,\
'+886912345678,Leaf
#1003,sophie@example.com,refunded,2026-10-01 10:00:00 +0200,,,EUR,20.00,0.00,0.00,20.00,0.00,\
2026-10-01 09:59:00 +0200,1,Soap,20.00,SO-1,,,,2026-10-02 09:00:00 +0200,,Leaf
#1004,sophie@example.com,disputed,,,,EUR,20.00,0.00,0.00,20.00,0.00,2026-10-01 09:59:00 +0200,1,Soap,20.00,SO-1,,,,,,
#1005,nobody@example.com,paid,,,,EUR,20.00,0.00,0.00,20.00,0.00,2026-10-01 09:59:00 +0200,1,Soap,20.00,SO-1,,,,,,
"""

TAOBAO = """\
订单编号,买家会员名,买家支付宝账号,买家应付邮费,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,订单创建时间,订单付款时间,\
商品标题,商品价格,购买数量,外部系统编号,商品属性,订单关闭原因
="3300112233445566",小兔子_88,a**@163.com,0.00,128.00,卖家已发货，等待买家确认,陈美玲,浙江省 杭州市,'13812345678,\
2026-10-01 10:00:00,2026-10-01 10:01:00,茶杯,64.00,2,CUP-1,颜色分类:白色,订单未关闭
="3300112233445567",小兔子_88,a**@163.com,0.00,10.00,交易关闭,陈美玲,浙江省 杭州市,'13812345678,\
2026-10-02 10:00:00,2026-10-02 10:01:00,杯垫,10.00,1,MAT-1,,买家不想买了
="3300112233445568",小兔子_88,a**@163.com,0.00,10.00,付款确认中,陈美玲,浙江省 杭州市,'13812345678,\
2026-10-03 10:00:00,,杯垫,10.00,1,MAT-1,,订单未关闭
"""

YOUZAN = """\
订单号,外部订单号,订单商品状态,交易成功时间,商品名称,商品类型,商品规格,规格编码,商品单价,商品优惠后价格,商品数量,商品实际成交金额,\
收货人/提货人,收货人手机号/提货人手机号,收货人省份,收货人城市,详细收货地址/提货地址,商品发货时间,买家手机号,订单创建时间,买家付款时间
E20261001,,待发货,,云柔巾,实物商品,大号,YR-1,59.90,49.90,2,99.80,李雷,13900000002,江苏省,南京市,中山路1号,,13900000002,\
2026-10-01 10:00:00,2026-10-01 10:00:30
,,,,棉柔巾,实物商品,,MR-1,20,20,1,20.00,,,,,,,,,
"""

WOOCOMMERCE = """\
Order Number,Order Status,Order Date,Email (Billing),Phone (Billing),First Name (Shipping),Last Name (Shipping),\
Address 1&2 (Shipping),City (Shipping),Order Shipping Amount,Order Total Amount,Cart Discount Amount,SKU,Item #,\
Item Name,Quantity,Item Cost,Coupon Code
5001,Processing,2026-10-01 10:00,sam@example.com,,Sam,Baker,1 High Street,Leeds,5,45,0,MUG-1,1,Mug,2,20,
5002,Completed,2026-10-01 10:00,sam@example.com,,Sam,Baker,1 High Street,Leeds,5,25,0,MUG-1,1,Mug,1,20,
"""


async def people(session: AsyncSession) -> None:
    await members.create(session, number="小兔子_88", family_name="陈", given_name="美玲", phone="13812345678")
    await members.create(session, number="HK2", family_name="李", given_name="雷", phone="13900000002")
    await members.create(session, number="HK3", family_name="Baker", given_name="Sam", email="sam@example.com")


async def take(session: AsyncSession, kind: str, text: str, *, mapping: str | None = None) -> ImportReport:
    table = read_file(text.encode(), kind, mapping=mapping)
    return await importing.import_rows(session, kind, table.rows, source="shop.csv", layout=table.layout)


def with_column(text: str, header: str, *cells: str) -> str:
    """The file with one more column; `cells`: of its first rows."""
    names, *rows = csv.reader(text.splitlines())
    written = io.StringIO()
    csv.writer(written).writerows(
        [[*names, header], *([*row, cell] for row, cell in zip_longest(rows, cells, fillvalue=""))]
    )
    return written.getvalue()


def mapping_of(table: Table) -> importing.ColumnMap:
    assert isinstance(table.layout, Mapped)
    return table.layout.mapping


def refusals(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(refusal.line, refusal.column, refusal.reason_code) for refusal in report.refused]


class TestRecognised:
    @pytest.mark.parametrize(
        ("kind", "text", "source"),
        [
            ("members", SHOPIFY_CUSTOMERS, "Shopify"),
            ("orders", SHOPIFY_ORDERS, "Shopify"),
            ("orders", TAOBAO, "淘宝 / 天猫 Taobao / Tmall"),
            ("orders", YOUZAN, "有赞 Youzan"),
            ("orders", WOOCOMMERCE, "WooCommerce"),
            ("members", "买家会员名,联系手机\n小兔子_88,13812345678\n", "淘宝 / 天猫 Taobao / Tmall"),
            ("members", "客户编号,客户昵称,手机号,成为客户时间\n1,小李,13900000002,2026-01-01\n", "有赞 Youzan"),
            (
                "members",
                "Name,Username,Sign Up,Email,Total Spend,AOV\nS B,sam,2026-01-01,s@example.com,0,0\n",
                "WooCommerce",
            ),
            ("members", "member_number,First Name,Last Name\nHK1,Sam,Baker\n", ""),
            ("members", "会员号,订单编号,买家会员名\nHK1,1,小兔子\n", ""),
            ("members", "會員編號,姓名\nHK1,陳美玲\n", ""),
        ],
    )
    def test_by_the_headers(self, kind: str, text: str, source: str) -> None:
        assert mapping_of(read_file(text.encode(), kind)).source == source

    def test_traditional_headers_in_the_encoding_of_taiwan(self) -> None:
        text = "買家會員名,聯繫手機\n小兔子,0912345678\n".encode("cp950")
        assert mapping_of(read_file(text, "members")).columns["phone"] == ("聯繫手機",)

    def test_columns_without_use_are_named(self) -> None:
        mapping = mapping_of(read_file(SHOPIFY_ORDERS.encode(), "orders"))
        assert mapping.unused == ("Subtotal", "Taxes", "Vendor")
        assert mapping.columns["address"] == ("Shipping Street", "Shipping City")

    def test_what_a_file_lacks_is_said_before_anything_else(self) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read_file("订单编号,买家会员名,订单状态,订单创建时间\n1,2,交易成功,2026-01-01\n".encode(), "orders")
        assert refusal.value.columns == ("sku", "price")

    def test_how_each_state_is_read(self) -> None:
        table = read_file(SHOPIFY_ORDERS.encode(), "orders")
        read = {(each.said, each.means): each.rows for each in importing.readings(table.layout, table.rows)}
        assert read[("paid · fulfilled", "shipped")] == 2
        assert read[("Cancelled at · refunded", "cancelled")] == 1
        assert read[("disputed", "?")] == 1


class TestShopify:
    async def test_customers(self, session: AsyncSession) -> None:
        report = await take(session, "members", SHOPIFY_CUSTOMERS)
        assert (report.created, refusals(report)) == (2, [])
        sophie = await members.by_email(session, "sophie@example.com")
        assert sophie is not None
        assert (sophie.number, sophie.phone, sophie.marketing_consent) == ("7123456789012", "+33610826417", True)

    async def test_orders_in_several_lines_with_blanks_below_the_first(self, session: AsyncSession) -> None:
        await take(session, "members", SHOPIFY_CUSTOMERS)
        report = await take(session, "orders", SHOPIFY_ORDERS)
        assert refusals(report) == [(6, "status", "unknown_value"), (7, "member_email", "no_such_member")]
        order = await orders.by_number(session, "#1001")
        assert order is not None
        assert [(line.sku, line.quantity) for line in order.lines] == [("NC-1", 2), ("BR-2", 1)]
        assert (order.status, order.total_minor, order.currency) == ("shipped", 17430, "EUR")
        assert order.shipped_at == datetime(2026, 10, 8, 12, 21, 21, tzinfo=UTC)
        assert order.address == "13 rue de Berri Paris"

    async def test_a_buyer_named_by_phone_alone(self, session: AsyncSession) -> None:
        await take(session, "members", SHOPIFY_CUSTOMERS)
        await take(session, "orders", SHOPIFY_ORDERS)
        order, huang = await orders.by_number(session, "#1002"), await members.by_phone(session, "0912345678")
        assert order is not None
        assert huang is not None
        assert (order.member_id, order.status) == (huang.id, "paid")

    async def test_a_cancelled_order_whose_money_is_back_owes_nothing(self, session: AsyncSession) -> None:
        await take(session, "members", SHOPIFY_CUSTOMERS)
        await take(session, "orders", SHOPIFY_ORDERS)
        order = await orders.by_number(session, "#1003")
        assert order is not None
        assert (order.status, order.refunded_at) == ("cancelled", datetime(2026, 10, 2, 7, tzinfo=UTC))

    async def test_the_same_file_again_changes_nothing(self, session: AsyncSession) -> None:
        await take(session, "members", SHOPIFY_CUSTOMERS)
        await take(session, "orders", SHOPIFY_ORDERS)
        again = await take(session, "orders", SHOPIFY_ORDERS)
        assert (again.created, again.updated, again.unchanged) == (0, 0, 4)

    async def test_an_address_and_a_phone_of_two_members_name_nobody(self, session: AsyncSession) -> None:
        await take(session, "members", SHOPIFY_CUSTOMERS)
        text = SHOPIFY_ORDERS.replace("#1002,,", "#1002,sophie@example.com,")
        assert (4, "member_email", "several_members") in refusals(await take(session, "orders", text))


class TestOthers:
    async def test_taobao(self, session: AsyncSession) -> None:
        await people(session)
        report = await take(session, "orders", TAOBAO)
        assert refusals(report) == [(4, "status", "unknown_value")]
        sent, closed = [await orders.by_number(session, f"330011223344556{digit}") for digit in (6, 7)]
        assert sent is not None
        assert closed is not None
        assert (sent.status, sent.lines[0].sku, sent.total_minor) == ("shipped", "CUP-1", 12800)
        assert (closed.status, closed.cancel_reason, closed.refund_due_at) == ("cancelled", "买家不想买了", None)
        assert sent.cancel_reason is None

    async def test_youzan_with_rows_that_leave_even_the_number_out(self, session: AsyncSession) -> None:
        await people(session)
        assert refusals(await take(session, "orders", YOUZAN)) == []
        order = await orders.by_number(session, "E20261001")
        assert order is not None
        assert [(line.sku, line.price_minor) for line in order.lines] == [("YR-1", 4990), ("MR-1", 2000)]
        assert (order.status, order.address) == ("paid", "江苏省 南京市 中山路1号")

    async def test_woocommerce(self, session: AsyncSession) -> None:
        await people(session)
        assert refusals(await take(session, "orders", WOOCOMMERCE)) == []
        paid, done = [await orders.by_number(session, number) for number in ("5001", "5002")]
        assert paid is not None
        assert done is not None
        assert (paid.status, paid.recipient, done.status) == ("paid", "Sam Baker", "completed")


class TestPaidBack:
    """What the export says was paid back of an order that stands is kept with it, and is in its preview."""

    @pytest.mark.parametrize(
        ("text", "header", "back"),
        [
            (with_column(SHOPIFY_ORDERS, "Refunded Amount", "34.90"), "Refunded Amount", {"#1001": 3490}),
            (with_column(WOOCOMMERCE, "Order Refund Amount", "", "25"), "Order Refund Amount", {"5002": 2500}),
            (
                with_column(with_column(TAOBAO, "退款状态", "退款成功"), "退款金额", "64.00", "10"),
                "退款金额",
                {"3300112233445566": 6400, "3300112233445567": 0},
            ),
            (
                with_column(with_column(TAOBAO, "退款状态", "买家已经申请退款，等待卖家同意"), "退款金额", "64.00"),
                "退款金额",
                {"3300112233445566": 0},
            ),
            (with_column(YOUZAN, "商品已退款金额", "49.90", "20"), "商品已退款金额", {"E20261001": 6990}),
        ],
    )
    async def test_it_is_read(self, session: AsyncSession, text: str, header: str, back: dict[str, int]) -> None:
        await people(session)
        await take(session, "members", SHOPIFY_CUSTOMERS)
        assert header not in mapping_of(read_file(text.encode(), "orders")).unused
        await take(session, "orders", text)
        for number, amount in back.items():
            order = await orders.by_number(session, number)
            assert order is not None
            assert order.refund_minor == amount
        again = await take(session, "orders", text)
        assert (again.created, again.updated) == (0, 0)


class TestMappingFile:
    def test_written_and_read_again_it_is_the_same(self) -> None:
        for text in (SHOPIFY_ORDERS, TAOBAO, YOUZAN, WOOCOMMERCE):
            table = read_file(text.encode(), "orders")
            kept = importing.written("orders", table.layout, importing.readings(table.layout, table.rows))
            again = read_file(text.encode(), "orders", mapping=kept)
            assert mapping_of(again).columns == mapping_of(table).columns
            assert [_named(again, row) for row in again.rows] == [_named(table, row) for row in table.rows]

    def test_a_word_nobody_knows_is_put_in_to_be_decided(self) -> None:
        table = read_file(TAOBAO.encode(), "orders")
        kept = importing.written("orders", table.layout, importing.readings(table.layout, table.rows))
        assert "付款确认中: '?'" in kept

    async def test_what_the_shop_says_holds(self, session: AsyncSession) -> None:
        await people(session)
        text = "Nr,Kunde,Wann,Stand,Artikel,Was,Preis\nR1,HK2,2026-10-01,fertig,A1,Tasse,12.50\n"
        told = """
columns: {order_number: Nr, member_number: Kunde, placed_at: Wann, status: Stand, sku: Artikel,
          product_name: Was, price: Preis}
words: {status: {fertig: completed}}
constants: {currency: EUR}
"""
        assert refusals(await take(session, "orders", text, mapping=told)) == []
        order = await orders.by_number(session, "R1")
        assert order is not None
        assert (order.status, order.currency, order.total_minor) == ("completed", "EUR", 1250)

    @pytest.mark.parametrize(
        ("told", "reason", "where"),
        [
            ("columns: [", "no_yaml", ""),
            ("words: {}", "no_columns", ""),
            ("columns: {nonsense: Nr}", "unknown_column", "nonsense"),
            ("columns: {status: Stand}\nwords: {status: {fertig: done}}", "unknown_value", "status: done"),
            ("columns: {status: Stand}\nrules: {status: [{means: paid}]}", "not_as_described", ""),
            ("columns: {order_number: Nr}\nkind: members", "other_kind", "members"),
            ("columns: {order_number: Nr}\nwrods: {}", "unknown_part", "wrods"),
            ("columns: {order_number: Nr}\nconstants: {currency: Euro}", "unknown_value", "currency: Euro"),
        ],
    )
    def test_a_wrong_one_says_what_is_wrong(self, told: str, reason: str, where: str) -> None:
        with pytest.raises(MappingRefused) as refusal:
            read_file(b"Nr,Stand\n1,2\n", "orders", mapping=told)
        assert (refusal.value.reason_code, refusal.value.where) == (reason, where)

    def test_a_header_that_is_not_there(self) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read_file(b"Nr,Stand\n1,2\n", "orders", mapping="columns: {order_number: Nr, member_number: Kunde}")
        assert (refusal.value.reason_code, refusal.value.columns) == ("mapped_headers_missing", ("Kunde",))


def _named(table: Table, row: importing.Row) -> dict[str, str]:
    return {column.name: cell for column, cell in table.layout.cells(row)}


class TestColumnsThatAreNotThere:
    @pytest.mark.parametrize(("text", "header"), [(TAOBAO, "订单付款时间"), (TAOBAO, "订单关闭原因")])
    def test_a_file_without_them_is_read_as_one_where_they_are_empty(self, text: str, header: str) -> None:
        lines = [line.split(",") for line in text.strip().split("\n")]
        place = lines[0].index(header)
        cut = "\n".join(",".join(cell for at, cell in enumerate(line) if at != place) for line in lines)
        table = read_file(cut.encode(), "orders")
        read = [table.layout.read(row) for row in table.rows[:2]]
        assert [values["status"] for values in read] == ["shipped", "cancelled"]
        assert not any({"paid_at", "cancel_reason"} <= set(values) for values in read)

    def test_the_orders_of_youzan_without_the_moment_of_payment(self) -> None:
        text = "订单号,买家手机号,订单创建时间,订单状态,商品名称,规格编码,商品单价,商品数量\n"
        text += "E1,13812345678,2026-10-01 10:00,待发货,杯,C1,10,1\nE2,13812345678,2026-10-01 10:00,已关闭,杯,C1,10,1\n"
        table = read_file(text.encode(), "orders")
        read = [table.layout.read(row) for row in table.rows]
        assert [(values["status"], values.get("paid_at")) for values in read] == [("paid", None), ("cancelled", None)]
