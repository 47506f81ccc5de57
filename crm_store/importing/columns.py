"""Columns of an import: their names in English and Chinese, whether they must be there, and how to read a cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm_store.importing.cells import Parser
from crm_store.importing.encodings import is_of_another
from crm_store.importing.errors import CellRefused
from crm_store.text import normalise


@dataclass(frozen=True)
class Column:
    """`name`: ours; `aliases`: other headers that mean it, in Simplified script (Traditional ones meet them);
    `about`: what belongs there, for the documentation of the format.
    """

    name: str
    parse: Parser
    about: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Row:
    """One row to import: its line in the file (the header being line 1) and its cells by header."""

    line: int
    cells: Mapping[str, object]


class Layout:
    """The columns of one kind of import."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns
        self._met: dict[str, Column | None] = {}

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
        return tuple(column.name for column in self.columns if column.required and column.name not in there)

    def read(self, row: Row) -> dict[str, Any]:
        """Values by our column names; what is empty or not there is left out. Raises CellRefused."""
        values: dict[str, Any] = {}
        for header, raw in row.cells.items():
            column = self.column_of(header)
            cell = _as_text(raw)
            if column is None or not cell:
                continue
            try:
                if is_of_another(cell):
                    raise ValueError("other_encoding")
                values[column.name] = column.parse(cell)
            except ValueError as problem:
                raise CellRefused(column.name, cell, str(problem)) from None
        for column in self.columns:
            if column.required and column.name not in values:
                raise CellRefused(column.name, "", "required")
        return values


def as_rows(mappings: Iterable[Mapping[str, object]], *, first_line: int = 1) -> list[Row]:
    """Rows from dictionaries, for example of a JSON body; they count from `first_line`."""
    return [Row(line, cells) for line, cells in enumerate(mappings, start=first_line)]


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ";".join(_as_text(part) for part in value)
    return str(value).strip()
