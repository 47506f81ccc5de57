"""Imports: what a shop's files look like, taken over twice without harm, refused rows named."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import importing, members, orders, parcels, points, profile
from crm_store.clock import FrozenClock
from crm_store.importing import FileUnreadable, ImportKind, ImportReport, as_rows, import_rows, layout, read_csv
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelStatus
from crm_store.points import Entry

MEMBERS = """会员号,姓名,性别,手机号,邮箱,生日,入会日期,接收优惠,备注
HK200001,林晓月,女,138 1234 5678,xiaoyue@example.com,1990-03-08,2025/6/1,是,老客户
HK200002,欧阳志明,先生,13900000002,,1985年12月1日,2025-07-15 14:30,否,
"""

ORDERS = """order_number,member_number,placed_at,status,sku,product,quantity,price,size,shipping,paid_at,delivered_at
20261101-0001,HK200001,2026-11-01 10:00,delivered,RUN-01,Light shoes,1,399.00,42,12,2026-11-01 10:05,2026-11-04 15:20
20261101-0001,HK200001,2026-11-01 10:00,delivered,SOCK-3,Socks,2,29.50,,12,2026-11-01 10:05,2026-11-04 15:20
20261110-0002,HK200002,2026-11-10 09:00,paid,COF-01,Pour-over coffee set,1,149,,0,2026-11-10 09:01,
"""

PARCELS = """parcel_number,order_number,carrier,promised_at,event_code,event_at,event_place
SF1029384756,20261110-0002,SF Express,2026-11-21,picked_up,2026-11-11 18:00,杭州
SF1029384756,20261110-0002,SF Express,2026-11-21,到达网点,2026-11-20 18:40,板桥站
"""

POINTS = """external_id,member_number,points,reason,at,reference
T-1,HK200001,420,购物,2025-12-14 12:00,20251214-0037
T-2,HK200001,"1,600",purchase,2026-11-01,20261101-0001
T-3,HK200001,-500,兑换,2026-11-05,
"""


async def take(session: AsyncSession, kind: str, text: str | bytes) -> ImportReport:
    data = text.encode() if isinstance(text, str) else text
    return await import_rows(session, kind, read_csv(data, layout(kind)).rows, source="shop.csv")


def sums(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def refusals(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(refusal.line, refusal.column, refusal.reason_code) for refusal in report.refused]


class TestReadCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
    def test_whatever_the_spreadsheet_wrote(self, encoding: str) -> None:
        table = read_csv(MEMBERS.encode(encoding), layout("members"))
        assert [row.line for row in table.rows] == [2, 3]
        assert table.rows[0].cells["姓名"] == "林晓月"

    def test_big5_of_a_shop_in_taiwan(self) -> None:
        text = "會員編號,姓名,手機號碼,電子郵件\r\nHK300001,陳志明,0912345678,chen@example.com\r\n"
        table = read_csv(text.encode("cp950"), layout("members"))
        assert table.encoding == "cp950"
        assert table.rows[0].cells["姓名"] == "陳志明"

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_other_separators(self, separator: str) -> None:
        table = read_csv(MEMBERS.replace(",", separator).encode(), layout("members"))
        assert table.rows[1].cells["性别"] == "先生"

    def test_lines_count_as_in_the_file(self) -> None:
        text = '\nmember_number,name\n\nHK1,"two\nlines"\n\nHK2,Sam Baker\n,\n'
        assert [row.line for row in read_csv(text.encode(), layout("members")).rows] == [4, 7]

    def test_what_is_no_such_file(self) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read_csv(b" \n", layout("orders"))
        assert refusal.value.reason_code == "empty"
        with pytest.raises(FileUnreadable) as refusal:
            read_csv("订单号,会员号\n1,2\n".encode(), layout("orders"))
        assert refusal.value.columns == ("placed_at", "sku", "price")

    @pytest.mark.parametrize("rest", ["", "\n", "\nHK3,Li\nHK4,Wu\n"])
    def test_a_quotation_mark_that_stays_open_swallows_no_rows(self, rest: str) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read_csv(f'member_number,name\nHK1,Sam\nHK2,"Lin{rest}'.encode(), layout("members"))
        assert (refusal.value.reason_code, refusal.value.line) == ("open_quote", 3)


class TestMembers:
    async def test_twice_the_same_file(self, session: AsyncSession) -> None:
        first = await take(session, "members", MEMBERS)
        assert sums(first) == (2, 0, 0, 0)
        assert first.ignored_columns == {"备注"}
        assert sums(await take(session, "members", MEMBERS)) == (0, 0, 2, 0)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        assert (lin.family_name, lin.given_name, lin.gender, lin.birthday) == ("林", "晓月", "female", date(1990, 3, 8))
        assert (lin.joined_at, lin.marketing_consent) == (datetime(2025, 5, 31, 16, tzinfo=UTC), True)
        assert await members.by_phone(session, "13812345678") is lin
        other = await members.by_number(session, "HK200002")
        assert other is not None
        assert (other.family_name, other.given_name) == ("欧阳", "志明")

    async def test_many_at_once_are_written_as_one_would_be(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        head, *rows = MEMBERS.splitlines()
        await take(session, "members", MEMBERS)
        alone = [row.replace("HK20000", "HK30000").replace("138 1", "138 2").replace("1390", "1391") for row in rows]
        for row in alone:
            await take(session, "members", f"{head}\n{row.replace('xiaoyue', 'xy')}\n")
        own = {"id", "number", "phone", "phone_index", "email", "email_index"}
        for number in "12":
            many, one = [await members.by_number(session, f"HK{shop}0000{number}") for shop in "23"]
            assert many is not None
            assert one is not None
            fields = {column.name for column in Member.__table__.columns} - own
            assert {field: getattr(many, field) for field in fields} == {field: getattr(one, field) for field in fields}
            assert await members.by_phone(session, many.phone or "") is many

    async def test_a_changed_cell_updates_and_an_empty_one_leaves(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        changed = "member_number,email,phone\nHK200001,new@example.com,\n"
        assert sums(await take(session, "members", changed)) == (0, 1, 0, 0)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        assert (lin.email, lin.phone) == ("new@example.com", "138 1234 5678")

    async def test_each_bad_row_is_named_and_the_others_are_taken(self, session: AsyncSession) -> None:
        text = """number,name,phone,email,birthday,gender,status
HK1,A,13812345678,a@example.com,,,
HK2,B,13812345678,,,,
,C,,,,,
HK4,D,,d.example.com,,,
HK5,E,,,2999-01-01,,
HK6,F,,,,who knows,
HK7,G,13900000007,,,,left
HK8,H,,,,,,too,many
HK9,I,12,,,,
HK10,J,1.39E+10,,,,
"""
        report = await take(session, "members", text)
        assert refusals(report) == [
            (3, "phone", "belongs_to_another_member"),
            (4, "member_number", "required"),
            (5, "email", "not_an_email"),
            (6, "birthday", "in_the_future"),
            (7, "gender", "unknown_gender"),
            (9, "", "too_many_cells"),
            (10, "phone", "not_a_phone"),
            (11, "phone", "digits_lost"),
        ]
        assert report.created == 2
        assert await session.scalar(select(func.count()).select_from(Member)) == 2
        seven = await members.by_phone(session, "13900000007")
        assert seven is not None
        assert seven.status == MemberStatus.LEFT

    async def test_does_not_undo_an_opt_out(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await members.set_marketing_consent(session, lin, False)
        assert sums(await take(session, "members", MEMBERS)) == (0, 0, 2, 0)
        assert lin.marketing_consent is False

    async def test_an_erased_member_stays_erased(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await members.erase(session, lin)
        assert refusals(await take(session, "members", MEMBERS)) == [(2, "member_number", "member_erased")]


class TestOrders:
    async def test_lines_make_an_order_and_the_file_may_come_twice(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        assert sums(await take(session, "orders", ORDERS)) == (2, 1, 0, 0)
        assert sums(await take(session, "orders", ORDERS)) == (0, 0, 3, 0)
        order = await orders.by_number(session, "20261101-0001")
        assert order is not None
        assert [(line.sku, line.quantity, line.price_minor) for line in order.lines] == [
            ("RUN-01", 1, 399_00),
            ("SOCK-3", 2, 29_50),
        ]
        assert (order.total_minor, order.status) == (399_00 + 59_00 + 12_00, OrderStatus.DELIVERED)
        assert order.delivered_at == datetime(2026, 11, 4, 7, 20, tzinfo=UTC)
        assert order.shipped_at is None

    async def test_the_same_goods_twice_in_an_order_stay_two_lines(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        text = "order_number,member_number,placed_at,status,sku,product,quantity,price\n" + (
            "A-1,HK200001,2026-11-01,paid,MUG,Mug,1,30\nA-1,HK200001,2026-11-01,paid,MUG,Mug,2,25\n"
        )
        assert sums(await take(session, "orders", text)) == (1, 1, 0, 0)
        assert sums(await take(session, "orders", text)) == (0, 0, 2, 0)
        order = await orders.by_number(session, "A-1")
        assert order is not None
        assert [(line.quantity, line.price_minor) for line in order.lines] == [(1, 30_00), (2, 25_00)]
        assert order.total_minor == 80_00

    async def test_a_later_row_of_another_state_is_news_of_the_same_line(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        text = "order_number,member_number,placed_at,status,sku,product,price\n" + (
            "A-1,HK200001,2026-11-01,paid,MUG,Mug,30\nA-1,HK200001,2026-11-01,shipped,MUG,Mug,30\n"
        )
        await take(session, "orders", text)
        order = await orders.by_number(session, "A-1")
        assert order is not None
        assert (len(order.lines), order.status, order.total_minor) == (1, OrderStatus.SHIPPED, 30_00)

    def test_rows_of_one_order_stay_in_one_part(self) -> None:
        rows = read_csv(ORDERS.encode(), layout("orders")).rows
        assert [len(part) for part in importing.parts(ImportKind.ORDERS, rows, 1)] == [2, 1]

    async def test_the_status_never_goes_back(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        await take(session, "parcels", PARCELS)
        order = await orders.by_number(session, "20261110-0002")
        assert order is not None
        assert order.status == OrderStatus.SHIPPED
        assert sums(await take(session, "orders", ORDERS)) == (0, 0, 3, 0)
        assert order.status == OrderStatus.SHIPPED

    async def test_cancelled_with_its_refund(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        row = {
            "order_number": "20261102-0009",
            "member_number": "HK200001",
            "placed_at": "2026-11-02 09:00",
            "status": "已取消",
            "sku": "X",
            "product_name": "Mug",
            "price": 35,
            "paid_at": "2026-11-02 09:05",
            "cancelled_at": "2026-11-02 12:00",
            "refunded_at": "2026-11-03 12:00",
        }
        for expected in ((1, 0, 0, 0), (0, 0, 1, 0)):
            assert sums(await import_rows(session, "orders", as_rows([row]), source="api")) == expected
        order = await orders.by_number(session, "20261102-0009")
        assert order is not None
        assert (order.status, order.refund_minor, order.refunded_at) == (
            OrderStatus.CANCELLED,
            35_00,
            datetime(2026, 11, 3, 4, tzinfo=UTC),
        )

    async def test_cancelled_without_a_day_it_was_on_the_last_that_is_known(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        row = {
            "order_number": "20251102-0009", "member_number": "HK200001", "placed_at": "2025-11-02 09:00",
            "status": "已取消", "sku": "X", "product_name": "Mug", "price": 35,
        }  # fmt: skip
        later = row | {"order_number": "20251102-0010", "paid_at": "2025-11-03 10:00"}
        for _ in range(2):
            await import_rows(session, "orders", as_rows([row, later]), source="api")
        for number, day in (("20251102-0009", (2, 1)), ("20251102-0010", (3, 2))):
            order = await orders.by_number(session, number)
            assert order is not None
            assert order.cancelled_at == datetime(2025, 11, *day, tzinfo=UTC)
            assert order.points_due_at is None

    async def test_one_that_was_open_here_was_cancelled_now(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        await take(session, "orders", ORDERS.replace("paid,COF", "cancelled,COF"))
        order = await orders.by_number(session, "20261110-0002")
        assert order is not None
        assert (order.status, order.cancelled_at) == (OrderStatus.CANCELLED, frozen_clock.moment)

    async def test_returned_over_the_steps_between(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        text = ORDERS.replace("paid,COF", "returned,COF")
        assert sums(await take(session, "orders", text)) == (2, 1, 0, 0)
        order = await orders.by_number(session, "20261110-0002")
        assert order is not None
        assert (order.status, order.delivered_at) == (OrderStatus.RETURNED, None)
        assert sums(await take(session, "orders", text)) == (0, 0, 3, 0)

    async def test_amounts_are_in_the_currency_they_name_or_refused(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        text = """order_number,member_number,placed_at,sku,product_name,price,currency
C-1,HK200001,2026-11-01,X,Mug,USD 12,
C-2,HK200001,2026-11-01,X,Mug,HK$12,
C-3,HK200001,2026-11-01,X,Mug,¥12,
C-4,HK200001,2026-11-01,X,Mug,¥1200,JPY
C-5,HK200001,2026-11-01,X,Mug,12,EUR
C-6,HK200001,2026-11-01,X,Mug,$12,AUD
C-7,HK200001,2026-11-01,X,Mug,$12,
C-8,HK200001,2026-11-01,X,Mug,US$12,CNY
C-9,HK200001,2026-11-01,X,Mug,€12,
"""
        report = await take(session, "orders", text)
        assert refusals(report) == [(8, "price", "currency_unclear"), (9, "price", "other_currency")]
        found = {number: await orders.by_number(session, f"C-{number}") for number in range(1, 10)}
        assert {number: order.currency for number, order in found.items() if order is not None} == {
            1: "USD", 2: "HKD", 3: "CNY", 4: "JPY", 5: "EUR", 6: "AUD", 9: "EUR",
        }  # fmt: skip

    async def test_rows_that_fit_nothing(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        text = """order_number,member_number,placed_at,sku,product_name,price,quantity,status
A-1,HK999999,2026-11-01,X,Mug,35,1,
20261110-0002,HK200001,2026-11-10 09:00,X,Mug,35,1,
A-2,HK200001,2026-11-01,X,,35,1,
A-3,HK200001,2026-12-01,X,Mug,35,1,
A-4,HK200001,2026-11-01,X,Mug,35.001,1,
A-5,HK200001,2026-11-01,X,Mug,35,0,
A-6,HK200001,2026-11-01,X,Mug,35,1,lost
20261101-0001,HK200001,2026-11-01 10:00,RUN-01,Light shoes,399,1,cancelled
"""
        report = await take(session, "orders", text)
        assert refusals(report) == [
            (2, "member_number", "no_such_member"),
            (3, "member_number", "order_of_another_member"),
            (4, "product_name", "name_needed_for_unknown_sku"),
            (5, "placed_at", "in_the_future"),
            (6, "price", "not_an_amount"),
            (7, "quantity", "too_small"),
            (8, "status", "unknown_value"),
            (9, "status", "status_not_allowed"),
        ]
        assert await orders.by_number(session, "A-2") is None


class TestParcels:
    async def test_steps_against_the_promise(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        assert sums(await take(session, "parcels", PARCELS)) == (1, 1, 0, 0)
        assert sums(await take(session, "parcels", PARCELS)) == (0, 0, 2, 0)
        parcel = await parcels.by_number(session, "sf1029384756")
        assert parcel is not None
        assert parcel.promised_at == datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
        steps = [(step.code, step.place_in(Language.ZH_HANS)) for step in parcels.steps(parcel)]
        assert steps == [("picked_up", "杭州"), ("arrived_station", "板桥站")]
        late = parcels.lateness(parcel)
        assert late is not None
        assert late.total_seconds() == 10 * 3600 + 1

    async def test_delivered_without_steps(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        text = "运单号,订单号,快递公司,签收时间\nYT0011223344,20261110-0002,圆通,2026-11-13 11:00\n"
        assert sums(await take(session, "parcels", text)) == (1, 0, 0, 0)
        assert sums(await take(session, "parcels", text)) == (0, 0, 1, 0)
        parcel = await parcels.by_number(session, "YT0011223344")
        assert parcel is not None
        assert parcel.status == ParcelStatus.DELIVERED

    async def test_planned_steps_and_rows_that_fit_nothing(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        text = """parcel_number,order_number,carrier,event_code,event_at,event_promised_at
SF1,20261110-0002,SF Express,out_for_delivery,,2026-11-25 09:00
SF1,20261110-0002,SF Express,out_for_delivery,,2026-11-25 09:00
SF1,20261101-0001,SF Express,,,
SF2,20991101-0001,SF Express,,,
SF3,20261110-0002,,,,
SF4,20261110-0002,SF Express,delivered,,
SF5,20261110-0002,SF Express,teleported,2026-11-20,
"""
        report = await take(session, "parcels", text)
        assert sums(report)[:3] == (1, 0, 1)
        assert refusals(report) == [
            (4, "parcel_number", "parcel_of_another_order"),
            (5, "order_number", "no_such_order"),
            (6, "carrier", "required"),
            (7, "event_at", "required"),
            (8, "event_code", "unknown_value"),
        ]

    async def test_more_steps_of_one_parcel_than_any_has_are_refused(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        head = {"order_number": "20261110-0002", "carrier": "SF Express", "event_code": "arrived_hub"}
        many = [head | {"parcel_number": "SF1", "event_at": f"2026-11-11 {n // 60:02}:{n % 60:02}"} for n in range(101)]
        few = [head | {"parcel_number": "SF2", "event_at": f"2026-11-11 10:0{n % 3}"} for n in range(120)]
        report = await import_rows(session, "parcels", as_rows([*many, *few]), source="x")
        assert {refusal.reason_code for refusal in report.refused} == {"too_many_steps"}
        assert sums(report) == (1, 2, 117, 101)


class TestPoints:
    async def test_each_movement_once_and_the_level_follows(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", MEMBERS)
        assert sums(await take(session, "points", POINTS)) == (3, 0, 0, 0)
        assert sums(await take(session, "points", POINTS)) == (0, 0, 3, 0)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        assert await points.balance(session, lin.id) == 420 + 1600 - 500
        assert lin.tier_code == "silver"
        assert await session.scalar(select(func.count()).select_from(Entry)) == 3
        assert (await points.verify(session, lin.id)).agrees
        reasons = {entry.key: entry.reason for entry in await points.history(session, lin.id)}
        assert reasons["import:points:T-1"] == "purchase"

    async def test_rows_that_fit_nothing(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "points", POINTS)
        text = """external_id,member_number,points
T-1,HK200001,421
T-4,HK999999,5
T-5,HK200002,-5
T-6,HK200002,0
T-7,HK200002,1.5
T-8,HK200002,12
"""
        report = await take(session, "points", text)
        assert refusals(report) == [
            (2, "external_id", "external_id_reused"),
            (3, "member_number", "no_such_member"),
            (4, "points", "insufficient_points"),
            (5, "points", "zero"),
            (6, "points", "not_a_whole_number"),
        ]
        assert report.created == 1

    @pytest.mark.parametrize("last_day", ["2026-12-31", "2026/12/31", "2026年12月31日"])
    @pytest.mark.parametrize("taken", ["one by one", "together"])
    async def test_the_last_day_of_use_can_be_used_to_its_end(
        self, session: AsyncSession, frozen_clock: FrozenClock, last_day: str, taken: str
    ) -> None:
        await take(session, "members", MEMBERS)
        # A number that stands twice makes the import take the member's rows one by one.
        rows = [f"T-1,HK200001,300,{last_day}"] * (2 if taken == "one by one" else 1)
        await take(session, "points", "\n".join(["external_id,member_number,points,expires_at", *rows]))
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        frozen_clock.move(datetime(2026, 12, 31, 15, 59, 58, tzinfo=UTC) - frozen_clock.moment)
        assert await points.expire_due(session) == []
        assert await points.balance(session, lin.id) == 300
        frozen_clock.move(timedelta(seconds=2))
        assert [entry.points for entry in await points.expire_due(session)] == [-300]


class TestReport:
    async def test_parts_of_a_file_add_up(self, session: AsyncSession) -> None:
        rows = read_csv(MEMBERS.encode(), layout("members")).rows
        total = ImportReport()
        for part in (rows[:1], rows[1:]):
            total.add(await import_rows(session, ImportKind.MEMBERS, part, source="x"))
        assert (total.created, total.rows) == (2, 2)

    def test_every_reason_the_code_can_give_has_words(self) -> None:
        sources = [path.read_text() for path in Path(importing.__file__).parent.glob("*.py")]
        sources.append(Path(profile.__file__).read_text())
        given = re.compile(r'ValueError\("(\w+)"\)|CellRefused\([^()]*(?:\[[^\]]*\])?[^()]*"(\w+)"\)')
        reasons = {reason for source in sources for found in given.findall(source) for reason in found if reason}
        assert {"required", "too_many_cells", "no_such_member", "not_an_amount"} <= reasons
        for reason in reasons | {"not_storable", "member_status_not_allowed"}:
            assert all(label("import_refusal", reason, language) for language in Language)

    def test_every_column_is_described_and_meets_its_chinese_name(self) -> None:
        for kind in ImportKind:
            assert all(label("import_kind", kind, language) for language in Language)
            for column in layout(kind).columns:
                assert len(column.about) > 4
                assert any(not alias.isascii() for alias in column.aliases)
                for name in (column.name, *column.aliases):
                    assert layout(kind).column_of(name) is column
        assert layout("orders").column_of("訂單號") is layout("orders").column_of("Order Number")

    async def test_an_unknown_kind(self, session: AsyncSession) -> None:
        with pytest.raises(ValueError, match="planets"):
            await import_rows(session, "planets", [], source="x")
        assert importing.ImportKind("points") is ImportKind.POINTS


class TestLinesToldLater:
    HEAD = "order_number,member_number,placed_at,sku,product,quantity,price,size,colour\n"

    async def told(self, session: AsyncSession, *goods: str) -> list[tuple[str | None, str | None, int]]:
        """The order's lines after a file with these goods, as size, colour and pieces."""
        rows = [f"IM-81,HK200001,2026-11-01,ZX1,Shirt,{each}\n" for each in goods]
        report = await take(session, "orders", self.HEAD + "".join(rows))
        assert not report.refused
        order = await orders.by_number(session, "IM-81")
        assert order is not None
        return [(line.size, line.colour, line.quantity) for line in order.lines]

    async def test_size_and_colour_that_come_later_are_the_same_line(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        assert await self.told(session, "1,100,,") == [(None, None, 1)]
        assert await self.told(session, "1,100,M,") == [("M", None, 1)]
        assert await self.told(session, "1,100,,red") == [("M", "red", 1)]
        assert await self.told(session, "2,100,M,red") == [("M", "red", 2)]
        assert await self.told(session, "2,100,,") == [("M", "red", 2)]
        order = await orders.by_number(session, "IM-81")
        assert order is not None
        assert order.total_minor == 20_000

    async def test_another_size_is_another_line(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        await self.told(session, "1,100,M,")
        assert await self.told(session, "1,100,L,") == [("M", None, 1), ("L", None, 1)]
        assert await self.told(session, "1,100,,blue") == [("M", None, 1), ("L", None, 1), (None, "blue", 1)]

    @pytest.mark.parametrize("goods", [("1,100,,", "1,100,M,"), ("1,100,M,", "1,100,,")])
    async def test_rows_of_one_file_are_lines_of_their_own(self, session: AsyncSession, goods: tuple[str, str]) -> None:
        await take(session, "members", MEMBERS)
        await self.told(session, "1,100,,")
        assert len(await self.told(session, *goods)) == 2
