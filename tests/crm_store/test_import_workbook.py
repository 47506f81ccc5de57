"""Workbooks: typed cells read as they would be typed, what lost digits refused, broken and huge ones turned away."""

import io
import random
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import importing, members, orders
from crm_store.importing import FileUnreadable, ImportReport, read_file, workbook


def saved(
    *rows: list[Any], sheets: dict[str, list[list[Any]]] | None = None, forms: dict[str, str] | None = None
) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for cell, form in (forms or {}).items():
        page[cell].number_format = form
    for name, more in (sheets or {}).items():
        other = book.create_sheet(name)
        for row in more:
            other.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


async def take(session: AsyncSession, kind: str, data: bytes, **how: Any) -> ImportReport:
    table = read_file(data, kind, **how)
    return await importing.import_rows(session, kind, table.rows, source="shop.xlsx", layout=table.layout)


def reason(data: bytes, **how: Any) -> str:
    with pytest.raises(FileUnreadable) as refusal:
        read_file(data, "members", **how)
    return refusal.value.reason_code


HEADER = ["会员号", "姓名", "手机号", "生日", "入会时间", "接收优惠"]


class TestCells:
    async def test_each_type_of_cell(self, session: AsyncSession) -> None:
        data = saved(
            HEADER,
            [300001, "林晓月", 13812345678, date(1990, 3, 8), datetime.fromisoformat("2025-06-01 14:30"), True],
            [],
            ["HK2", "陈美玲", 912345678, datetime.fromisoformat("1985-12-01"), None, False],
            forms={"C4": "0000000000"},
        )
        report = await take(session, "members", data)
        assert (report.created, report.refused) == (2, [])
        lin, chen = [await members.by_number(session, number) for number in ("300001", "HK2")]
        assert lin is not None
        assert chen is not None
        assert (lin.phone, lin.birthday, lin.marketing_consent) == ("13812345678", date(1990, 3, 8), True)
        assert lin.joined_at == datetime(2025, 6, 1, 6, 30, tzinfo=UTC)
        assert (chen.phone, chen.birthday) == ("0912345678", date(1985, 12, 1))

    async def test_a_number_that_lost_digits_is_refused_and_its_row_named(self, session: AsyncSession) -> None:
        data = saved(["会员号", "姓名"], ["HK1", "A"], [], [1234567890123456789, "B"])
        report = await take(session, "members", data)
        assert [(refusal.line, refusal.column, refusal.reason_code) for refusal in report.refused] == [
            (4, "member_number", "digits_lost")
        ]

    async def test_amounts_keep_their_hundredths(self, session: AsyncSession) -> None:
        await take(session, "members", saved(["会员号", "姓名"], ["HK1", "A"]))
        data = saved(
            ["订单号", "会员号", "下单时间", "货号", "商品", "数量", "单价"],
            ["O1", "HK1", datetime.fromisoformat("2026-10-01 09:00"), "A1", "杯", 3, 0.1 + 0.2],
            ["O2", "HK1", datetime.fromisoformat("2026-10-01 09:00"), "A1", "杯", 1.5, 20],
        )
        report = await take(session, "orders", data)
        assert [(refusal.line, refusal.reason_code) for refusal in report.refused] == [(3, "not_a_whole_number")]
        order = await orders.by_number(session, "O1")
        assert order is not None
        assert order.total_minor == 90

    async def test_an_error_of_the_spreadsheet_is_no_data(self, session: AsyncSession) -> None:
        report = await take(session, "members", saved(["会员号", "姓名"], ["HK1", "#REF!"]))
        assert [refusal.reason_code for refusal in report.refused] == ["spreadsheet_error"]

    def test_cells_beyond_the_header_are_handed_on(self) -> None:
        table = read_file(saved(["会员号", "姓名"], ["HK1", "A", "and more"]), "members")
        assert table.rows[0].cells["…"] == ["and more"]


class TestShown:
    """What the shop sees in a cell is what is read, or the cell is refused."""

    @pytest.mark.parametrize(
        ("value", "form", "shown"),
        [
            (1042, '"TW"000000', "TW001042"),
            (1042, r"\V\I\P0000", "VIP1042"),
            (223344556, "00-0000-0000", "02-2334-4556"),
            (1042, "000000_ ;[Red]-000000", "001042"),
            (2500, '"HK$"#,##0.00', "HK$2500"),
            (19.9, "[$£-809]#,##0.00", "£19.9"),
            (19.9, "#,##0.00 [$€-40C]", "19.9 €"),
            (88, '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "¥88"),
            (-88, "#,##0_);(#,##0)", "-88"),
            (1.5, "0", "1.5"),
            (202511000000000, "0.00E+00", "202511000000000"),
            ("300", '"HK"@', "HK300"),
            ("小雨", "_ @_ ", "小雨"),
        ],
    )
    def test_is_what_is_read(self, value: Any, form: str, shown: str) -> None:
        table = read_file(saved(["会员号", "称呼"], ["HK1", value], forms={"B2": form}), "members")
        assert table.rows[0].cells["称呼"] == shown

    @pytest.mark.parametrize(
        ("value", "form"),
        [(0.25, "0%"), (18000, "#,##0,"), (0.5, "# ?/?"), (7, "[<10]000;0"), (7, ";;;"), (7, "[DBNum1]0"), (-7, "0;0")],
    )
    async def test_another_thing_than_the_number_is_refused(self, session: AsyncSession, value: Any, form: str) -> None:
        data = saved(["会员号", "称呼"], ["HK1", "A"], ["HK2", value], forms={"B3": form})
        report = await take(session, "members", data)
        assert report.created == 1
        assert [(each.line, each.column, each.value, each.reason_code) for each in report.refused] == [
            (3, "preferred_name", str(value), "shown_otherwise")
        ]

    async def test_a_price_in_a_currency_keeps_it(self, session: AsyncSession) -> None:
        await take(session, "members", saved(["会员号", "姓名"], ["HK1", "A"]))
        header = ["订单号", "会员号", "下单时间", "货号", "商品", "单价"]
        when = datetime.fromisoformat("2026-10-01 09:00")
        data = saved(header, ["O1", "HK1", when, "A1", "杯", 390], ["O2", "HK1", when, "A1", "杯", 390],
                     forms={"F2": '"NT$"#,##0', "F3": "[$$-404]#,##0"})  # fmt: skip
        report = await take(session, "orders", data)
        order = await orders.by_number(session, "O1")
        assert order is not None
        assert (order.currency, order.total_minor) == ("TWD", 39000)
        assert [(each.line, each.reason_code) for each in report.refused] == [(3, "currency_unclear")]


class TestFormulas:
    async def test_one_that_nobody_worked_out_is_refused_by_its_cell(self, session: AsyncSession) -> None:
        data = saved(["会员号", "姓名", "手机号"], ["HK1", "A", None], ["HK2", "B", '="138"&"12345678"'])
        report = await take(session, "members", data)
        assert report.created == 1
        assert [(each.line, each.column, each.value, each.reason_code) for each in report.refused] == [
            (3, "phone", '="138"&"12345678"', "formula_not_computed")
        ]

    def test_one_in_a_column_of_states_or_in_the_header_stops_nothing(self) -> None:
        data = saved(["会员号", "状态", '="姓"&"名"'], ["HK1", '=IF(TRUE,"正常","")', "A"])
        table = read_file(data, "members")
        assert importing.readings(table.layout, table.rows) == []
        assert table.header[2] == '="姓"&"名"'

    def test_one_that_came_to_an_empty_text_is_an_empty_cell(self) -> None:
        cells = "<row r='1'><c r='A1' t='str'><v>会员号</v></c><c r='B1' t='str'><v>姓名</v></c></row>"
        cells += "<row r='2'><c r='A2' t='str'><v>HK1</v></c><c r='B2' t='str'><f>IF(1,\"\",2)</f><v></v></c></row>"
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        sheet = f"<worksheet xmlns='{space}'><sheetData>{cells}</sheetData></worksheet>"
        assert read_file(_with_sheet(sheet.encode()), "members").rows[0].cells == {"会员号": "HK1", "姓名": ""}


class TestSheets:
    def test_a_hidden_one_in_front_is_not_what_the_shop_sees(self) -> None:
        book = Workbook()
        hidden, shown = book.active, book.create_sheet("会员")
        assert hidden is not None
        for page, number in ((hidden, "OLD1"), (shown, "HK1")):
            page.append(["会员号", "姓名"])
            page.append([number, "A"])
        hidden.title, hidden.sheet_state = "底稿", "hidden"
        target = io.BytesIO()
        book.active = 1
        book.save(target)
        data = target.getvalue()
        assert [row.cells["会员号"] for row in read_file(data, "members").rows] == ["HK1"]
        assert [row.cells["会员号"] for row in read_file(data, "members", sheet="底稿").rows] == ["OLD1"]
        assert workbook.sheet_names(data) == ("会员", "底稿")

    def test_a_chart_in_front_is_passed_over(self) -> None:
        book = Workbook()
        page = book.active
        assert page is not None
        page.append(["会员号", "姓名"])
        page.append(["HK1", "A"])
        chart = BarChart()
        chart.add_data(Reference(page, min_col=1, min_row=1, max_row=2))
        book.create_chartsheet("图", 0).add_chart(chart)
        target = io.BytesIO()
        book.save(target)
        assert len(read_file(target.getvalue(), "members").rows) == 1

    def test_the_first_or_the_named_one(self) -> None:
        data = saved(
            ["会员号", "姓名"], ["HK1", "A"], sheets={"老会员": [["会员号", "姓名"], ["HK8", "B"], ["HK9", "C"]]}
        )
        assert len(read_file(data, "members").rows) == 1
        assert [row.cells["会员号"] for row in read_file(data, "members", sheet="老会员").rows] == ["HK8", "HK9"]

    def test_one_that_is_not_there(self) -> None:
        data = saved(["会员号", "姓名"], sheets={"老会员": []})
        with pytest.raises(FileUnreadable) as refusal:
            read_file(data, "members", sheet="新会员")
        assert (refusal.value.reason_code, refusal.value.columns) == ("no_such_sheet", ("Sheet", "老会员"))

    def test_a_recognised_export(self) -> None:
        table = read_file(saved(["买家会员名", "联系手机"], ["小兔子", 13812345678]), "members")
        assert isinstance(table.layout, importing.Mapped)
        assert table.layout.mapping.source.startswith("淘宝")

    def test_an_empty_one(self) -> None:
        assert reason(saved()) == "empty"
        assert reason(saved(["姓名"], ["A"])) == "missing_columns"


class TestBroken:
    def test_no_workbook_at_all(self) -> None:
        assert reason(b"PK\x03\x04 and then nothing") == "broken_workbook"
        assert reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_workbook"

    def test_another_packed_file(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as packed:
            packed.writestr("word/document.xml", "<w/>")
        assert reason(target.getvalue()) == "text_document"

    @pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
    def test_one_cut_short(self, part: float) -> None:
        whole = saved(["会员号", "姓名"], *[[f"HK{number}", "A"] for number in range(200)])
        assert reason(whole[: int(len(whole) * part)]) == "broken_workbook"

    def test_a_damaged_sheet(self) -> None:
        assert reason(_with_sheet(b"<worksheet><sheetData><row><c t='n'><v>1</v></row>")) == "broken_workbook"

    def test_definitions_of_its_own(self) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
        assert reason(_with_sheet(bomb)) == "broken_workbook"

    def test_what_unpacks_to_far_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "LARGEST_UNPACKED_BYTES", 20_000_000)
        packed = _with_sheet(b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>")
        assert len(packed) < 100_000
        assert reason(packed) == "too_large"

    @pytest.mark.parametrize("filling", [b"0", b" ", b"<c/>"])
    def test_a_small_file_that_is_far_larger_unpacked(self, filling: bytes) -> None:
        row = b"<row>" + filling * (40_000_000 // len(filling)) + b"</row>"
        packed = _with_sheet(b"<worksheet><sheetData>" + row + b"</sheetData></worksheet>")
        assert len(packed) < 200_000
        assert reason(packed) == "no_table_inside"

    def test_a_text_without_an_end(self) -> None:
        text = random.Random(7).randbytes(2_000_000).hex().encode()
        assert reason(_with_sheet(b"<worksheet><c><v>" + text + b"</v></c></worksheet>")) == "no_table_inside"

    def test_too_large_a_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "LARGEST_BYTES", 100)
        assert reason(saved(["会员号", "姓名"])) == "too_large"


def _with_sheet(content: bytes) -> bytes:
    """A workbook whose first sheet is this."""
    source, target = zipfile.ZipFile(io.BytesIO(saved(["会员号", "姓名"], ["HK1", "A"]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, content if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return target.getvalue()
