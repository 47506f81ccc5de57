"""Reading .xlsx: the cells of one sheet as they show, each as it would be typed into a CSV file, row by row.

A workbook is a packed folder: how large it unpacks is looked at first, and definitions of its own are refused.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from crm_store.importing import days
from crm_store.importing.columns import (
    EXTRA_CELLS,
    AsText,
    Layout,
    Row,
    Table,
    Truth,
    by_header,
    noted_above,
    without_headers,
)
from crm_store.importing.errors import FileUnreadable, Refusal
from crm_store.importing.header_line import LINES_LOOKED_AT, header_place
from crm_store.importing.number_formats import DIGITS_A_SPREADSHEET_KEEPS, number_shown, text_shown
from crm_store.importing.other_files import OLD, PACKED
from crm_store.importing.unread import unread, without_marks

LARGEST_BYTES = 64 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 512 * 1024 * 1024
MOST_PARTS = 2_000
MOST_COLUMNS = 500
LARGEST_FOR_ITS_PACKING_BYTES = 32 * 1024 * 1024
PACKED_TIMES = 100
"""A part that unpacks to more than the first and is packed more tightly than the second holds no table: a hundred
thousand rows are packed ten to twenty times."""
LONGEST_TEXT_BYTES = 1 << 20
"""Between two marks of a part; a cell holds at most 32,767 characters."""
_DAYS_FROM_1900_TO_1904 = 1_462
READ_AT_ONCE_BYTES = 1 << 18
_DEFINITIONS_WITHIN_BYTES = 4_096
_BROKEN = (
    # What openpyxl lets through of a damaged file: it reads as it goes, and knows no error of its own.
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)

# Files of other programs lack parts that openpyxl makes up for itself, which is no news for a shop.
warnings.filterwarnings("ignore", module="openpyxl")


def is_workbook(data: bytes) -> bool:
    return data.startswith((PACKED, OLD))


def read_xlsx(data: bytes, layout: Layout, *, sheet: str | None = None) -> Table:
    """Rows of the first sheet, or of the one called `sheet`; empty rows are skipped.

    Raises FileUnreadable: too_large, old_workbook, broken_workbook, no_such_sheet, empty, header_unclear,
    missing_columns, only_headers.
    """
    if data.startswith(OLD):
        raise FileUnreadable("old_workbook")
    try:
        _look_before_unpacking(data)
        with closing(_opened(data)) as book:
            pages = _pages(book)
            names = tuple(page.title for page in pages)
            if not pages or (sheet is not None and sheet not in names):
                raise FileUnreadable("no_such_sheet" if pages else "empty", names)
            page: Any = book[sheet] if sheet is not None else pages[0]
            hidden: set[int] = set()
            return _table(_lines(page, hidden), layout, hidden, from_1904=book.epoch == CALENDAR_MAC_1904)
    except _BROKEN:
        raise FileUnreadable("broken_workbook") from None


def sheet_names(data: bytes) -> tuple[str, ...]:
    """Of a workbook, the one that is read by default first. Raises FileUnreadable as `read_xlsx` does."""
    if data.startswith(OLD):
        raise FileUnreadable("old_workbook")
    try:
        _look_before_unpacking(data)
        with closing(_opened(data)) as book:
            return tuple(page.title for page in _pages(book))
    except _BROKEN:
        raise FileUnreadable("broken_workbook") from None


class _Tables(ExcelReader):
    """Opens a workbook without its charts: a sheet that is one holds no rows."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        return


def _opened(data: bytes) -> Any:
    reader = _Tables(io.BytesIO(data), read_only=True, keep_vba=False, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _pages(book: Any) -> list[Any]:
    """Its tables, those that a person sees before those that are hidden."""
    return sorted(book.worksheets, key=lambda page: bool(page.sheet_state != "visible"))


def _look_before_unpacking(data: bytes) -> None:
    if len(data) > LARGEST_BYTES:
        raise FileUnreadable("too_large")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        # What a part says it unpacks to holds: zipfile reads no further.
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED_BYTES:
            raise FileUnreadable("too_large")
        if any(
            part.file_size > max(LARGEST_FOR_ITS_PACKING_BYTES, part.compress_size * PACKED_TIMES) for part in parts
        ):
            raise FileUnreadable("no_table_inside")
        for part in parts:
            with packed.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(_DEFINITIONS_WITHIN_BYTES):
                    raise FileUnreadable("broken_workbook")
            if part.file_size > LONGEST_TEXT_BYTES and part.filename.endswith((".xml", ".rels")):
                with packed.open(part) as stream:
                    _refuse_endless_text(stream)


def _refuse_endless_text(stream: IO[bytes]) -> None:
    """The reader of a part takes ever longer for a text without an end. Raises FileUnreadable."""
    length = 0
    while piece := stream.read(READ_AT_ONCE_BYTES):
        first = piece.find(b"<")
        if length + (first if first >= 0 else len(piece)) > LONGEST_TEXT_BYTES:
            raise FileUnreadable("no_table_inside")
        length = len(piece) - piece.rfind(b"<") if first >= 0 else length + len(piece)


class _Parser(WorkSheetParser):
    """Tells a formula that nobody has worked out from an empty cell: programs that write workbooks leave the working
    out to the spreadsheet that opens them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.hidden: set[int] = set()

    def parse_row(self, row: Any) -> Any:
        parsed = super().parse_row(row)
        if row.get("hidden") in ("1", "true"):
            self.hidden.add(parsed[0])
        return parsed

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and (formula := element.find(FORMULA_TAG)) is not None:
            # A formula that came to an empty text says so.
            worked_out = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            if not worked_out:
                cell["value"] = unread("formula_not_computed", f"={formula.text or ''}")
        return cell


def _lines(page: Any, hidden: set[int]) -> Iterator[tuple[int, list[str]]]:
    """Lines with their numbers, those that are hidden or filtered out noted in `hidden`; the size that some programs
    write is smaller than the sheet, and is not looked at."""
    book = page.parent
    with page._get_source() as source:
        parser = _Parser(
            source, page._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for line, row in parser.parse():
            cells = [""] * min(max((cell["column"] for cell in row), default=0), MOST_COLUMNS)
            for cell in row:
                if cell["column"] <= MOST_COLUMNS:
                    cells[cell["column"] - 1] = _typed(ReadOnlyCell(page, **cell))
            yield line, cells
        hidden |= parser.hidden


def _table(
    lines: Iterator[tuple[int, list[str]]], layout: Layout, hidden: Collection[int] = (), *, from_1904: bool = False
) -> Table:
    """`hidden`: numbers of lines that nobody sees, complete once all lines are read; `from_1904`: see `_in_1900`."""
    there = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    first = [
        (line, [without_marks(cell).strip() for cell in cells], cells) for line, cells in islice(there, LINES_LOOKED_AT)
    ]
    if not first:
        raise FileUnreadable("empty")
    above = header_place([(line, shown) for line, shown, _ in first], layout)
    header_line, header, _ = first[above]
    known = layout.for_header(header)
    if missing := known.missing(header):
        raise FileUnreadable("missing_columns", missing)
    below = ((line, cells) for line, _, cells in first[above + 1 :])
    filled = (_row(line, cells, header) for line, cells in chain(below, there))
    rows, notes = without_headers(_in_1900(row, known) for row in filled) if from_1904 else without_headers(filled)
    if not rows:
        raise FileUnreadable("only_headers")
    notes = (
        *noted_above(header_line, above),
        *notes,
        *(Refusal(row.line, "", "", "hidden_row") for row in rows if row.line in hidden),
    )
    known = known.knowing(rows)
    return Table(tuple(header), known.arranged(rows), "xlsx", known, notes=notes, header_line=header_line, above=above)


def _in_1900(row: Row, layout: Layout) -> Row:
    """Days that a cell only counts, of a workbook that counts from 1904, as all others count them."""
    return Row(row.line, {header: _counted_anew(header, cell, layout) for header, cell in row.cells.items()})


def _counted_anew(header: str, cell: object, layout: Layout) -> object:
    column = layout.column_of(header)
    if column is None or column.parse not in days.PARSERS or not days.SERIAL.fullmatch(str(cell).strip()):
        return cell
    whole, point, part = str(cell).strip().partition(".")
    return f"{int(whole) + _DAYS_FROM_1900_TO_1904}{point}{part}"


def _row(line: int, cells: Sequence[str], header: Sequence[str]) -> Row:
    row = by_header(header, [*cells, *[""] * (len(header) - len(cells))])
    if any(cell.strip() for cell in cells[len(header) :]):
        row[EXTRA_CELLS] = cells[len(header) :]
    return Row(line, row)


def _typed(cell: Any) -> str:
    """A value as somebody would type it: days and moments in full, numbers with all their digits, or shortened as a
    spreadsheet shows those that it could not keep."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        shown = text_shown(value, cell.number_format)
        # A number that the workbook itself keeps as a text has all of its digits.
        return AsText(shown) if len(shown) > DIGITS_A_SPREADSHEET_KEEPS and shown.isdecimal() else shown
    if isinstance(value, bool):
        return Truth("yes" if value else "no")
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


def _number(value: float, form: str) -> str:
    if len(str(int(abs(value)))) > DIGITS_A_SPREADSHEET_KEEPS:
        return f"{value:.5E}"
    shown = number_shown(value, form)
    return unread("shown_otherwise", f"{value:.{DIGITS_A_SPREADSHEET_KEEPS}g}") if shown is None else shown
