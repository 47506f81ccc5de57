"""Reading .xlsx: the values of one sheet, each as it would be typed into a CSV file, row by row.

A workbook is a packed folder: how large it unpacks is looked at first, and definitions of its own are refused.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm_store.importing.columns import EXTRA_CELLS, Layout, Row, Table, Truth, by_header
from crm_store.importing.errors import FileUnreadable

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: .xlsx; .xls or one with a password."""
LARGEST_BYTES = 64 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 512 * 1024 * 1024
MOST_PARTS = 2_000
MOST_COLUMNS = 500
DIGITS_A_SPREADSHEET_KEEPS = 15
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

    Raises FileUnreadable: too_large, old_workbook, broken_workbook, no_such_sheet, empty, missing_columns.
    """
    if data.startswith(OLD):
        raise FileUnreadable("old_workbook")
    try:
        _look_before_unpacking(data)
        with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)) as book:
            names = tuple(each.title for each in book.worksheets)
            if sheet is not None and sheet not in names:
                raise FileUnreadable("no_such_sheet", names)
            page: Any = book[sheet] if sheet is not None else book.worksheets[0]
            # Some programs write a size that is smaller than the sheet.
            page.reset_dimensions()
            return _table(_lines(page), layout)
    except _BROKEN:
        raise FileUnreadable("broken_workbook") from None


def sheet_names(data: bytes) -> tuple[str, ...]:
    """Of a workbook. Raises FileUnreadable as `read_xlsx` does."""
    if data.startswith(OLD):
        raise FileUnreadable("old_workbook")
    try:
        _look_before_unpacking(data)
        with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)) as book:
            return tuple(each.title for each in book.worksheets)
    except _BROKEN:
        raise FileUnreadable("broken_workbook") from None


def _look_before_unpacking(data: bytes) -> None:
    if len(data) > LARGEST_BYTES:
        raise FileUnreadable("too_large")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        # What a part says it unpacks to holds: zipfile reads no further.
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED_BYTES:
            raise FileUnreadable("too_large")
        for part in parts:
            with packed.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(_DEFINITIONS_WITHIN_BYTES):
                    raise FileUnreadable("broken_workbook")


def _lines(page: Any) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(page.iter_rows(), start=1):
        yield line, [_typed(cell) for cell in cells[:MOST_COLUMNS]]


def _table(lines: Iterator[tuple[int, list[str]]], layout: Layout) -> Table:
    header = next(([cell.strip() for cell in cells] for _, cells in lines if any(cell.strip() for cell in cells)), None)
    if header is None:
        raise FileUnreadable("empty")
    known = layout.for_header(header)
    if missing := known.missing(header):
        raise FileUnreadable("missing_columns", missing)
    rows = [_row(line, cells, header) for line, cells in lines if any(cell.strip() for cell in cells)]
    return Table(tuple(header), known.arranged(rows), "xlsx", known)


def _row(line: int, cells: Sequence[str], header: Sequence[str]) -> Row:
    row = by_header(header, [*cells, *[""] * (len(header) - len(cells))])
    if any(cell.strip() for cell in cells[len(header) :]):
        row[EXTRA_CELLS] = cells[len(header) :]
    return Row(line, row)


def _typed(cell: Any) -> str:
    """A value as somebody would type it: days and moments in full, numbers with all their digits, or shortened as a
    spreadsheet shows those that it could not keep."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
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
    if value != int(value):
        return f"{value:.{DIGITS_A_SPREADSHEET_KEEPS}g}"
    whole = str(int(value))
    if len(whole.lstrip("-")) > DIGITS_A_SPREADSHEET_KEEPS:
        return f"{value:.5E}"
    # A number shown with zeros in front, as postcodes and phone numbers are.
    return whole.zfill(len(form)) if form and set(form) == {"0"} else whole
