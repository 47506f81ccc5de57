"""Columns of an import: their names in English and Chinese, whether they must be there, and how to read a cell."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from crm_store.importing import cells as parsers
from crm_store.importing import figures, habits
from crm_store.importing.cells import Parser
from crm_store.importing.encodings import is_of_another
from crm_store.importing.errors import CellRefused, Refusal
from crm_store.importing.number_formats import DIGITS_A_SPREADSHEET_KEEPS
from crm_store.importing.same_number import People
from crm_store.importing.unread import why_unread
from crm_store.text import normalise


@dataclass(frozen=True)
class Column:
    """`name`: ours; `aliases`: other headers that mean it, in Simplified script (Traditional ones meet them);
    `about`: what belongs there, for the documentation of the format; `instead`: columns of which any may stand for a
    required one.
    """

    name: str
    parse: Parser
    about: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row to import: its line in the file (the header being line 1) and its cells by header."""

    line: int
    cells: Mapping[str, object]


EXTRA_CELLS = "…"
"""The header under which cells beyond the last column are handed on, so that the row can be refused by name."""
_SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"|\'(?=[+\d#])(.+)')
"""How shop systems keep a spreadsheet from making a number of a text: ="00123", '+8613812345678."""


SIGNS = "signs"
"""Of a row: the currencies that its amounts may be in by what stands beside them; empty where they name none."""


NOTE = "note"
"""Of a row: what is to be said of it although it is taken, a CellRefused with a value of the labels `import_note`."""


BY_SIGN = "by_sign"
"""Of a row: that its currency stands in no column, but beside its amounts."""


class Truth(str):
    """A cell that is no text: true or false."""

    __slots__ = ()


class AsText(str):
    """A cell that was kept from a spreadsheet's hands by a sign in front: its digits are as they were typed."""

    __slots__ = ()


class Several(str):
    """A cell that is a list."""

    __slots__ = ()


class Differing(str):
    """What two cells for the same column say, where they disagree."""

    __slots__ = ()


KNOWN_CELLS = 20_000
"""Values of one column that are remembered while a file is read: more days than people are old."""
TRIED_CELLS = 2_000
"""After so many different values without a tenth of repeats a column is one of numbers, and nothing is remembered."""


class KnownCells:
    """What the cells of one file have been read as, for columns in which the same come again and again."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Any]] = {}
        self._repeats: Counter[str] = Counter()
        self.people = People()

    def of(self, column: str) -> dict[str, Any] | None:
        """Values of the column by the text of their cells; None for one that does not repeat itself."""
        known = self._of.setdefault(column, {})
        if len(known) == TRIED_CELLS and self._repeats[column] < TRIED_CELLS // 10:
            return None
        return known

    def repeated(self, column: str) -> None:
        self._repeats[column] += 1


class Layout:
    """The columns of one kind of import."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns
        self._met: dict[str, Column | None] = {}
        self.habits = habits.NONE

    @cached_property
    def _names(self) -> dict[str, Column]:
        return {normalise(name): column for column in self.columns for name in (column.name, *column.aliases)}

    def column_of(self, header: str) -> Column | None:
        # The same few headers come with every row; finding their common form is the slow part.
        if header not in self._met:
            self._met[header] = self._names.get(normalise(header))
        return self._met[header]

    def unknown(self, headers: Iterable[str]) -> set[str]:
        return {header for header in headers if header.strip() and self.column_of(header) is None}

    def missing(self, headers: Sequence[str]) -> tuple[str, ...]:
        """Required columns that no header stands for."""
        there = {column.name for header in headers if (column := self.column_of(header))}
        return self._lacking(there)

    def _lacking(self, there: Collection[str]) -> tuple[str, ...]:
        return tuple(
            column.name
            for column in self.columns
            if column.required and not {column.name, *column.instead} & set(there)
        )

    def for_header(self, header: Sequence[str]) -> "Layout":
        """The layout that fits a file with this header."""
        return self

    def lacking(self, header: Sequence[str]) -> tuple[str, ...]:
        """What a line would lack if it were the header of a file."""
        return self.for_header(header).missing(header)

    def arranged(self, rows: list[Row]) -> list[Row]:
        """The rows as they are to be read, each for itself."""
        return rows

    def knowing(self, rows: Iterable[Row]) -> Self:
        """The same layout for a reader who has seen all of these rows: what some of them tell of their numbers holds
        for the others."""
        seen = copy(self)
        seen.habits = habits.told_by(self._telling(rows))
        return seen

    def _telling(self, rows: Iterable[Row]) -> Iterator[tuple[str, Parser, str]]:
        for row in rows:
            for header, raw in row.cells.items():
                # Most cells are short and plain, and this looks at all of a file.
                if isinstance(raw, str) and ("," in raw or "，" in raw or len(raw) > DIGITS_A_SPREADSHEET_KEEPS):
                    column = self.column_of(header)
                    if column is not None:
                        yield column.name, column.parse, as_text(raw)
                elif isinstance(raw, int) and raw > 10**DIGITS_A_SPREADSHEET_KEEPS:
                    column = self.column_of(header)
                    if column is not None:
                        yield column.name, column.parse, str(raw)

    def cells(self, row: Row) -> Iterator[tuple[Column, str]]:
        """What stands in the row for our columns; empty cells are left out."""
        found: dict[str, tuple[Column, list[str]]] = {}
        for header, raw in row.cells.items():
            column = self.column_of(header)
            cell = as_text(raw)
            if column is not None and cell:
                found.setdefault(column.name, (column, []))[1].append(cell)
        for column, cells in found.values():
            yield column, one_of(cells)

    def read(self, row: Row, known: KnownCells | None = None) -> dict[str, Any]:
        """Values by our column names; what is empty or not there is left out. `known`: what was read of this file,
        which is filled: days, states and prices come again and again. Raises CellRefused."""
        known = KnownCells() if known is None else known
        values: dict[str, Any] = {}
        amounts: dict[str, str] = {}
        for column, cell in self.cells(row):
            is_money = column.parse is figures.money
            met = None if is_money or type(cell) is not str else known.of(column.name)
            if met is not None and cell in met:
                value = met[cell]
                known.repeated(column.name)
                values[column.name] = list(value) if isinstance(value, list) else value
                continue
            try:
                self.habits.refuse(column.name, column.parse, cell, is_kept=isinstance(cell, AsText))
                values[column.name] = _parsed(column, str(cell) if isinstance(cell, AsText) else cell)
            except ValueError as problem:
                raise CellRefused(column.name, cell, str(problem)) from None
            if met is not None and len(met) < KNOWN_CELLS:
                met[cell] = values[column.name]
            if is_money:
                amounts[column.name] = cell
        if lacking := self._lacking(values):
            raise CellRefused(lacking[0], "", "required")
        return values | _currency_of(amounts, values.get("currency"))


def _parsed(column: Column, cell: str) -> object:
    """Raises ValueError with a reason code."""
    if type(cell) is not str:
        _require_fitting(column, cell)
    if is_of_another(cell):
        raise ValueError("other_encoding")
    if (reason := why_unread(cell)) is not None:
        raise ValueError(reason)
    if cell in _SPREADSHEET_ERRORS:
        raise ValueError("spreadsheet_error")
    return column.parse(cell)


def _require_fitting(column: Column, cell: str) -> None:
    """Raises ValueError where two cells disagree, or true, false or a list stands where a text belongs."""
    if isinstance(cell, Differing):
        raise ValueError("columns_differ")
    fitting = {Truth: parsers.yes_no, Several: parsers.words}.get(type(cell), column.parse)
    if column.parse is not fitting:
        raise ValueError("not_a_text")


def _currency_of(amounts: Mapping[str, str], told: str | None) -> dict[str, Any]:
    """The currency of a row and the signs of its amounts: what its column says, else what its amounts name. Raises
    CellRefused where they disagree, or where the sign is one of several currencies' and none of them is the shop's own;
    and where only some amounts name one that is not the shop's own."""
    plain: list[str] = []
    column, signs = told, frozenset[str]()
    for name, cell in amounts.items():
        meant = figures.currencies_named(cell)
        if not meant:
            plain.append(name)
        if told is None and len(meant) == 1:
            (told,) = meant
        elif told is not None and meant and told not in meant:
            raise CellRefused(name, cell, "other_currency")
        elif told is None and meant and figures.OWN_CURRENCY not in meant:
            raise CellRefused(name, cell, "currency_unclear")
        signs = (signs & meant or meant) if meant else signs
    if told is None:
        return {SIGNS: signs} if signs else {}
    if column is None and told != figures.OWN_CURRENCY:
        for name in plain:
            if figures.money(amounts[name]):
                raise CellRefused(name, amounts[name], "other_currency")
    if column is None:
        return {"currency": told, SIGNS: signs, BY_SIGN: True}
    return {"currency": told, SIGNS: signs} if signs else {"currency": told}


def one_of(cells: Sequence[str]) -> str:
    """What all of these cells for one column say; a Differing where they do not."""
    return cells[0] if len(cells) == 1 or len(set(cells)) == 1 else Differing(" | ".join(cells))


def by_header(header: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    """The cells of a row by their headers. Of two columns with one name, the one that says something; a Differing where
    both do."""
    if len(set(header)) == len(header):
        return dict(zip(header, cells, strict=False))
    found: dict[str, list[object]] = {}
    for name, cell in zip(header, cells, strict=False):
        found.setdefault(name, []).append(cell)
    return {name: _one_cell(several) for name, several in found.items()}


def _one_cell(cells: Sequence[object]) -> object:
    if len(cells) == 1:
        return cells[0]
    said = [text for cell in cells if (text := as_text(cell))]
    return one_of(said) if said else ""


@dataclass(frozen=True)
class Table:
    """A file that can be imported: its header as written, the rows, the encoding it was in (`xlsx` for a workbook), the
    layout that fits it, what stands between its cells, and what is to be said of its rows (labels `import_note`).
    `header_line`: where the header stands; `above`: so many lines with words above it are left out."""

    header: tuple[str, ...]
    rows: list[Row]
    encoding: str
    layout: Layout
    separator: str = ""
    notes: tuple[Refusal, ...] = ()
    header_line: int = 1
    above: int = 0


def noted_above(line: int, above: int) -> tuple[Refusal, ...]:
    """That the header stands in this line, and that those `above` it are left out."""
    return (Refusal(line, "", "", "lines_above_header"),) if above else ()


def without_headers(rows: Iterable[Row]) -> tuple[list[Row], tuple[Refusal, ...]]:
    """The rows without those in which the header stands again, as where files were put one below the other; each of
    those is told."""
    left: list[Row] = []
    notes: list[Refusal] = []
    for row in rows:
        if _is_header(row):
            notes.append(Refusal(row.line, "", "", "header_again"))
        else:
            left.append(row)
    return left, tuple(notes)


def _is_header(row: Row) -> bool:
    return bool(row.cells) and all(
        isinstance(cell, str) and cell.strip(" \t\n\ufeff") == header for header, cell in row.cells.items()
    )


def as_rows(mappings: Iterable[Mapping[str, object]], *, first_line: int = 1) -> list[Row]:
    """Rows from dictionaries, for example of a JSON body; they count from `first_line`."""
    return [Row(line, cells) for line, cells in enumerate(mappings, start=first_line)]


def as_text(value: object) -> str:
    """A cell as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, Truth | Several | Differing | AsText):
        return value
    if isinstance(value, bool):
        return Truth("yes" if value else "no")
    if isinstance(value, list | tuple):
        return Several(";".join(as_text(part) for part in value))
    text = str(value).strip()
    if text[:1] in ("=", "'") and (kept := _KEPT_AS_TEXT.fullmatch(text)):
        return AsText((kept[1] or kept[2] or "").strip())
    return text
