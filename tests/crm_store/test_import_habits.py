"""What a file or a batch tells as a whole: digits that a spreadsheet lost, and the mark of its decimals."""

import io
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.importing import as_rows, import_rows, layout, read_file
from crm_store.importing.habits import NUMBERS_THAT_ARE_NAMES
from crm_store.importing.service import ImportKind, read_part

ROUNDED = "2876543219876540000"
WHOLE = "2876543219876543210"
_LINE = {"placed_at": "2025-11-01", "sku": "CAP", "product_name": "帽", "price": "9"}


def refused(kind: str, text: str) -> list[tuple[int, str, str]]:
    """Line, column and reason of the rows of a CSV file that are not read."""
    table = read_file(text.encode(), kind)
    report = read_part(kind, table.rows, table.layout).report
    return [(refusal.line, refusal.column, refusal.reason_code) for refusal in report.refused]


def sent(kind: str, *rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    """The same of rows over REST."""
    report = read_part(kind, as_rows(rows)).report
    return [(refusal.line, refusal.column, refusal.reason_code) for refusal in report.refused]


def orders(number: str) -> str:
    return f"order_number,member_number,placed_at,sku,price\n{number},HK1,2025-11-01,CAP,9\n"


class TestLastDigits:
    @pytest.mark.parametrize(
        "number", [ROUNDED, "1234567890123450", "２８７６５４３２１９８７６５４００００", "1" + "0" * 20]
    )
    def test_a_number_that_a_spreadsheet_rounded_is_refused(self, number: str) -> None:
        assert refused("orders", orders(number)) == [(2, "order_number", "last_digits_lost")]

    @pytest.mark.parametrize("number", [WHOLE, "123456789012345", "100000000000000", "12345678901234567"])
    def test_one_that_has_its_digits_is_taken(self, number: str) -> None:
        assert refused("orders", orders(number)) == []

    @pytest.mark.parametrize(
        "number",
        ["0876543219876540000", "E876543219876540000", "2876543219-876540000", f"'{ROUNDED}", f'"=""{ROUNDED}"""'],
    )
    def test_one_that_was_written_as_text_is_taken(self, number: str) -> None:
        assert refused("orders", orders(number)) == []

    def test_beside_one_that_no_spreadsheet_kept_the_shop_s_numbers_are_real(self) -> None:
        more = f"{WHOLE},HK1,2025-11-01,CAP,9\n"
        assert refused("orders", orders(ROUNDED) + more) == []

    def test_of_another_column_it_tells_nothing(self) -> None:
        text = orders(ROUNDED).replace("CAP", WHOLE)
        assert refused("orders", text) == [(2, "order_number", "last_digits_lost")]

    @pytest.mark.parametrize(
        ("kind", "column"),
        [
            ("members", "member_number"), ("members", "phone"), ("orders", "sku"), ("parcels", "parcel_number"),
            ("parcels", "order_number"), ("points", "external_id"), ("points", "reference"),
        ],
    )  # fmt: skip
    def test_in_every_number_that_is_a_name(self, kind: str, column: str) -> None:
        row = {**_LINE, "external_id": "E1", "parcel_number": "P1", "member_number": "HK1", "points": "5"}
        row |= {} if kind == "points" else {"order_number": "A1"}
        assert (1, column, "last_digits_lost") in sent(kind, row | {column: ROUNDED})

    def test_their_columns_are_all_known(self) -> None:
        named = ("code.", "reference.", "phone")
        found = {
            each.name
            for kind in ImportKind
            for each in layout(kind).columns
            if each.parse.__qualname__.startswith(named)
        }
        assert found == NUMBERS_THAT_ARE_NAMES

    @pytest.mark.parametrize("number", [ROUNDED, int(ROUNDED)])
    def test_over_rest_likewise(self, number: object) -> None:
        row = {"member_number": "HK1", **_LINE}
        assert sent("orders", {"order_number": number, **row}) == [(1, "order_number", "last_digits_lost")]
        assert sent("orders", {"order_number": number, **row}, {"order_number": WHOLE, **row}) == []
        assert sent("orders", {"order_number": number, **row}, {"order_number": int(WHOLE), **row}) == []

    def test_a_text_of_a_workbook_has_its_digits(self) -> None:
        book, file = Workbook(), io.BytesIO()
        for row in (
            ("order_number", "member_number", "placed_at", "sku", "price"),
            (ROUNDED, "HK1", "2025-11-01", "CAP", "9"),
        ):
            book.worksheets[0].append(row)
        book.save(file)
        table = read_file(file.getvalue(), "orders")
        values = table.layout.read(table.rows[0])
        assert values["order_number"] == ROUNDED
        assert type(values["order_number"]) is str


class TestDecimalComma:
    HEADER = "order_number;member_number;placed_at;sku;price;quantity\n"

    @pytest.mark.parametrize("price", ["128,50", "1.280,5", "128,50 €", "9,9"])
    def test_thousands_of_pieces_are_unclear_where_amounts_have_it(self, price: str) -> None:
        text = f"{self.HEADER}A1;HK1;2025-11-01;CAP;{price};1,000\n"
        assert refused("orders", text) == [(2, "quantity", "thousands_unclear")]

    def test_wherever_in_the_file_it_stands(self) -> None:
        text = (
            f"{self.HEADER}A1;HK1;2025-11-01;CAP;9;1,000\nA2;HK1;2025-11-01;CAP;1,280;2\nA3;HK1;2025-11-01;CAP;8,50;1\n"
        )
        assert refused("orders", text) == [(2, "quantity", "thousands_unclear"), (3, "price", "thousands_unclear")]

    @pytest.mark.parametrize(
        ("price", "pieces"), [("128.50", "1,000"), ("1,280.50", "1,000"), ("9", "1,000"), ("9,90", "1000")]
    )
    def test_elsewhere_they_are_thousands(self, price: str, pieces: str) -> None:
        table = read_file(f"{self.HEADER}A1;HK1;2025-11-01;CAP;{price};{pieces}\n".encode(), "orders")
        assert table.layout.read(table.rows[0])["quantity"] == 1000

    def test_two_groups_are_thousands_whatever_the_others_say(self) -> None:
        text = f"{self.HEADER}A1;HK1;2025-11-01;CAP;9,90;1\nA2;HK1;2025-11-01;CAP;1,280,000;2\n"
        assert refused("orders", text) == []

    def test_commas_in_words_tell_nothing(self) -> None:
        text = f"{self.HEADER.strip()};size\nA1;HK1;2025-11-01;CAP;9;1,000;38,50\n"
        assert refused("orders", text) == []

    async def test_over_rest_likewise(self, session: AsyncSession) -> None:
        rows = [{"order_number": "A1", "member_number": "HK1", **_LINE, "price": "128,50", "quantity": "1,000"}]
        report = await import_rows(session, "orders", as_rows(rows), source="rest")
        assert [(refusal.column, refusal.reason_code) for refusal in report.refused] == [
            ("quantity", "thousands_unclear")
        ]
