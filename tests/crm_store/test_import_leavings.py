"""What people and programs leave in a file: read as it was meant, or refused with the reason."""

import io
from datetime import date
from typing import Any, ClassVar

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from crm_store.importing import as_rows, cells, figures, order_rows, read_file, read_part
from crm_store.labels import label
from crm_store.language import Language


class TestNumbersWithAZeroInFront:
    @pytest.mark.parametrize("cell", ["0,125", "0,500", "00,125", "0,125,000", "0.125.000", "0 125", "0'125", "¥0,125"])
    def test_are_no_thousands(self, cell: str) -> None:
        with pytest.raises(ValueError, match="mark_unclear"):
            figures.money(cell)

    @pytest.mark.parametrize("cell", ["0,500", "0,125,000"])
    def test_nor_as_a_quantity(self, cell: str) -> None:
        with pytest.raises(ValueError, match="mark_unclear"):
            figures.quantity(cell)

    @pytest.mark.parametrize(("cell", "minor"), [("0,12", 12), ("0.5", 50), ("1,234", 123400), ("10,000.5", 1000050)])
    def test_what_has_one_reading_is_read(self, cell: str, minor: int) -> None:
        assert figures.money(cell) == minor

    def test_both_readings_are_told(self) -> None:
        for language in Language:
            told = label("import_refusal", "mark_unclear", language)
            assert "0.125" in told
            assert "125" in told.replace("0.125", "").replace("0,125", "")


class TestKeys:
    @pytest.mark.parametrize(
        "cell", ["N/A", "n/a", "NULL", "null", "nan", "NaN", "none", "None", "无", "無", "undefined"]
    )
    @pytest.mark.parametrize("parse", [cells.code(20), cells.reference(80)])
    def test_nothing_is_no_key(self, parse: cells.Parser, cell: str) -> None:
        with pytest.raises(ValueError, match="placeholder"):
            parse(cell)

    @pytest.mark.parametrize("cell", ["N/A", "NULL", "NaN", "#N/A"])
    @pytest.mark.parametrize("parse", [cells.name(80), cells.full_name(80)])
    def test_nor_a_name(self, parse: cells.Parser, cell: str) -> None:
        with pytest.raises(ValueError, match="not_a_name"):
            parse(cell)

    @pytest.mark.parametrize("cell", ["Null", "Nan", "Na", "娜"])
    def test_people_are_called_so(self, cell: str) -> None:
        assert cells.name(80)(cell) == cell

    @pytest.mark.parametrize("cell", ["NA-1", "NULL7", "NANO", "TOTAL-1", "SUM-20", "Totality", "Notebook", "total_3"])
    def test_numbers_that_only_begin_so_are_taken(self, cell: str) -> None:
        assert cells.code(20)(cell) == cell

    @pytest.mark.parametrize(
        ("cell", "plain"), [("Ｔ１", "T1"), ("ＨＫ３０－１", "HK30-1"), ("ｶﾞ1", "ガ1"), ("会员1", "会员1"), ("①0", "①0")]
    )
    def test_full_width_is_the_same_number(self, cell: str, plain: str) -> None:
        assert cells.code(20)(cell) == plain
        assert cells.reference(20)(cell) == plain

    @pytest.mark.parametrize(
        "cell", ["备注：老客户", "備註", "制表人", "製表人：王三", "导出时间:2026-11-28", "平均", "审核", "Notes: x"]
    )
    def test_the_foot_of_a_table_is_no_member(self, cell: str) -> None:
        with pytest.raises(ValueError, match="foot_of_table"):
            cells.code(80)(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "zhou@example.com\u200b",
        "\ufeffzhou@example.com",
        "zhou\u200d@example.com",
        "mailto:zhou@example.com",
        "MAILTO: zhou@example.com",
        "'zhou@example.com",
        "ｚhou@example．com",
    ],
)
def test_an_address_is_kept_without_what_copying_left(cell: str) -> None:
    assert cells.email(cell) == "zhou@example.com"


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\ufeff", "\u2066", "\u00ad"])
def test_names_lose_signs_that_nobody_sees(sign: str) -> None:
    row = {"member_number": "T1", "name": f"{sign}张{sign}三{sign}", "preferred_name": f"{sign}三{sign}哥"}
    ((_, values),) = read_part("members", as_rows([row])).rows
    assert (cells.name(80)(row["name"]), values["preferred_name"]) == ("张三", "三哥")
    assert values["name"] == "张三"


def told(kind: str, *rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    report = read_part(kind, as_rows(rows, first_line=2)).report
    return [(each.line, each.value, each.reason_code) for each in report.refused]


class TestOneNumberInOneFile:
    FIRST: ClassVar = {"member_number": "D1", "name": "张三", "phone": "13922220001"}

    @pytest.mark.parametrize("number", ["D1", "d1", "Ｄ１"])
    def test_two_people_are_not_made_one(self, number: str) -> None:
        second = {"member_number": number, "name": "李四", "phone": "13922220002"}
        ((line, value, reason),) = told("members", self.FIRST, {"member_number": "D2"}, second)
        assert (line, value[2:], reason) == (4, " (2)", "number_of_two_people")

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"name": "李一", "phone": "13912340003"}, {"name": "王二"}),
            ({"name": "李一"}, {"name": "王二", "email": "w@example.com"}),
            ({"name": "李一"}, {"name": "王二"}),
            ({"name": "李一"}, {"name": "李二"}),
            ({"name": "陳美玲"}, {"family_name": "陳", "given_name": "美華"}),
            ({"name": "Mary Lee", "email": "m@example.com"}, {"name": "Mary Smith"}),
        ],
    )
    def test_nor_where_one_has_no_contact(self, first: dict[str, str], second: dict[str, str]) -> None:
        number = {"member_number": "AN6"}
        assert told("members", number | first, number | second) == [(3, "AN6 (2)", "number_of_two_people")]
        told_apart = told("members", number | first, number | {"language": "en"}, number | first, number | second)
        assert told_apart == [(5, "AN6 (2)", "number_of_two_people")]

    def test_a_name_that_came_after_the_first_row_counts(self) -> None:
        number = {"member_number": "AN7"}
        rows = [{"phone": "13912340003"}, {"name": "李一"}, {"name": "王二"}]
        assert told("members", *(number | row for row in rows)) == [(4, "AN7 (2)", "number_of_two_people")]
        rows[2] = {"name": "王二", "phone": "13912340003"}
        assert not told("members", *(number | row for row in rows))

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"name": "李一"}, {"name": "李一", "phone": "13912340003"}),
            ({"family_name": "李"}, {"given_name": "一"}),
            ({"name": "Mary"}, {"name": "Mary Lee"}),
        ],
    )
    def test_more_of_a_name_is_no_other_one(self, first: dict[str, str], second: dict[str, str]) -> None:
        assert not told("members", {"member_number": "AN8"} | first, {"member_number": "AN8"} | second)

    @pytest.mark.parametrize(
        "second",
        [
            {"name": "张三", "phone": "13922220002"},
            {"name": "張 三", "phone": "13922220002"},
            {"family_name": "张", "given_name": "三", "phone": "13922220002"},
            {"name": "张三丰", "phone": "+86 139 2222 0001"},
            {"name": "张三丰"},
            {"phone": "13922220002"},
        ],
    )
    def test_news_of_one_person_are_taken(self, second: dict[str, str]) -> None:
        assert told("members", self.FIRST, {"member_number": "D1"} | second) == []


def noted(data: bytes, kind: str) -> tuple[list[int], list[tuple[int, str]]]:
    table = read_file(data, kind)
    return [row.line for row in table.rows], [(note.line, note.reason_code) for note in table.notes]


class TestSheets:
    @pytest.mark.parametrize("again", ["会员编号,姓名", "\ufeff会员编号,姓名", "会员编号 , 姓名"])
    def test_a_header_in_the_middle_is_passed_over(self, again: str) -> None:
        text = f"会员编号,姓名\nT4,李四\n{again}\nT5,李五\n"
        assert noted(text.encode(), "members") == ([2, 4], [(3, "header_again")])

    def test_so_it_is_in_a_workbook_and_hidden_rows_are_told(self) -> None:
        book = Workbook()
        page = book.active
        assert page is not None
        for row in (("会员编号", "姓名"), ("T1", "李一"), ("会员编号", "姓名"), ("T2", "李二"), ("T3", "李三")):
            page.append(row)
        page.row_dimensions[4].hidden = True
        data = io.BytesIO()
        book.save(data)
        assert noted(data.getvalue(), "members") == ([2, 4, 5], [(3, "header_again"), (4, "hidden_row")])

    @pytest.mark.parametrize("cell", [29221, 29221.0, date(1984, 1, 2)])
    def test_days_counted_from_1904(self, cell: object) -> None:
        book = Workbook()
        book.epoch = CALENDAR_MAC_1904
        page = book.active
        assert page is not None
        for row in (("会员编号", "生日"), ("29221", cell)):
            page.append(row)
        data = io.BytesIO()
        book.save(data)
        table = read_file(data.getvalue(), "members")
        ((_, values),) = read_part("members", table.rows, table.layout).rows
        assert (values["member_number"], values["birthday"]) == ("29221", date(1984, 1, 2))


class TestMomentsInTurn:
    ORDER: ClassVar = {
        "order_number": "L1",
        "member_number": "T1",
        "placed_at": "2026-10-10 15:00",
        "sku": "X",
        "price": "10",
    }

    @pytest.mark.parametrize(
        "column", ["paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at", "refunded_at"]
    )
    def test_nothing_happens_before_the_order(self, column: str) -> None:
        rows = [values for _, values in read_part("orders", as_rows([self.ORDER | {column: "2026-10-09"}])).rows]
        (refusal,) = order_rows.agree(rows)
        assert refusal is not None
        assert (refusal.column, refusal.value, refusal.reason_code) == (column, "2026-10-09", "before_what_comes_first")

    def test_nor_arrives_before_it_left(self) -> None:
        row = self.ORDER | {"shipped_at": "2026-10-13", "delivered_at": "2026-10-12"}
        (refusal,) = order_rows.agree([values for _, values in read_part("orders", as_rows([row])).rows])
        assert refusal is not None
        assert (refusal.column, refusal.reason_code) == ("delivered_at", "before_what_comes_first")

    def test_a_bare_day_is_no_hour(self) -> None:
        row = self.ORDER | {"paid_at": "2026-10-10", "shipped_at": "2026-10-11 18:00", "delivered_at": "2026-10-11"}
        assert order_rows.agree([values for _, values in read_part("orders", as_rows([row])).rows]) == [None]
