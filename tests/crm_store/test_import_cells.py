"""Cells of an import: what a spreadsheet made of a number or a day is read in the one way it can mean, or refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_store.importing import CellRefused, KnownCells, Row, cells, days, figures, layout, read_file
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
        "cell", ["512,004", "1,234,567,890.00", "512.004,0", "####", "512004.", "5.12×10^8", "٥١٢.٠", "1.234.567"]
    )
    @pytest.mark.parametrize("parse", [cells.code(40), cells.reference(80)])
    def test_made_a_number_to_calculate_with_is_refused(self, parse: cells.Parser, cell: str) -> None:
        with pytest.raises(ValueError, match="digits_lost"):
            parse(cell)

    @pytest.mark.parametrize("cell", ["-7", "-7.5", "−12", "—", "☆☆", "..."])
    def test_nothing_is_called_so(self, cell: str) -> None:
        with pytest.raises(ValueError, match="no_code"):
            cells.code(40)(cell)

    @pytest.mark.parametrize("sent", [True, False, ["C", "D"], ("E",)])
    def test_true_false_and_lists_are_no_numbers_and_no_words(self, sent: object) -> None:
        for kind, column in (("members", "member_number"), ("members", "preferred_name"), ("points", "reference")):
            row = {"member_number": "HK1", "external_id": "1", "points": 5} | {column: sent}
            with pytest.raises(CellRefused) as refusal:
                layout(kind).read(Row(2, row))
            assert (refusal.value.column, refusal.value.reason_code) == (column, "not_a_text")

    def test_they_are_what_belongs_into_other_columns(self) -> None:
        row = {"member_number": "HK1", "marketing_consent": True, "interests": ["shoes", "coffee"]}
        read = layout("members").read(Row(2, row))
        assert (read["marketing_consent"], read["interests"]) == (True, ["shoes", "coffee"])

    @pytest.mark.parametrize(
        "cell", ["12E4", "E5", "1E10", "300001", "A-10.0", "0012", "2.5", "SF1029384756", "20251101-0001"]
    )
    def test_a_number_of_an_article_is_left_alone(self, cell: str) -> None:
        assert cells.code(40)(cell) == cell

    @pytest.mark.parametrize(
        "cell",
        [
            "5-Mar", "Mar-01", "5-Mar-26", "3月5日", "３月５日", "2026年3月5日", "2026年3月", "2026/3/5", "2026-03-05",
            "3/5/2026",
        ],
    )  # fmt: skip
    def test_a_key_that_became_a_day_is_refused(self, cell: str) -> None:
        with pytest.raises(ValueError, match="made_a_date"):
            cells.code(40)(cell)

    @pytest.mark.parametrize("cell", ["TRUE", "FALSE", "true", "False", "ＴＲＵＥ"])
    def test_a_key_that_became_true_or_false_is_refused(self, cell: str) -> None:
        with pytest.raises(ValueError, match="made_a_truth"):
            cells.code(40)(cell)

    @pytest.mark.parametrize(
        "cell", ["MAR-01", "A-5-Mar", "5-mar-x", "1/2", "2026-11", "12-345", "TRUE-1", "Mar", "3月", "20260305"]
    )
    def test_a_key_that_only_looks_a_little_so_is_left_alone(self, cell: str) -> None:
        assert cells.code(40)(cell) == cell

    @pytest.mark.parametrize("cell", ["合计：1", "合計", "總計", "Total", "Grand total", "小计:"])
    def test_a_row_of_totals_is_no_member(self, cell: str) -> None:
        with pytest.raises(ValueError, match="row_of_totals"):
            cells.code(40)(cell.replace(" ", "_") if " " in cell else cell)

    def test_a_phone_in_full_width_digits_is_kept_in_half_width(self) -> None:
        assert cells.phone("１３８１１１１２００１") == "13811112001"


class TestPhones:
    @pytest.mark.parametrize(
        ("cell", "phone"),
        [
            ("tel:+86 138 1111 2001", "+86 138 1111 2001"),
            ("TEL: 13811112001", "13811112001"),
            ("'13811112001", "13811112001"),
            ("\u202a13811112001\u202c", "13811112001"),
            ("\u2066+86 138\u200b11112001\u2069", "+86 13811112001"),
            ("\ufeff0912-345-678", "0912-345-678"),
        ],
    )
    def test_what_copying_left_at_it_goes(self, cell: str, phone: str) -> None:
        assert cells.phone(cell) == phone

    @pytest.mark.parametrize("cell", ["call 13811112001", "13811112001 (wife)", "tel:", "fax:13811112001"])
    def test_words_are_no_phone(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not_a_phone"):
            cells.phone(cell)


class TestWords:
    @pytest.mark.parametrize(
        ("cell", "gender"), [("女性", "female"), ("男性", "male"), ("女", "female"), ("先生", "male")]
    )
    def test_a_gender(self, cell: str, gender: str) -> None:
        assert cells.gender(cell) == gender

    @pytest.mark.parametrize(
        ("cell", "wants"),
        [("同意", True), ("已同意", True), ("不同意", False), ("未同意", False), ("是", True), ("否", False)],
    )
    def test_a_consent(self, cell: str, wants: bool) -> None:
        assert cells.yes_no(cell) is wants

    @pytest.mark.parametrize("cell", ["同", "意", "不知道", "随便"])
    def test_no_consent_at_all(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not_yes_or_no"):
            cells.yes_no(cell)


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
            ("1’234.50", 1234_50),
            ("1’280’500", 1_280_500_00),
            ("128.5000", 128_50),
            ("399元", 399_00),
            ("NT$1,280", 1280_00),
            ("1 280 500", 1_280_500_00),
            ("US$ 12.5", 12_50),
            ("¥99元", 99_00),
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
            ("9€95", "not_an_amount"),
            ("8块5", "not_an_amount"),
            ("8圆5", "not_an_amount"),
            ("99 95", "not_an_amount"),
            ("1 2345", "not_an_amount"),
            ("1'2", "not_an_amount"),
            ("³7", "not_an_amount"),
            ("④2", "not_an_amount"),
            ("EUR5USD", "not_an_amount"),
            ("7HK9", "not_an_amount"),
            ("-¥-3", "not_an_amount"),
            ("", "not_an_amount"),
            ("9" * 100_000, "too_large"),
        ],
    )
    def test_what_has_two_readings_or_none_is_refused(self, cell: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            figures.money(cell)

    @pytest.mark.parametrize(("cell", "code"), [("RMB", "CNY"), ("rmb", "CNY"), ("人民币", "CNY"), ("ＨＫＤ", "HKD")])
    def test_a_currency_by_its_usual_names(self, cell: str, code: str) -> None:
        assert figures.currency(cell) == code

    @pytest.mark.parametrize("cell", ["QQQ", "XXX", "US", "dollar", "$"])
    def test_a_currency_that_there_is_not(self, cell: str) -> None:
        with pytest.raises(ValueError, match="unknown_currency"):
            figures.currency(cell)


class TestWholeNumbers:
    def test_a_raised_digit_is_no_digit(self) -> None:
        with pytest.raises(ValueError, match="not_a_whole_number"):
            figures.quantity("³7")

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

    @pytest.mark.parametrize(
        ("order", "cell"),
        [
            (DateOrder.MONTH_FIRST, "13/05/1990"),
            (DateOrder.MONTH_FIRST, "13.05.1990"),
            (DateOrder.MONTH_FIRST, "25-01-1990 10:00"),
            (DateOrder.DAY_FIRST, "05/13/1990"),
            (DateOrder.DAY_FIRST, "12/13/1990"),
            (DateOrder.DAY_FIRST, "05.13.1990"),
        ],
    )
    def test_a_day_that_contradicts_the_order_told_is_refused(self, order: DateOrder, cell: str) -> None:
        with dates_in(order), pytest.raises(ValueError, match="other_date_order"):
            days.day(cell)

    def test_the_order_told_is_that_of_points_too(self) -> None:
        with dates_in(DateOrder.MONTH_FIRST):
            assert days.day("05.01.1990") == days.day("5/1/1990") == date(1990, 5, 1)
            assert days.day("05.13.1990") == date(1990, 5, 13)
            assert days.day("1990-01-05") == days.day("5 Jan 1990") == date(1990, 1, 5)
        with dates_in(DateOrder.DAY_FIRST):
            assert days.day("05.01.1990") == days.day("5/1/1990") == date(1990, 1, 5)

    @pytest.mark.parametrize(
        ("cell", "born"),
        [
            ("1990-03-08T16:00:00Z", date(1990, 3, 9)),
            ("1990-03-08T16:00:00.000Z", date(1990, 3, 9)),
            ("1990-06-08T15:00:00Z", date(1990, 6, 9)),  # in the summers of 1986 to 1991
            ("1990-03-08T15:59:59Z", date(1990, 3, 8)),
            ("1990-03-08T00:00:00Z", date(1990, 3, 8)),
            ("1990-03-09T00:00:00+09:00", date(1990, 3, 8)),
            ("1990-03-08 23:30", date(1990, 3, 8)),
        ],
    )
    def test_a_birthday_sent_as_a_moment_is_the_day_at_the_shop(self, cell: str, born: date) -> None:
        assert days.birthday(cell) == born

    @pytest.mark.parametrize(
        "cell",
        [
            "31.02.2024", "12345", "99999", "2024", "tomorrow", "5 Foo 2024",
            "1991-12-033", "03.12.19911", "3 Dec 19911", "19911203x", "1991-12-03 about", "1991-12-03-04",
            "1991-12-03 24:30", "3 Decorum 1991", "3 toukokuu 1991", "3 maaliskuu 1991", "Junior 3 1991",
            "1991-12-0307:00",
        ],
    )  # fmt: skip
    def test_no_day(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not_a_date"):
            days.day(cell)

    @pytest.mark.parametrize(
        "cell", ["1991-12-03 00:00:00", "1991-12-03T00:00:00+08:00", "3 Sept 1991", "1991-12-03 7:30 pm"]
    )
    def test_a_birthday_may_have_a_time(self, cell: str) -> None:
        assert days.birthday(cell) == date(1991, 9 if "Sept" in cell else 12, 3)

    @pytest.mark.parametrize(
        ("cell", "hour"),
        [
            ("中午12:20", 12), ("中午1点", 13), ("中午11:00", 11), ("中午2:00", 14), ("凌晨12:10", 0), ("上午12:00", 0),
            ("下午12:30", 12), ("晚上7:00", 19), ("晚上21:00", 21), ("12:05 AM", 0), ("12:05 PM", 12), ("15:00 PM", 15),
        ],
    )  # fmt: skip
    def test_the_hour_by_the_word_beside_it(self, cell: str, hour: int) -> None:
        local = days.moment(f"2024-01-05 {cell}") + timedelta(hours=8)
        assert (local.day, local.hour) == (5, hour)

    @pytest.mark.parametrize(
        "cell", ["晚上12:30", "晚上1:00", "中午5:00", "14:00 am", "上午15:00", "凌晨13:00", "上午3:00 PM", "24:00 PM"]
    )
    def test_an_hour_that_could_be_another_is_refused(self, cell: str) -> None:
        with pytest.raises(ValueError, match="hour_unclear"):
            days.moment(f"2024-01-05 {cell}")

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


class TestNames:
    @pytest.mark.parametrize("cell", ["4711", "-", "...", "#1", "=1+1"])
    def test_figures_and_points_are_no_name(self, cell: str) -> None:
        for parse in (cells.full_name(80), cells.name(80)):
            with pytest.raises(ValueError, match="not_a_name"):
                parse(cell)

    @pytest.mark.parametrize(
        "cell",
        [
            "张\ufffd", "\ufffd\ufffd", "???", "？？", "?? ??", "å¼ ä¸‰", "å¼\u00a0ä¸‰", "æž—æ™“æœˆ", "JosÃ©",
            "김철수".encode().decode("latin-1").replace("\x80", "€").replace("\x88", "ˆ").replace("\x98", "˜"),
        ],
    )  # fmt: skip
    def test_damaged_ones_are_refused_as_such(self, cell: str) -> None:
        for parse in (cells.full_name(80), cells.name(80), cells.called(80), cells.addressee(80)):
            with pytest.raises(ValueError, match="damaged_name"):
                parse(cell)

    @pytest.mark.parametrize(
        "cell",
        [
            "José", "Zoë Müller", "ANDRÉ’S", "“José” Ruiz", "João", "Łukasz", "陳美玲", "김철수", "O'Neil", "Ån",
            "Who?", "ÃO", "Noé – Ruiz",
        ],
    )  # fmt: skip
    def test_letters_of_other_languages_are_whole(self, cell: str) -> None:
        for parse in (cells.full_name(80), cells.name(80), cells.called(80), cells.addressee(80)):
            assert parse(cell) == cell

    @pytest.mark.parametrize("cell", ["☆", "Kim 7", "🌷"])
    def test_a_picture_may_be_one(self, cell: str) -> None:
        assert cells.full_name(80)(cell) == cell

    def test_somebody_may_be_called_by_figures(self) -> None:
        assert cells.called(80)("520") == "520"


class TestTwoColumnsOfOne:
    """Headers that stand twice, or two headers that mean the same."""

    def read(self, text: str) -> dict[str, object]:
        table = read_file(text.encode(), "members")
        return table.layout.read(table.rows[0])

    @pytest.mark.parametrize("headers", ["email,email", "email,邮箱", "邮箱,邮箱"])
    @pytest.mark.parametrize("told", ["a@example.com,", ",a@example.com", "a@example.com,a@example.com"])
    def test_the_one_that_says_something_counts(self, headers: str, told: str) -> None:
        assert self.read(f"member_number,{headers}\nHK1,{told}\n")["email"] == "a@example.com"

    @pytest.mark.parametrize("headers", ["email,email", "email,邮箱"])
    def test_where_they_disagree_the_row_is_refused(self, headers: str) -> None:
        with pytest.raises(CellRefused) as refusal:
            self.read(f"member_number,{headers}\nHK1,a@example.com,b@example.com\n")
        assert (refusal.value.column, refusal.value.reason_code) == ("email", "columns_differ")

    def test_so_is_a_row_of_json(self) -> None:
        with pytest.raises(CellRefused) as refusal:
            layout("members").read(Row(1, {"member_number": "HK1", "会员号": "HK2"}))
        assert refusal.value.reason_code == "columns_differ"
