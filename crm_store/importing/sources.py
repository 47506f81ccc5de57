"""The exports that are recognised by their headers: one file of `sources/` each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crm_store.importing.columns import Column, Layout
from crm_store.importing.mapping import ColumnMap, Mapped, Rule
from crm_store.text import normalise

FOLDER = Path(__file__).parent / "sources"


@dataclass(frozen=True)
class Source:
    """An export of one kind. `told_by`: headers that must all be there, `told_by_one`: of which one must, `but_not`:
    of which none may; `left_out`: headers it has that are of no use here."""

    name: str
    told_by: frozenset[str]
    told_by_one: frozenset[str]
    but_not: frozenset[str]
    mapping: ColumnMap
    left_out: frozenset[str]

    def fits(self, header: Sequence[str]) -> bool:
        there = {normalise(each) for each in header}
        one = not self.told_by_one or self.told_by_one & there
        return self.told_by <= there and bool(one) and not self.but_not & there


@cache
def sources(kind: str) -> tuple[Source, ...]:
    """All that are known of a kind, those told by most headers first."""
    found = list(_read(kind))
    return tuple(sorted(found, key=lambda source: -len(source.told_by)))


def _read(kind: str) -> Iterator[Source]:
    for path in sorted(FOLDER.glob("*.yml")):
        # Every word is a text here: yes, no and null are what shops write.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        if kind in content:
            about = content[kind]
            yield Source(
                name=content["name"],
                mapping=column_map(about, source=content["name"]),
                **{name: _folded(about.get(name, ())) for name in ("told_by", "told_by_one", "but_not", "left_out")},
            )


def column_map(about: Mapping[str, Any], *, source: str) -> ColumnMap:
    """The mapping that a file of ours describes. Raises the usual errors of a wrong shape: the caller looks first."""
    columns = {name: _headers(headers) for name, headers in (about.get("columns") or {}).items()}
    joined = (name for name, headers in (about.get("columns") or {}).items() if isinstance(headers, Mapping))
    return ColumnMap(
        source=source,
        columns=columns,
        joined=frozenset(joined),
        words={name: dict(words) for name, words in (about.get("words") or {}).items()},
        rules={name: tuple(_rule(rule) for rule in rules) for name, rules in (about.get("rules") or {}).items()},
        constants=dict(about.get("constants") or {}),
        blank_below=about.get("blank_below") == "true",
    )


def _headers(said: Any) -> tuple[str, ...]:
    if isinstance(said, Mapping):
        return tuple(said["join"])
    return (said,) if isinstance(said, str) else tuple(said)


def _rule(said: Mapping[str, Any]) -> Rule:
    when = {header: (words,) if isinstance(words, str) else tuple(words) for header, words in said["when"].items()}
    return Rule(when, said.get("means", ""), said.get("takes", ""))


def _folded(headers: Sequence[str]) -> frozenset[str]:
    return frozenset(normalise(each) for each in headers)


class AnyShop(Layout):
    """The columns of a kind before it is known whose export a file is: it knows the headers of all."""

    def __init__(self, kind: str, plain: Layout) -> None:
        super().__init__(*plain.columns)
        self.kind, self.plain = kind, plain
        self._known = {normalise(header) for source in sources(kind) for header in source.mapping.headers()}.union(
            *(source.left_out for source in sources(kind))
        )

    def column_of(self, header: str) -> Column | None:
        known = self.columns[0] if normalise(header) in self._known else None
        return self.plain.column_of(header) or known

    def for_header(self, header: Sequence[str]) -> Layout:
        return recognised(self.kind, self.plain, header)


def recognised(kind: str, plain: Layout, header: Sequence[str]) -> Mapped:
    """The layout of a file with this header: that of the shop system which writes such headers, or our own."""
    source = next((each for each in sources(kind) if each.fits(header)), None)
    if source is None:
        return Mapped(plain, _of_our_own(plain, header, frozenset(), ColumnMap()))
    there = {normalise(each): each for each in header}
    theirs = narrowed(source.mapping, there)
    return Mapped(plain, _of_our_own(plain, header, source.left_out, theirs))


def narrowed(mapping: ColumnMap, there: Mapping[str, str]) -> ColumnMap:
    """Only what the headers of one file can tell, in its own spelling; `there`: them by their folded form."""
    columns = {
        name: found
        for name, headers in mapping.columns.items()
        if (found := tuple(there[normalise(each)] for each in headers if normalise(each) in there))
    }
    rules: dict[str, tuple[Rule, ...]] = {}
    for name, theirs in mapping.rules.items():
        made = [_narrowed_rule(rule, there) for rule in theirs]
        # Where no header fills a column, rules that only empty it have nothing to do.
        unfilled = name in mapping.columns and name not in columns
        rules[name] = tuple(rule for rule in made if rule is not None and (rule.means or rule.takes or not unfilled))
    rules = {name: kept for name, kept in rules.items() if kept}
    words = {name: words for name, words in mapping.words.items() if name in columns}
    return replace(mapping, columns=columns, joined=mapping.joined & set(columns), words=words, rules=rules)


def _narrowed_rule(rule: Rule, there: Mapping[str, str]) -> Rule | None:
    """A condition on a column that is not there holds if it may be empty."""
    if rule.takes and normalise(rule.takes) not in there:
        return None
    if any(normalise(header) not in there and "" not in words for header, words in rule.when.items()):
        return None
    when = {there[normalise(header)]: words for header, words in rule.when.items() if normalise(header) in there}
    return Rule(when, rule.means, there[normalise(rule.takes)] if rule.takes else "") if when else None


def _of_our_own(plain: Layout, header: Sequence[str], left_out: frozenset[str], theirs: ColumnMap) -> ColumnMap:
    """Add the headers that are our own names for columns which nothing else fills, and name those of no use."""
    columns = dict(theirs.columns)
    used = theirs.headers()
    told = {*theirs.columns, *theirs.rules}
    for each in header:
        column = plain.column_of(each)
        if column is not None and each not in used and normalise(each) not in left_out and column.name not in told:
            columns[column.name] = (*columns.get(column.name, ()), each)
    filled = used | {each for headers in columns.values() for each in headers}
    unused = tuple(each for each in header if each.strip() and each not in filled)
    alike = frozenset(name for name, headers in columns.items() if len(headers) > 1 and name not in theirs.columns)
    return replace(theirs, columns=columns, alike=alike, unused=unused)
