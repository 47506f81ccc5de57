"""Reading CSV files as spreadsheets really write them: with or without a byte order mark; in UTF-8, UTF-16, GBK or
Big5; separated by comma, semicolon or tab.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from crm_store.importing.columns import Layout, Row
from crm_store.importing.errors import FileUnreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# GB18030 can read nearly any bytes, so that the header decides between it and Big5.
_GUESSES = ("utf-8", "gb18030", "cp950")
_SEPARATORS = ",;\t"
EXTRA_CELLS = "…"
"""The header under which cells beyond the last column are handed on, so that the row can be refused by name."""


@dataclass(frozen=True)
class Table:
    """A file that can be imported: its header as written, the rows, and the encoding it was in."""

    header: tuple[str, ...]
    rows: list[Row]
    encoding: str


def read_csv(data: bytes, layout: Layout) -> Table:
    """Rows of a CSV file with their line numbers; empty lines are skipped.

    Raises FileUnreadable when it is empty, in no encoding we know, or lacks a required column.
    """
    if not data.strip():
        raise FileUnreadable("empty")
    best: tuple[int, str, str] | None = None
    for encoding, content in _decoded(data):
        header = _header(content)
        known = len(header) - len(layout.unknown(header))
        if best is None or known > best[0]:
            best = (known, encoding, content)
    if best is None:
        raise FileUnreadable("unknown_encoding")
    _, encoding, content = best
    header = _header(content)
    if missing := layout.missing(header):
        raise FileUnreadable("missing_columns", missing)
    return Table(tuple(header), list(_rows(content, header)), encoding)


_END = "\x03"
"""Put after the last line to see whether the file's own quotation marks are all closed by then."""


def _decoded(data: bytes) -> Iterator[tuple[str, str]]:
    encodings = [encoding for mark, encoding in _MARKS if data.startswith(mark)] or list(_GUESSES)
    for encoding in encodings:
        try:
            yield encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue


def _separator(content: str) -> str:
    first = content.lstrip("\r\n").splitlines()[0] if content.strip() else ""
    return max(_SEPARATORS, key=first.count)


def _header(content: str) -> list[str]:
    for cells in csv.reader(io.StringIO(content), delimiter=_separator(content)):
        if any(cell.strip() for cell in cells):
            return [cell.strip() for cell in cells]
    return []


def _rows(content: str, header: list[str]) -> Iterator[Row]:
    """Raises FileUnreadable when a quotation mark stays open: it would swallow all lines after it into one cell."""
    reader = csv.reader(io.StringIO(f"{content}\n{_END}"), delimiter=_separator(content))
    seen_header = False
    line = 1
    for cells in reader:
        started, line = line, reader.line_num + 1
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            raise FileUnreadable("open_quote", line=started)
        if not any(cell.strip() for cell in cells):
            continue
        if not seen_header:
            seen_header = True
            continue
        row: dict[str, object] = dict(zip(header, cells, strict=False))
        if any(cell.strip() for cell in cells[len(header) :]):
            row[EXTRA_CELLS] = cells[len(header) :]
        yield Row(started, row)
