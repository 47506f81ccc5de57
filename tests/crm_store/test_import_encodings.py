"""Encodings of an import: read right or refused, never guessed into other characters."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.importing import FileUnreadable, as_rows, import_rows, layout, read_csv
from crm_store.importing.spreadsheet import Table

TAIWAN = "member_number,name\nHK1,黃志豪\nHK2,林美玲\nHK3,陳怡君\n"
MAINLAND = "member_number,name\nHK1,林晓月\nHK2,欧阳志明\nHK3,王丽\n"
JAPAN = "member_number,name\nHK1,田中さくら\nHK2,佐藤花子\nHK3,山口健太\n"
KOREA = "member_number,name\n" + "".join(
    f"HK{place},{name}\n"
    for place, name in enumerate(["김민수", "이서연", "박지훈", "최은우", "정하은", "강민준", "조예진"])
)
GERMANY = "member_number,name\nHK1,Jörg Müller\nHK2,Anna Weiß\nHK3,Sam Baker\n"


def read(data: bytes, *, encoding: str | None = None) -> Table:
    return read_csv(data, layout("members"), encoding=encoding)


def names(table: Table) -> list[object]:
    return [row.cells["name"] for row in table.rows]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TAIWAN, "cp950"),
        (MAINLAND, "gbk"),
        (MAINLAND, "gb18030"),
        (JAPAN, "cp932"),
        (KOREA, "cp949"),
        (GERMANY, "cp1252"),
        (TAIWAN, "utf-8"),
        (TAIWAN, "utf-16"),
        (TAIWAN, "utf-16-le"),
        (TAIWAN, "utf-16-be"),
        (TAIWAN, "utf-32"),
        (TAIWAN, "utf-32-le"),
        (GERMANY, "utf-8"),
    ],
)
def test_the_same_names_in_any_encoding(text: str, encoding: str) -> None:
    assert names(read(text.encode(encoding))) == [line.split(",")[1] for line in text.split("\n")[1:] if line]


def test_what_could_be_two_things_is_refused_with_both() -> None:
    with pytest.raises(FileUnreadable) as refusal:
        read("member_number,name\nHK1,Hélène Lefèvre\n".encode("cp1252"))
    assert refusal.value.reason_code == "ambiguous_encoding"
    assert {("cp1252", "Hélène Lefèvre"), ("cp1250", "Hélčne Lefčvre")} <= set(refusal.value.readings)


def test_its_writer_may_say_what_it_is() -> None:
    data = "member_number,name\nHK1,Hélène Lefèvre\n".encode("cp1252")
    assert names(read(data, encoding="windows-1252")) == ["Hélène Lefèvre"]
    for wrong in ("utf-8", "no-such-code"):
        with pytest.raises(FileUnreadable) as refusal:
            read(data, encoding=wrong)
        assert (refusal.value.reason_code, refusal.value.encoding) == ("not_that_encoding", wrong)


def test_two_bytes_that_happen_to_be_utf_8_are_no_greek_name() -> None:
    data = "member_number,name\nHK1,谭伟\n".encode("gbk")
    assert data.decode("utf-8")
    assert names(read(data)) == ["谭伟"]


async def test_a_cell_pasted_from_another_file_is_refused_and_its_neighbours_are_taken(session: AsyncSession) -> None:
    lines = [f"HK{number},林晓月" for number in range(1, 9)]
    data = "\n".join(["member_number,name", *lines]).encode() + b"\n" + "HK9,王丽\n".encode("gbk")
    report = await import_rows(session, "members", read(data).rows, source="shop.csv")
    assert report.created == 8
    assert [(each.line, each.column, each.reason_code) for each in report.refused] == [(10, "name", "other_encoding")]
    assert "\ufffd" in report.refused[0].value


ICELAND = "member_number,name\nHK1,Jón Þórsson\nHK2,Sigríður\nHK3,Sam Baker\n"
CZECHIA = "member_number,name\nHK1,Šimon Žďárský\nHK2,Tomáš Hašek\n"


def refused(data: bytes) -> FileUnreadable:
    with pytest.raises(FileUnreadable) as refusal:
        read(data)
    return refusal.value


class TestRarerEncodings:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (CZECHIA, "iso8859-2"),
            (GERMANY.replace("Weiß", "Grün"), "cp437"),
            (GERMANY, "cp850"),
            (ICELAND, "cp850"),
            (GERMANY, "mac_roman"),
            (JAPAN, "euc_jp"),
            (TAIWAN.replace("林美玲", "林〇玲"), "big5hkscs"),
        ],
    )
    def test_are_never_read_as_something_else_and_read_when_they_are_named(self, text: str, encoding: str) -> None:
        assert refused(text.encode(encoding)).reason_code in ("ambiguous_encoding", "unknown_encoding")
        written = [line.split(",")[1] for line in text.split("\n")[1:] if line]
        assert names(read(text.encode(encoding), encoding=encoding)) == written

    def test_the_right_one_is_among_those_to_choose_from(self) -> None:
        for encoding in ("cp850", "mac_roman"):
            assert "Jörg Müller" in dict(refused(GERMANY.encode(encoding)).readings).values()

    def test_japanese_in_gbk_is_no_chinese_in_big5(self) -> None:
        text = "member_number,name\nHK1,りんごジュース\nHK2,手ぬぐい\n"
        assert names(read(text.encode("gbk"))) == ["りんごジュース", "手ぬぐい"]

    @pytest.mark.parametrize("other", ["gbk", "cp950", "cp1252"])
    @pytest.mark.parametrize("turned", [False, True])
    def test_a_file_in_two_encodings_names_a_line(self, other: str, turned: bool) -> None:
        first, second = ("HK1,林小玲\n", "HK2,王美玲\n") if other != "cp1252" else ("HK1,René\n", "HK2,José\n")
        lines = [first.encode(), second.encode(other)]
        refusal = refused(b"member_number,name\n" + b"".join(reversed(lines) if turned else lines))
        assert (refusal.reason_code, refusal.line) == ("mixed_encoding", 2 if turned else 3)

    def test_chinese_in_seven_bits_is_no_english(self) -> None:
        assert dict(refused(MAINLAND.encode("hz")).readings)["hz"].startswith("林晓月")

    @pytest.mark.parametrize("named", ["undefined", "idna", "unicode_escape", "rot13", "base64", "", "a\0b", "utf-7"])
    def test_what_is_no_encoding_of_files(self, named: str) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read(TAIWAN.encode(), encoding=named)
        assert refusal.value.reason_code == "not_that_encoding"


class TestShapes:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_of_any_system(self, end: str) -> None:
        table = read(TAIWAN.replace("\n", end).encode())
        assert [row.line for row in table.rows] == [2, 3, 4]
        assert names(table)[0] == "黃志豪"

    def test_a_first_line_that_says_the_separator(self) -> None:
        table = read(b"sep=;\nmember_number;name\nHK1;Baker, Sam\n")
        assert names(table) == ["Baker, Sam"]
        assert table.rows[0].line == 3

    def test_millions_of_empty_lines_are_passed_over(self) -> None:
        table = read(b"\n" * 200_000 + b"member_number,name\nHK1,A\n" + b",\n\n" * 1_000_000 + b"HK2,B\n")
        assert [row.line for row in table.rows] == [200_002, 2_200_003]

    def test_a_cell_longer_than_any_could_be_names_its_line(self) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read(f"member_number,name\nHK1,A\nHK2,{'x' * 200_000}\n".encode())
        assert (refusal.value.reason_code, refusal.value.line) == ("long_cell", 3)

    async def test_a_line_break_in_an_address_and_a_row_of_totals(self, session: AsyncSession) -> None:
        text = 'member_number,name,nickname\nHK1,A,"Two\nlines"\n合计：1,,\n'
        report = await import_rows(session, "members", read(text.encode()).rows, source="shop.csv")
        assert [(each.line, each.reason_code) for each in report.refused] == [
            (2, "not_printable"),
            (4, "row_of_totals"),
        ]

    async def test_numbers_of_json_are_read_like_those_of_a_file(self, session: AsyncSession) -> None:
        rows = [{"member_number": 300001.0, "name": "A"}, {"member_number": 8.61381e12, "name": "B"}]
        report = await import_rows(session, "members", as_rows(rows), source="api")
        assert [each.reason_code for each in report.refused] == ["digits_lost", "digits_lost"]
