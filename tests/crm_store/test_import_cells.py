"""Cells of an import: what a spreadsheet made of a number or a day is read in the one way it can mean, or refused."""

from datetime import UTC, date, datetime

import pytest

from crm_store.importing import KnownCells, Row, cells, days, figures, layout
from crm_store.importing.columns import TRIED_CELLS
from crm_store.importing.days import DateOrder, dates_in


class TestNumbersThatAreNames:
    @pytest.mark.parametrize(
        "cell",
        ["8.61381E+12", "1.38E+10", "2.02511E+15", "1E+22", "１.３８Ｅ＋１０", "1,38E+10", "300001.0", "300001,00"],
    )
    @pytest.mark.parametrize("parse", [cells.code(40), cells.phone])
    def test_shortened_by_a_spreadsheet_is_refused(self, parse: cells.Parser, cell: str) -> None:
        with pytest.raises(ValueError, match="digits_lost"):
            parse(cell)

    @pytest.mark.parametrize(
        "cell", ["12E4", "E5", "1E10", "300001", "A-10.0", "0012", "2.5", "SF1029384756", "20251101-0001"]
    )
    def test_a_number_of_an_article_is_left_alone(self, cell: str) -> None:
        assert cells.code(40)(cell) == cell

    @pytest.mark.parametrize("cell", ["合计：1", "合計", "總計", "Total", "Grand total", "小计:"])
    def test_a_row_of_totals_is_no_member(self, cell: str) -> None:
        with pytest.raises(ValueError, match="row_of_totals"):
            cells.code(40)(cell.replace(" ", "_") if " " in cell else cell)

    def test_a_phone_in_full_width_digits_is_kept_in_half_width(self) -> None:
        assert cells.phone("１３８１１１１２００１") == "13811112001"


class TestMoney:
    @pytest.mark.parametrize(
        ("cell", "minor"),
        [
            ("128.50", 128_50),
            ("128,50", 128_50),
            ("128,5", 128_50),
            ("6,00", 6_00),
            ("¥1,280.50", 1280_50),
            ("1.280,50", 1280_50),
            ("1.280.500", 1_280_500_00),
            ("12,850", 12_850_00),
            ("1 280,50 €", 1280_50),
            ("1'280.50", 1280_50),
            ("128.5000", 128_50),
            ("399元", 399_00),
            ("NT$1,280", 1280_00),
            ("１２８．５０", 128_50),
            ("0", 0),
        ],
    )
    def test_read_as_its_writer_meant_it(self, cell: str, minor: int) -> None:
        assert figures.money(cell) == minor

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("1.280", "not_an_amount"),
            ("35.001", "not_an_amount"),
            ("12,8500", "not_an_amount"),
            ("1,28,50", "not_an_amount"),
            ("1.2E+05", "digits_lost"),
            ("-3", "too_small"),
            ("free", "not_an_amount"),
            ("", "not_an_amount"),
            ("9" * 100_000, "too_large"),
        ],
    )
    def test_what_has_two_readings_or_none_is_refused(self, cell: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            figures.money(cell)


class TestWholeNumbers:
    @pytest.mark.parametrize(
        ("cell", "number"), [("1,600", 1600), ("1600.0", 1600), ("-500", -500), ("１６００", 1600)]
    )
    def test_taken(self, cell: str, number: int) -> None:
        assert figures.points(cell) == number

    @pytest.mark.parametrize("cell", ["1,5", "12,50", "1.600", "1.000", "1,60,0", "1.6", "many"])
    def test_decimals_never_become_thousands(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not_a_whole_number"):
            figures.points(cell)


class TestDays:
    @pytest.mark.parametrize(
        "cell",
        [
            "2024-01-05",
            "2024/1/5",
            "2024.1.5",
            "2024年1月5日",
            "二〇二四年一月五日",
            "20240105",
            "05.01.2024",
            "5 Jan 2024",
            "5-Jan-2024",
            "January 5th, 2024",
            "45296",
            "２０２４/１/５",
        ],
    )
    def test_the_fifth_of_january(self, cell: str) -> None:
        assert days.day(cell) == date(2024, 1, 5)

    def test_day_or_month_first_is_asked_unless_it_is_plain(self) -> None:
        with pytest.raises(ValueError, match="ambiguous_date"):
            days.day("05/01/2024")
        assert days.day("25/01/2024") == days.day("01/25/2024") == date(2024, 1, 25)
        with dates_in(DateOrder.DAY_FIRST):
            assert days.day("05/01/2024") == date(2024, 1, 5)
        with dates_in(DateOrder.MONTH_FIRST):
            assert days.day("05/01/2024") == date(2024, 5, 1)

    @pytest.mark.parametrize("cell", ["31.02.2024", "12345", "99999", "2024", "tomorrow", "5 Foo 2024"])
    def test_no_day(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not_a_date"):
            days.day(cell)

    @pytest.mark.parametrize(
        "cell",
        [
            "2024-01-05 15:00",
            "2024/1/5 15:00:00",
            "2024年1月5日 下午3:00",
            "2024年1月5日15时",
            "2024-1-5 3:00 PM",
            "05.01.2024 15:00",
            "45296.625",
            "2024-01-05T15:00+08:00",
            "2024-01-05T07:00:00Z",
            "2024-01-05 15:00:00.000",
        ],
    )
    def test_three_in_the_afternoon(self, cell: str) -> None:
        assert days.moment(cell) == datetime(2024, 1, 5, 7, tzinfo=UTC)

    @pytest.mark.parametrize(
        "cell", ["2026-11-26", "2026/11/26 0:00", "2026-11-26 00:00:00", "46352", "2026/11/26 上午12:00"]
    )
    def test_the_last_day_is_a_whole_day(self, cell: str) -> None:
        assert days.last_moment(cell) == datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)

    def test_a_last_hour_is_kept(self) -> None:
        assert days.last_moment("2026-11-26 18:00") == datetime(2026, 11, 26, 10, tzinfo=UTC)


def test_an_address_of_two_lines_is_joined() -> None:
    assert cells.text(80)("中山路 5 号\n3 单元") == "中山路 5 号 3 单元"


def test_days_are_remembered_and_numbers_are_not() -> None:
    known = KnownCells()
    read = []
    columns = layout("members")
    for number in range(3 * TRIED_CELLS):
        born = f"{1950 + number % 50}-03-0{number % 7 + 1}"
        read.append(columns.read(Row(2, {"member_number": f"HK{number}", "birthday": born}), known))
    assert [each["member_number"] for each in read] == [f"HK{number}" for number in range(3 * TRIED_CELLS)]
    assert read[777]["birthday"].isoformat() == "1977-03-01"
    assert known.of("member_number") is None
    assert len(known.of("birthday") or ()) == 350
