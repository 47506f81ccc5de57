"""Reading CSV files as spreadsheets really write them: in any encoding that can be told for certain; separated by
comma, semicolon or tab, as a first line `sep=;` may say; with the line ends of any system.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_store.importing import encodings
from crm_store.importing.columns import EXTRA_CELLS, Layout, Row, Table, by_header, without_headers
from crm_store.importing.errors import FileUnreadable

_SEPARATORS = ",;\t|"
_SAID_SEPARATOR = re.compile(r"\s*\"?sep=(?P<sign>.)\"?\n", re.IGNORECASE)
LONGEST_CELL_CHARACTERS = 100_000


@dataclass(frozen=True)
class _Sheet:
    """`content` without a line that only says the separator; `skipped`: lines taken off its beginning."""

    content: str
    separator: str
    skipped: int


def read_csv(data: bytes, layout: Layout, *, encoding: str | None = None) -> Table:
    """Rows of a CSV file with their line numbers; empty lines are skipped. `encoding`: what its writer says it is.

    Raises FileUnreadable when it is empty, in an encoding that cannot be told, or lacks a required column.
    """
    if not data.strip():
        raise FileUnreadable("empty")

    def headers_known(text: str) -> int:
        header = _header(_sheet(text))
        return len(header) - len(layout.unknown(header))

    content, encoding = encodings.decode(data, encoding=encoding, headers_known=headers_known)
    sheet = _sheet(content)
    header = _header(sheet)
    known = layout.for_header(header)
    if missing := known.missing(header):
        raise FileUnreadable("missing_columns", missing)
    rows, notes = without_headers(_rows(sheet, header))
    return Table(tuple(header), known.arranged(rows), encoding, known, sheet.separator, notes)


_END = "\x03"
"""Put after the last line to see whether the file's own quotation marks are all closed by then."""


def _sheet(text: str) -> _Sheet:
    content = text.replace("\r\n", "\n").replace("\r", "\n")
    if said := _SAID_SEPARATOR.match(content):
        return _Sheet(content[said.end() :], said["sign"], 1)
    return _Sheet(content, _separator(content), 0)


def _separator(content: str) -> str:
    first = content.lstrip("\n").split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _reader(sheet: _Sheet, content: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(content) + 1))
    return csv.reader(io.StringIO(content), delimiter=sheet.separator)


def _header(sheet: _Sheet) -> list[str]:
    begin = len(sheet.content) - len(sheet.content.lstrip("\n"))
    first = sheet.content[begin : begin + LONGEST_CELL_CHARACTERS]
    for cells in _reader(sheet, first):
        if any(cell.strip() for cell in cells):
            return [cell.strip() for cell in cells]
    return []


def _rows(sheet: _Sheet, header: list[str]) -> Iterator[Row]:
    """Raises FileUnreadable when a quotation mark stays open, which would swallow all lines after it into one cell, and
    for a cell that is longer than any could be."""
    seen_header = False
    line = 1 + sheet.skipped
    for cells in _reader(sheet, f"{sheet.content}\n{_END}"):
        if not any(cells):
            line += 1  # of millions of empty lines, which some programs leave, nothing else is asked
            continue
        started, line = line, line + 1 + sum(cell.count("\n") for cell in cells)
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            raise FileUnreadable("open_quote", line=started)
        if any(len(cell) > LONGEST_CELL_CHARACTERS for cell in cells):
            raise FileUnreadable("long_cell", line=started)
        if not any(cell.strip() for cell in cells):
            continue
        if not seen_header:
            seen_header = True
            continue
        row = by_header(header, cells)
        if any(cell.strip() for cell in cells[len(header) :]):
            row[EXTRA_CELLS] = cells[len(header) :]
        yield Row(started, row)
