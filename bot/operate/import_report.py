"""What `huike import` says of a file: what it understood, what became of the rows, and which were refused and why."""

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from bot.jobs.imports import Assessed
from bot.wording import wording
from crm_store.clock import business_zone
from crm_store.importing import (
    UNDECIDED,
    CellRefused,
    ColumnMap,
    ImportKind,
    ImportReport,
    Mapped,
    Reading,
    Refusal,
    Table,
)
from crm_store.labels import label
from crm_store.language import Language

SHOWN_REFUSALS = 10
SHOWN_ROWS = 3
FIRST_LINE_CHARACTERS = 200
_FORMULA_CHARACTERS = ("=", "+", "-", "@", "\t")


class Impossible(Exception):
    """The import cannot begin; the text says what to do."""


def refuse_overwriting(
    target: Path | None, sources: Sequence[Path | None], ours: Callable[[str], bool], language: Language
) -> None:
    """A file that the shop made is never written over: not the one that is read, and no other that is not a report or
    a mapping of ours, which `ours` tells by its first line. Raises Impossible."""
    if target is None or not target.is_file():
        return
    if any(source is not None and source.is_file() and target.samefile(source) for source in sources):
        raise Impossible(wording("importing.would_overwrite", language, file=target))
    try:
        with target.open(encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline(FIRST_LINE_CHARACTERS).rstrip("\r\n")
    except OSError:
        return  # writing will say what is wrong with it
    if first and not ours(first):
        raise Impossible(wording("importing.other_file", language, file=target))


def is_report(first_line: str) -> bool:
    """Whether a file that begins so is a report of refused rows, in any language."""
    return first_line in {",".join(_report_header(language)) for language in Language}


def _report_header(language: Language) -> list[str]:
    return [wording(f"importing.{name}", language) for name in ("line", "column", "value", "reason", "code")]


def tell_mapping(console: Console, table: Table, read: Sequence[Reading], language: Language) -> None:
    """Whose export it is, which column fills which of ours, how its states are read, and which columns fill nothing."""
    if table.above:
        below = wording("importing.header_below", language, line=table.header_line, count=table.above)
        console.print(escape(below))
    if not isinstance(table.layout, Mapped):
        return
    mapping = table.layout.mapping
    if mapping.source:
        console.print(escape(wording("importing.recognised", language, source=mapping.source)))
    grid = Grid(title=wording("importing.mapping", language), show_header=False)
    for name in dict.fromkeys((*mapping.columns, *mapping.rules)):
        grid.add_row(escape(filled_by(mapping, name)), name)
    for name, value in mapping.constants.items():
        grid.add_row(escape(f"= {value}"), name)
    console.print(grid)
    if read:
        states = Grid(title=wording("importing.states", language), show_header=False)
        for each in read:
            means = each.means if each.means != UNDECIDED else wording("importing.not_known", language)
            states.add_row(each.column, escape(each.said), means, f"{each.rows:,}")
        console.print(states)


def filled_by(mapping: ColumnMap, name: str) -> str:
    """The headers that one of our columns is read from."""
    told = (header for rule in mapping.rules.get(name, ()) for header in (*rule.when, rule.takes) if header)
    sign = " + " if name in mapping.joined else " / "
    return sign.join(dict.fromkeys((*mapping.columns.get(name, ()), *told)))


def tell_understood(console: Console, table: Table, language: Language) -> None:
    """The first rows as they were read: days as days, amounts with two decimals."""
    for row in table.rows[:SHOWN_ROWS]:
        try:
            values = table.layout.read(row)
        except CellRefused:
            continue
        grid = Grid(title=wording("importing.understood", language, line=row.line), show_header=False)
        for column in table.layout.columns:
            if column.name in values:
                grid.add_row(column.name, escape(_readable(column.name, values[column.name])))
        console.print(grid)


def _readable(column: str, value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(business_zone()).isoformat(" ", "seconds")
    if column in MONEY_COLUMNS and isinstance(value, int):
        return f"{value / 100:,.2f}"
    return ", ".join(value) if isinstance(value, list) else str(value)


MONEY_COLUMNS = frozenset({"price", "shipping", "discount", "total"})


def write_report(report: Path | None, refused: list[Refusal], language: Language) -> None:
    """Raises Impossible when the file cannot be written."""
    if report is None:
        return
    try:
        # The byte order mark makes spreadsheets read Chinese right.
        with report.open("w", encoding="utf-8-sig", newline="", errors="replace") as stream:
            writer = csv.writer(stream)
            writer.writerow(_report_header(language))
            for refusal in sorted(refused, key=lambda each: each.line):
                words = label("import_refusal", refusal.reason_code, language)
                writer.writerow([refusal.line, refusal.column, _as_text(refusal.value), words, refusal.reason_code])
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise Impossible(wording("importing.unwritable_report", language, file=report, problem=problem)) from None


def _as_text(value: str) -> str:
    """A cell that a spreadsheet does not run as a formula; numbers stay as they are."""
    harmless = value.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{value}" if value.startswith(_FORMULA_CHARACTERS) and not harmless else value


def tell_sums(console: Console, result: ImportReport, kind: ImportKind, seconds: float, language: Language) -> None:
    grid = Grid(title=label("import_kind", kind, language))
    counts = {name: getattr(result, name) for name in ("created", "updated", "unchanged")}
    counts["refused"] = len(result.refused)
    for name in (*counts, "seconds"):
        grid.add_column(wording(f"importing.{name}", language), justify="right")
    grid.add_row(*(f"{count:,}" for count in counts.values()), f"{seconds:.1f}")
    console.print(grid)
    if result.unchanged and result.unchanged == result.rows:
        console.print(escape(wording("importing.all_known", language)))
    if result.ignored_columns:
        columns = ", ".join(sorted(result.ignored_columns))
        console.print(escape(wording("importing.ignored", language, columns=columns)))


def tell_notes(console: Console, notes: Sequence[Refusal], language: Language) -> None:
    """What was kept as it is here of rows that were taken, and what else is worth knowing of them."""
    if not notes:
        return
    grid = Grid(title=wording("importing.notes", language, count=f"{len(notes):,}"))
    for name in ("line", "value", "note"):
        grid.add_column(wording(f"importing.{name}", language), overflow="fold")
    for note in notes[:SHOWN_REFUSALS]:
        grid.add_row(str(note.line), escape(note.value), label("import_note", note.reason_code, language))
    console.print(grid)


def tell_assessed(console: Console, assessed: Assessed, language: Language) -> None:
    """Whose risk and worth were seen anew."""
    if assessed.members:
        told = wording("importing.assessed", language, members=f"{assessed.members:,}", opened=f"{assessed.opened:,}")
        console.print(escape(told))
    if assessed.valued:
        console.print(escape(wording("importing.valued", language, members=f"{assessed.valued:,}")))


def tell_refused(console: Console, refused: list[Refusal], report: Path | None, language: Language) -> None:
    grid = Grid()
    for name in ("line", "column", "value", "reason"):
        grid.add_column(wording(f"importing.{name}", language), overflow="fold")
    for refusal in refused[:SHOWN_REFUSALS]:
        words = label("import_refusal", refusal.reason_code, language)
        grid.add_row(str(refusal.line), refusal.column, escape(refusal.value), words)
    console.print(grid)
    if report:
        console.print(escape(wording("importing.report_written", language, file=report)))
    else:
        console.print(escape(wording("importing.report_hint", language, count=len(refused))))
