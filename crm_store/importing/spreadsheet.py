"""Reading CSV files as spreadsheets really write them: in any encoding that can be told for certain; separated by
comma, semicolon or tab, as a first line `sep=;` may say; with the line ends of any system.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_store.importing import encodings
from crm_store.importing.columns import EXTRA_CELLS, Layout, Row, Table, by_header, noted_above, without_headers
from crm_store.importing.errors import FileUnreadable
from crm_store.importing.header_line import LINES_LOOKED_AT, header_place

_SEPARATORS = ",;\t|"
_SAID_SEPARATOR = re.compile(r"\s*\"?sep=(?P<sign>.)\"?\n", re.IGNORECASE)
LONGEST_CELL_CHARACTERS = 100_000


@dataclass(frozen=True)
class _Sheet:
    """`content` from the header on; `skipped`: lines taken off its beginning, `above` of them with words in them that
    say no separator."""

    content: str
    separator: str
    skipped: int
    above: int

    @property
    def header_line(self) -> int:
        return self.skipped + 1


def read_csv(data: bytes, layout: Layout, *, encoding: str | None = None) -> Table:
    """Rows of a CSV file with their line numbers; empty lines are skipped. `encoding`: what its writer says it is.

    Raises FileUnreadable when it is empty, in an encoding that cannot be told, or lacks a required column; when it is
    not clear which line is its header, and when there is nothing below it.
    """
    if not data.strip():
        raise FileUnreadable("empty")

    def headers_known(text: str) -> int:
        lines = _first_lines(_told_separator(text))
        return max((len(line.cells) - len(layout.unknown(line.cells)) for line in lines), default=0)

    content, encoding = encodings.decode(data, encoding=encoding, headers_known=headers_known)
    if not content.strip():
        raise FileUnreadable("empty")
    sheet, header = _sheet(content, layout)
    known = layout.for_header(header)
    if missing := known.missing(header):
        raise FileUnreadable("missing_columns", missing)
    rows, notes = without_headers(_rows(sheet, header))
    if not rows:
        raise FileUnreadable("only_headers")
    notes = (*noted_above(sheet.header_line, sheet.above), *notes)
    known = known.knowing(rows)
    return Table(
        tuple(header), known.arranged(rows), encoding, known, sheet.separator, notes, sheet.header_line, sheet.above
    )


_END = "\x03"
"""Put after the last line to see whether the file's own quotation marks are all closed by then."""


@dataclass(frozen=True)
class _Line:
    """A line that may be the header: `begin`: where it begins in the text, `number`: which it is in the file."""

    begin: int
    number: int
    separator: str
    cells: list[str]


def _sheet(text: str, layout: Layout) -> tuple[_Sheet, list[str]]:
    """What is to be read, and its header. Raises FileUnreadable."""
    content, said = told = _told_separator(text)
    first = _first_lines(told)
    if not first:
        raise FileUnreadable("empty")
    above = header_place([(line.number, line.cells) for line in first], layout)
    line = first[above]
    return _Sheet(content[line.begin :], said or line.separator, line.number - 1, above), line.cells


def _told_separator(text: str) -> tuple[str, str]:
    """The text with one kind of line ends, and the separator that its first line says, if it does no more."""
    content = text.replace("\r\n", "\n").replace("\r", "\n")
    said = _SAID_SEPARATOR.match(content)
    return content, said["sign"] if said else ""


def _first_lines(told: tuple[str, str]) -> list[_Line]:
    """The first lines in which something stands, each as if it were the header: above it may be words with other signs
    between them."""
    content, said = told
    found: list[_Line] = []
    begin, number = (content.index("\n") + 1, 2) if said else (0, 1)
    while begin < len(content) and len(found) < LINES_LOOKED_AT:
        end = content.find("\n", begin)
        end = len(content) if end < 0 else end
        line = content[begin : min(end, begin + LONGEST_CELL_CHARACTERS)]
        separator = said or max(_SEPARATORS, key=line.count)
        if line.strip():
            cells = _first_cells(content[begin : begin + LONGEST_CELL_CHARACTERS], separator)
            if any(cells):
                found.append(_Line(begin, number, separator, cells))
        begin, number = end + 1, number + 1
    return found


def _first_cells(content: str, separator: str) -> list[str]:
    return [cell.strip() for cell in next(_reader(content, separator), [])]


def _reader(content: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(content) + 1))
    return csv.reader(io.StringIO(content), delimiter=separator)


def _rows(sheet: _Sheet, header: list[str]) -> Iterator[Row]:
    """Raises FileUnreadable when a quotation mark stays open, which would swallow all lines after it into one cell, and
    for a cell that is longer than any could be."""
    seen_header = False
    line = 1 + sheet.skipped
    for cells in _reader(f"{sheet.content}\n{_END}", sheet.separator):
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
