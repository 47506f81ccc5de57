"""Rows of one order: what they say together, what is refused because they contradict each other, and that a repeat
changes nothing."""

import time
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, orders
from crm_store.db import Database
from crm_store.importing import ImportKind, ImportReport, as_rows, import_rows, parts, read_file, read_part, take_part
from crm_store.labels import label
from crm_store.language import Language
from crm_store.orders import Order, OrderStatus

pytestmark = pytest.mark.usefixtures("frozen_clock")
HEADED = {"order_number": "B-1", "member_number": "HK1", "placed_at": "2026-11-01"}
HEAD = "order_number,member_number,placed_at,sku,product_name,price"


@pytest.fixture(autouse=True)
async def buyer(session: AsyncSession) -> None:
    await members.create(session, number="HK1", family_name="Baker", given_name="Sam")


async def take(session: AsyncSession, *rows: dict[str, Any]) -> ImportReport:
    whole = [HEADED | row for row in rows]
    return await import_rows(session, "orders", as_rows(whole), source="shop.csv")


async def found(session: AsyncSession, number: str = "B-1") -> Order:
    order = await orders.by_number(session, number)
    assert order is not None
    return order


def line(sku: str, price: str = "10", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "product_name": sku.title(), "price": price, **more}


def sums(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def reasons(report: ImportReport) -> set[tuple[str, str]]:
    return {(refusal.column, refusal.reason_code) for refusal in report.refused}


class TestOneMind:
    @pytest.mark.parametrize(
        ("column", "said"),
        [
            ("currency", ("SGD", "HKD")),
            ("total", ("25", "26")),
            ("shipping", ("5", "6")),
            ("recipient", ("Ann", "Bob")),
            ("address", ("1 High Street", "2 High Street")),
            ("placed_at", ("2026-11-01", "2026-11-02")),
            ("paid_at", ("2026-11-01", "2026-11-02")),
            ("member_number", ("HK1", "HK2")),
        ],
    )
    async def test_rows_that_contradict_each_other_are_all_refused(
        self, session: AsyncSession, column: str, said: tuple[str, str]
    ) -> None:
        report = await take(session, line("CAP") | {column: said[0]}, line("BAG") | {column: said[1]})
        assert (sums(report), reasons(report)) == ((0, 0, 0, 2), {(column, "order_rows_differ")})
        assert await orders.by_number(session, "B-1") is None

    async def test_other_orders_are_taken(self, session: AsyncSession) -> None:
        wrong = [line("CAP", total="25"), line("BAG", total="26")]
        report = await take(session, *wrong, line("CAP", order_number="B-2"), line("BAG", order_number="B-2"))
        assert sums(report) == (1, 1, 0, 2)

    async def test_spellings_of_one_number_are_one(self, session: AsyncSession) -> None:
        phones = ("138 1111 2001", "+86 138-1111-2001")
        report = await take(
            session,
            *(line(sku, recipient_phone=phone) for sku, phone in zip(("CAP", "BAG"), phones, strict=True)),
            line("MUG", member_number="hk1"),
        )
        assert sums(report) == (1, 2, 0, 0)

    @pytest.mark.parametrize("twice", ["price", "quantity"])
    async def test_the_same_goods_in_another_state_and_of_another_price_could_be_two_lines(
        self, session: AsyncSession, twice: str
    ) -> None:
        report = await take(session, line("CAP", status="paid"), line("CAP", status="shipped") | {twice: "3"})
        assert reasons(report) == {(twice, "order_rows_differ")}

    async def test_one_place_for_two_goods_loses_neither(self, session: AsyncSession) -> None:
        report = await take(session, line("CAP", line=1), line("BAG", line=1))
        assert reasons(report) == {("sku", "order_rows_differ")}
        assert reasons(await take(session, line("CAP", line=1), line("CAP"))) == {("line", "order_rows_differ")}

    async def test_goods_that_leave_apart_have_left_with_the_last(self, session: AsyncSession) -> None:
        rows = [line(sku, status="shipped", shipped_at=f"2026-11-0{day}") for sku, day in (("A", 5), ("B", 3))]
        assert sums(await take(session, *rows)) == (1, 1, 0, 0)
        assert str((await found(session)).shipped_at).startswith("2026-11-04 16:00")
        assert sums(await take(session, *rows)) == (0, 0, 2, 0)


class TestMinorUnits:
    @pytest.mark.parametrize("currency", ["JPY", "KRW", "VND"])
    @pytest.mark.parametrize("column", ["price", "shipping", "discount", "total"])
    async def test_a_currency_without_hundredths_has_none(
        self, session: AsyncSession, currency: str, column: str
    ) -> None:
        report = await take(session, line("CAP", "1280", currency=currency) | {column: "1280.50"})
        assert reasons(report) == {(column, "no_minor_units")}
        assert report.refused[0].value == "1280.50"
        assert await orders.by_number(session, "B-1") is None

    async def test_zeros_behind_the_point_are_no_hundredths(self, session: AsyncSession) -> None:
        assert sums(await take(session, line("CAP", "1280.00", currency="JPY", shipping="300"))) == (1, 0, 0, 0)

    @pytest.mark.parametrize("currency", ["CNY", "TWD", "HKD", "USD"])
    async def test_others_have_them(self, session: AsyncSession, currency: str) -> None:
        assert sums(await take(session, line("CAP", "12.50", currency=currency))) == (1, 0, 0, 0)

    async def test_the_currency_may_stand_in_another_row(self, session: AsyncSession) -> None:
        report = await take(session, line("CAP", "1280", currency="JPY"), line("BAG", "12.50"))
        assert reasons(report) == {("price", "no_minor_units")}

    async def test_or_be_known_already(self, session: AsyncSession) -> None:
        await take(session, line("CAP", "1280", currency="JPY"))
        assert reasons(await take(session, line("CAP", "12.50"))) == {("price", "no_minor_units")}


class TestReduction:
    async def test_of_more_than_the_order_is_noted(self, session: AsyncSession) -> None:
        report = await take(session, line("CAP", "10", quantity="2", shipping="5", discount="25.01"))
        noted = [(note.line, note.column, note.value, note.reason_code) for note in report.notes]
        assert noted == [(1, "discount", "25.01", "discount_above_order")]
        assert (sums(report), (await found(session)).total_minor) == ((1, 0, 0, 0), 0)
        assert all(label("import_note", "discount_above_order", language) for language in Language)

    async def test_of_all_of_it_is_not(self, session: AsyncSession) -> None:
        assert not (await take(session, line("CAP", "10", quantity="2", shipping="5", discount="25"))).notes

    async def test_told_of_an_order_that_is_known(self, session: AsyncSession) -> None:
        await take(session, line("CAP", "10"))
        report = await take(session, line("CAP", "10", discount="11"))
        assert [note.reason_code for note in report.notes] == ["discount_above_order"]
        assert not (await take(session, line("BAG", "10", discount="15"))).notes

    async def test_taken_again_after_a_rollback_it_is_noted_once_more(self, session: AsyncSession) -> None:
        part = read_part("orders", as_rows([HEADED | line("CAP", "10", discount="11"), HEADED | line("MUG", "0")]))
        for _ in range(2):
            async with session.begin_nested() as attempt:
                report = await take_part(session, part, source="shop.csv")
                await attempt.rollback()
            assert (len(report.refused), len(report.notes)) == (0, 1)

    async def test_many_orders_at_once_are_noted_each(self, session: AsyncSession) -> None:
        rows = [line("CAP", "10", discount=told, order_number=f"C-{told}") for told in ("9", "11", "12")]
        assert [note.line for note in (await take(session, *rows)).notes] == [2, 3]


class TestCurrency:
    @pytest.mark.parametrize(
        "rows",
        [
            (line("CAP", "HK$10"), line("BAG", "¥10")),
            (line("CAP", "£10"), line("BAG", "10")),
            (line("CAP", "10", currency="EUR"), line("BAG", "US$10")),
            (line("CAP", "10", currency="EUR"), line("BAG", "10元")),
        ],
    )
    async def test_amounts_of_two_currencies_are_never_added(
        self, session: AsyncSession, rows: tuple[dict[str, Any], ...]
    ) -> None:
        report = await take(session, *rows)
        assert sums(report) == (0, 0, 0, 2)
        assert {reason for _, reason in reasons(report)} <= {"other_currency", "order_rows_differ"}

    async def test_an_amount_without_a_sign_beside_a_foreign_one_is_refused(self, session: AsyncSession) -> None:
        assert reasons(await take(session, line("CAP", "10", shipping="£6"))) == {("price", "other_currency")}
        assert sums(await take(session, line("CAP", "£10", shipping="0"))) == (1, 0, 0, 0)

    async def test_said_once_in_its_column_it_is_meant_for_all(self, session: AsyncSession) -> None:
        await take(session, line("CAP", "10", currency="EUR"), line("BAG", "€5"), line("MUG", "2"))
        assert ((await found(session)).currency, (await found(session)).total_minor) == ("EUR", 17_00)

    @pytest.mark.parametrize("later", [line("CAP", currency="EUR"), line("CAP", "€10"), line("CAP", "¥10")])
    async def test_a_later_file_turns_no_money_into_another(self, session: AsyncSession, later: dict[str, Any]) -> None:
        await take(session, line("CAP", currency="HKD"))
        assert {reason for _, reason in reasons(await take(session, later))} == {"other_currency"}
        assert ((await found(session)).currency, (await found(session)).total_minor) == ("HKD", 10_00)
        assert sums(await take(session, line("CAP"))) == (0, 0, 1, 0)


class TestNothingLost:
    @pytest.mark.parametrize("once", [{"total": "20"}, {"shipping": "0"}, {"status": "paid"}, {"recipient": "Ann"}])
    async def test_the_same_goods_twice_with_a_cell_on_the_first_row_only(
        self, session: AsyncSession, once: dict[str, str]
    ) -> None:
        rows = [line("CAP", **once), line("CAP", **dict.fromkeys(once, ""))]
        assert sums(await take(session, *rows)) == (1, 1, 0, 0)
        assert len((await found(session)).lines) == 2
        assert (await found(session)).total_minor == 20_00
        assert sums(await take(session, *rows)) == (0, 0, 2, 0)

    async def test_rows_of_one_order_far_apart_in_a_file(self, session: AsyncSession) -> None:
        other = [f"C-{number},HK1,2026-11-01,CAP,Cap,10" for number in range(30)]
        text = "\n".join([HEAD, "B-1,HK1,2026-11-01,CAP,Cap,10", *other, "B-1,HK1,2026-11-01,CAP,Cap,10"])
        for expected in ((31, 1, 0, 0), (0, 0, 32, 0)):
            table, total = read_file(text.encode(), "orders"), ImportReport()
            for rows in parts(ImportKind.ORDERS, table.rows, 10, table.layout):
                total.add(await import_rows(session, "orders", rows, source="x", layout=table.layout))
            assert sums(total) == expected
        assert [each.sku for each in (await found(session)).lines] == ["CAP", "CAP"]
        assert (await found(session)).total_minor == 20_00


class TestTotal:
    async def test_a_total_told_once_is_the_order_s(self, session: AsyncSession) -> None:
        rows = [line("CAP", total="25"), line("BAG", "20", total="")]
        await take(session, *rows)
        assert (await found(session)).total_minor == 25_00
        assert sums(await take(session, *rows)) == (0, 0, 2, 0)

    async def test_a_later_file_without_it_leaves_it(self, session: AsyncSession) -> None:
        await take(session, line("CAP", total="8"), line("BAG", "20", total="8"))
        await take(session, line("CAP", status="shipped"), line("BAG", "20", status="shipped"))
        assert ((await found(session)).total_minor, (await found(session)).status) == (8_00, OrderStatus.SHIPPED)

    async def test_one_that_nobody_told_follows_the_lines(self, session: AsyncSession) -> None:
        await take(session, line("CAP"))
        await take(session, line("BAG", "20", shipping="5"))
        assert (await found(session)).total_minor == 35_00


class TestMoreThanCanBeKept:
    """Both databases refuse it, and keep nothing of it."""

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            ([line("pot", "20000000", quantity="200")], ("quantity", "too_large")),
            ([line("pot", "20000000"), line("pan", "20000000")], ("price", "order_too_large")),
            ([line("pot", "21474836"), line("pan", "1", shipping="30")], ("price", "order_too_large")),
        ],
    )
    async def test_an_order_is_refused_with_the_reason(
        self, session: AsyncSession, rows: list[dict[str, Any]], why: tuple[str, str]
    ) -> None:
        report = await take(session, *rows)
        assert why in reasons(report)
        assert report.created == 0
        assert await orders.by_number(session, "B-1") is None

    async def test_a_later_row_that_makes_it_so_changes_nothing(self, session: AsyncSession) -> None:
        await take(session, line("pot", "20000000"))
        report = await take(session, line("pan", "20000000"))
        assert reasons(report) == {("price", "order_too_large")}
        order = await found(session)
        assert (order.total_minor, [each.sku for each in order.lines]) == (2_000_000_000, ["pot"])

    async def test_the_largest_is_taken(self, session: AsyncSession) -> None:
        report = await take(session, line("pot", "21474836", shipping="0.47"))
        assert sums(report) == (1, 0, 0, 0)
        assert (await found(session)).total_minor == 2**31 - 1


@pytest.mark.parametrize("column", ["recipient", "currency", "status"])
async def test_a_thousand_rows_of_one_order_ask_the_database_a_few_times(
    session: AsyncSession, database: Database, column: str
) -> None:
    words = {"currency": ("CNY", "HKD"), "recipient": ("Ann", "Bob"), "status": ("paid", "shipped")}[column]
    rows = [line(f"S{number}", **{column: words[number % 2]}) for number in range(1000)]
    asked: list[str] = []

    def note(*statement: Any) -> None:
        asked.append(statement[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    begun = time.process_time()
    try:
        report = await take(session, *rows)
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(report.refused) == (0 if column == "status" else 1000)
    # New lines are written one by one; what there is already is read once and not for each of them.
    assert len(asked) < (1100 if column == "status" else 10)
    assert time.process_time() - begun < 10
