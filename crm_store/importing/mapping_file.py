"""A mapping as a file: written to be looked through and changed, and read again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from crm_store.errors import CrmError
from crm_store.importing.columns import Column, Layout
from crm_store.importing.errors import FileUnreadable
from crm_store.importing.mapping import UNDECIDED, ColumnMap, Mapped, Reading, Rule
from crm_store.importing.sources import column_map, narrowed
from crm_store.text import normalise

PARTS = ("kind", "source", "blank_below", "columns", "words", "rules", "constants", "unused")
FIRST_LINE = "# How a file is read by Huike, to be changed as needed and given back with --mapping."
HEAD = f"""\
{FIRST_LINE}
# columns: our column, and the header or headers that fill it (the first that is not empty; join puts several together).
# {UNDECIDED} for one that is required and that nothing fills yet.
# words: what the file's words mean; "" for nothing. {UNDECIDED} for what is still to be said.
# rules: what several cells mean together; "*" is anything, "" is empty. constants: what the file does not say.
"""


class MappingRefused(CrmError):
    """A mapping file that cannot be used. `reason_code`: a value of the labels `import_mapping_problem`; `where`: the
    entry at fault."""

    code = "import_mapping_refused"

    def __init__(self, reason_code: str, where: str = "") -> None:
        self.reason_code, self.where = reason_code, where
        super().__init__(reason_code=reason_code, where=where)


def is_mapping(first_line: str) -> bool:
    """Whether a file that begins so is a mapping that was written here."""
    return first_line == FIRST_LINE


def written(kind: str, layout: Layout, read: Sequence[Reading], *, unfilled: Sequence[str] = ()) -> str:
    """The mapping of a file as YAML; words that nothing tells, and our columns that are `unfilled`, are put in with a
    question mark."""
    mapping = layout.mapping if isinstance(layout, Mapped) else ColumnMap()
    words: dict[str, dict[str, str]] = {name: dict(each) for name, each in mapping.words.items()}
    for each in read:
        if each.means == UNDECIDED and each.column not in mapping.rules:
            words.setdefault(each.column, {})[each.said] = UNDECIDED
    content: dict[str, Any] = {
        "kind": str(kind),
        "source": mapping.source,
        "blank_below": "true" if mapping.blank_below else "false",
        "columns": {
            **dict.fromkeys(unfilled, UNDECIDED),
            **{name: _headers(name, headers, mapping) for name, headers in mapping.columns.items()},
        },
        "words": words,
        "rules": {name: [_rule(rule) for rule in rules] for name, rules in mapping.rules.items()},
        "constants": dict(mapping.constants),
        "unused": list(mapping.unused),
    }
    return HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _headers(name: str, headers: Sequence[str], mapping: ColumnMap) -> Any:
    if name in mapping.joined:
        return {"join": list(headers)}
    return headers[0] if len(headers) == 1 else list(headers)


def _rule(rule: Rule) -> dict[str, Any]:
    said = {header: words[0] if len(words) == 1 else list(words) for header, words in rule.when.items()}
    return {"when": said, "takes": rule.takes} if rule.takes else {"when": said, "means": rule.means}


class Told(Layout):
    """The columns of a kind as a mapping file tells them."""

    def __init__(self, plain: Layout, mapping: ColumnMap) -> None:
        super().__init__(*plain.columns)
        self._plain, self._mapping = plain, mapping
        self._known = {normalise(header) for header in mapping.headers()}

    def column_of(self, header: str) -> Column | None:
        return self.columns[0] if normalise(header) in self._known else None

    def for_header(self, header: Sequence[str]) -> Layout:
        """Raises FileUnreadable when a header that the mapping names is not there."""
        there = {normalise(each): each for each in header}
        if missing := sorted(each for each in self._mapping.headers() if normalise(each) not in there):
            raise FileUnreadable("mapped_headers_missing", tuple(missing))
        mapping = narrowed(self._mapping, there)
        unused = tuple(each for each in header if each.strip() and each not in mapping.headers())
        return Mapped(self._plain, mapping.with_unused(unused))

    def lacking(self, header: Sequence[str]) -> tuple[str, ...]:
        try:
            return super().lacking(header)
        except FileUnreadable as unreadable:
            return unreadable.columns


def read(text: str, kind: str, plain: Layout) -> Told:
    """Raises MappingRefused with the entry that is at fault."""
    try:
        # Every word is a text here: yes, no and null are what shops write.
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError):
        raise MappingRefused("no_yaml") from None
    if not isinstance(content, Mapping) or not isinstance(content.get("columns"), Mapping):
        raise MappingRefused("no_columns")
    if unknown := sorted(set(content) - set(PARTS)):
        raise MappingRefused("unknown_part", ", ".join(map(str, unknown)))
    if content.get("kind") not in (None, str(kind)):
        raise MappingRefused("other_kind", str(content["kind"]))
    try:
        mapping = column_map(content, source=content.get("source") or "")
        if not all(isinstance(word, str) for word in _words(mapping)):
            raise MappingRefused("not_as_described")
    except (TypeError, KeyError, ValueError, AttributeError):
        raise MappingRefused("not_as_described") from None
    if unfilled := [name for name, headers in mapping.columns.items() if headers == (UNDECIDED,)]:
        raise MappingRefused("column_unfilled", ", ".join(map(str, unfilled)))
    _look_at(mapping, {column.name: column for column in plain.columns})
    return Told(plain, _decided(mapping))


def _words(mapping: ColumnMap) -> Iterator[object]:
    """All that a mapping says, which is text: YAML allows lists and tables in the same places."""
    yield mapping.source
    for part in (mapping.columns, mapping.words, mapping.rules, mapping.constants):
        yield from part
    for headers in mapping.columns.values():
        yield from headers
    for words in mapping.words.values():
        yield from (*words, *words.values())
    yield from mapping.constants.values()
    for rule in (rule for rules in mapping.rules.values() for rule in rules):
        yield from (rule.means, rule.takes, *rule.when)
        for said in rule.when.values():
            yield from said


def _look_at(mapping: ColumnMap, columns: Mapping[str, Column]) -> None:
    for name in (*mapping.columns, *mapping.words, *mapping.rules, *mapping.constants):
        if name not in columns:
            raise MappingRefused("unknown_column", name)
    meanings = [
        *((name, value) for name, words in mapping.words.items() for value in words.values()),
        *((name, rule.means) for name, rules in mapping.rules.items() for rule in rules),
        *mapping.constants.items(),
    ]
    for name, value in meanings:
        if value in ("", UNDECIDED):
            continue
        try:
            columns[name].parse(value)
        except ValueError:
            raise MappingRefused("unknown_value", f"{name}: {value}") from None


def _decided(mapping: ColumnMap) -> ColumnMap:
    words = {
        name: {said: means for said, means in each.items() if means != UNDECIDED}
        for name, each in mapping.words.items()
    }
    return mapping.with_words(words)
