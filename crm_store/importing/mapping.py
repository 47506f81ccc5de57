"""Which column of a shop's file fills which of ours, and how its states are read: found by the headers, or told."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_store.importing.columns import Column, Layout, Row, as_text, one_of
from crm_store.importing.encodings import is_of_another
from crm_store.importing.order_columns import LINE_COLUMNS
from crm_store.importing.unread import why_unread
from crm_store.text import normalise

ANYTHING = "*"
UNDECIDED = "?"
"""Stands in a mapping file where somebody has still to say what a word means: its rows are refused."""


@dataclass(frozen=True)
class Rule:
    """`when`: for each header the words it may say, `*` for anything, empty for nothing. `means`: our value, empty for
    none; or `takes`: the header whose cell it is."""

    when: Mapping[str, tuple[str, ...]]
    means: str = ""
    takes: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """One file's mapping. `columns`: for each of ours the headers that fill it, the first that is not empty, or, for
    those in `joined`, all of them together. `words`: their words for our values. `rules`: values told by several cells
    at once, looked at before `columns`. `constants`: values the file does not say. `blank_below`: rows under the first
    of an order leave the order's own cells empty. `alike`: columns that several headers fill of which nobody said that
    one goes before the other. `unused`: headers that fill nothing; `source`: whose export it is.
    """

    source: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    blank_below: bool = False
    alike: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()

    def headers(self) -> set[str]:
        """All headers that are looked at."""
        told = {header for rules in self.rules.values() for rule in rules for header in (*rule.when, rule.takes)}
        return {header for headers in self.columns.values() for header in headers} | told - {""}

    def with_unused(self, headers: tuple[str, ...]) -> "ColumnMap":
        return replace(self, unused=headers)

    def with_words(self, words: Mapping[str, Mapping[str, str]]) -> "ColumnMap":
        return replace(self, words=words)


class Mapped(Layout):
    """The columns of a kind as one file has them."""

    def __init__(self, plain: Layout, mapping: ColumnMap) -> None:
        super().__init__(*plain.columns)
        self.mapping = mapping
        self._by_name = {column.name: column for column in plain.columns}
        self._words = {
            name: {normalise(said): means for said, means in words.items()} for name, words in mapping.words.items()
        }
        self._used = self._first_use()
        self._plain = self._plainly_filled()

    def _first_use(self) -> dict[str, Column]:
        used: dict[str, Column] = {}
        for name, headers in self.mapping.columns.items():
            for header in headers:
                used.setdefault(header, self._by_name[name])
        for name, rules in self.mapping.rules.items():
            for header in (header for rule in rules for header in (*rule.when, rule.takes) if header):
                used.setdefault(header, self._by_name[name])
        return used

    def _plainly_filled(self) -> list[tuple[str, Column, str]]:
        """For each column that anything fills its name, the column, and the one header whose cell it is as it stands;
        empty where `told` has to be asked."""
        mapping = self.mapping
        names = dict.fromkeys((*mapping.rules, *mapping.columns, *mapping.constants))
        plain = []
        for name in names:
            headers = mapping.columns.get(name, ())
            asks = name in mapping.rules or name in mapping.constants or bool(self._words.get(name))
            plain.append((name, self._by_name[name], headers[0] if len(headers) == 1 and not asks else ""))
        return plain

    def column_of(self, header: str) -> Column | None:
        return self._used.get(header)

    def missing(self, headers: Sequence[str]) -> tuple[str, ...]:
        return self._lacking({*self.mapping.columns, *self.mapping.rules, *self.mapping.constants})

    def cells(self, row: Row) -> Iterator[tuple[Column, str]]:
        """Raises ValueError never: what no rule and no word tells is left for the column to refuse."""
        for name, column, header in self._plain:
            if value := _cell(row, header) if header else self.told(name, row):
                yield column, value

    def told(self, name: str, row: Row) -> str:
        """What the row says for one of our columns, in our own words where they are known."""
        rules = self.mapping.rules.get(name, ())
        for rule in rules:
            if all(_says(row, header, words) for header, words in rule.when.items()):
                return _cell(row, rule.takes) if rule.takes else rule.means
        if rules and name not in self.mapping.columns:
            return self._untold(rules, row)
        said = self._said(name, row) or self.mapping.constants.get(name, "")
        words = self._words.get(name)
        return words.get(normalise(said), said) if words else said

    def _said(self, name: str, row: Row) -> str:
        cells = [cell for header in self.mapping.columns.get(name, ()) if (cell := _cell(row, header))]
        if name in self.mapping.joined:
            return " ".join(cells)
        if not cells:
            return ""
        return one_of(cells) if name in self.mapping.alike else cells[0]

    def _untold(self, rules: Sequence[Rule], row: Row) -> str:
        """The cells that no rule knows together, as one to be refused."""
        headers = dict.fromkeys(header for rule in rules for header in rule.when)
        return "; ".join(f"{header}: {cell}" for header in headers if (cell := _cell(row, header)))

    def arranged(self, rows: list[Row]) -> list[Row]:
        """The rows with the cells that only the first of each order fills."""
        if not self.mapping.blank_below:
            return rows
        return list(_filled(rows, self.mapping))


def _filled(rows: Sequence[Row], mapping: ColumnMap) -> Iterator[Row]:
    own = {header for name in LINE_COLUMNS for header in mapping.columns.get(name, ())}
    shared = mapping.headers() - own
    numbers = mapping.columns.get("order_number", ())
    first: Row | None = None
    for row in rows:
        number = _first(row, numbers)
        if first is None or (number and number != _first(first, numbers)):
            first = row
        elif any(_cell(row, header) for header in own):
            begun = {header: first.cells.get(header, "") for header in shared if not _cell(row, header)}
            yield Row(row.line, {**row.cells, **begun})
            continue
        yield row


def _first(row: Row, headers: Sequence[str]) -> str:
    return next((cell for header in headers if (cell := _cell(row, header))), "")


def _cell(row: Row, header: str) -> str:
    return as_text(row.cells.get(header))


def _says(row: Row, header: str, words: Sequence[str]) -> bool:
    cell = _cell(row, header)
    return any(bool(cell) if word == ANYTHING else normalise(cell) == normalise(word) for word in words)


@dataclass(frozen=True)
class Reading:
    """How a word, or several cells together, of `column` are read in `rows` rows: `means` is empty where nothing is."""

    column: str
    said: str
    means: str
    rows: int


READINGS_SHOWN = 40


def readings(layout: Layout, rows: Sequence[Row]) -> list[Reading]:
    """How every state of the file is read, the frequent ones first: the columns with a few words of ours only."""
    if not isinstance(layout, Mapped):
        return []
    found: Counter[tuple[str, str, str]] = Counter()
    for name in ("status", "event_code", "gender"):
        column = next((each for each in layout.columns if each.name == name), None)
        if column is None or not ({name} & {*layout.mapping.columns, *layout.mapping.rules}):
            continue
        rules = layout.mapping.rules.get(name, ())
        headers = tuple(dict.fromkeys(header for rule in rules for header in rule.when))
        headers = headers or layout.mapping.columns.get(name, ())
        met: dict[tuple[str, ...], tuple[str, str]] = {}
        for row in rows:
            # The moment of a cancellation is no word: whether there is one is what counts.
            cells = tuple(_shown(header, rules, _cell(row, header)) for header in headers)
            if cells not in met:
                met[cells] = (" · ".join(cell for cell in cells if cell), _means(column, layout.told(name, row)))
            said, means = met[cells]
            # What no text can be made of is refused cell by cell, whatever column it stands in.
            if said and not is_of_another(said) and why_unread(said) is None:
                found[(name, said, means)] += 1
    return [Reading(*key, count) for key, count in found.most_common(READINGS_SHOWN)]


def _shown(header: str, rules: Sequence[Rule], cell: str) -> str:
    if cell and any(ANYTHING in rule.when.get(header, ()) for rule in rules):
        return header
    return cell


def _means(column: Column, value: str) -> str:
    try:
        return str(column.parse(value)) if value else ""
    except ValueError:
        return UNDECIDED
