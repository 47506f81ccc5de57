"""`huike import`: a shop's file into the store, with progress, in parts that are each safe on their own."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot.jobs import imports as work
from bot.operate.import_report import (
    Impossible,
    is_report,
    refuse_overwriting,
    tell_assessed,
    tell_mapping,
    tell_notes,
    tell_refused,
    tell_sums,
    tell_understood,
    write_report,
)
from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from bot.wording import wording
from crm_store import importing, imports, migrate, tiers
from crm_store.db import Database
from crm_store.importing import (
    DateOrder,
    FileUnreadable,
    ImportKind,
    ImportReport,
    MappingRefused,
    Table,
    dates_in,
    is_mapping,
    layout,
)
from crm_store.imports import ImportBusy, LeaseLost
from crm_store.labels import label
from crm_store.language import Language

DONE, SOME_REFUSED, NOTHING_DONE = 0, 1, 2


@dataclass(frozen=True)
class HowToRead:
    """What only the writer of a file can tell: its encoding, whether 05/01 is in January or in May, the sheet of a
    workbook, and a mapping file for what its columns and words mean."""

    encoding: str | None = None
    dates: DateOrder | None = None
    sheet: str | None = None
    mapping: Path | None = None


@dataclass(frozen=True)
class _File:
    """`key`: by which the same content is known again."""

    name: str
    key: str
    table: Table


async def import_file(
    settings: Settings,
    console: Console,
    *,
    kind: str,
    file: Path,
    report: Path | None,
    how: HowToRead = HowToRead(),
    dry_run: bool = False,
    write_mapping: Path | None = None,
) -> int:
    """Take `file` over. Exit status: 0 when every row was taken, 1 when some were refused, 2 when nothing was done.

    `report`: a CSV file for the refused rows, written even when there are none. `write_mapping`: only write down how
    the file would be read. `dry_run`: show how the first rows are understood and what would become of all, and keep
    nothing. Repeating an import changes nothing; after an interruption the same command finishes it.
    """
    language = console_language()
    try:
        wanted = _kind(kind, language)
        read_files = (file, how.mapping)
        await asyncio.to_thread(refuse_overwriting, report, read_files, is_report, language)
        await asyncio.to_thread(refuse_overwriting, write_mapping, read_files, is_mapping, language)
        if write_mapping is not None:
            await asyncio.to_thread(_write_mapping, console, write_mapping, wanted, file, how=how, language=language)
            return DONE
        opened = await asyncio.to_thread(_read, wanted, file, how, language)
        table = opened.table
        tell_mapping(console, table, await asyncio.to_thread(importing.readings, table.layout, table.rows), language)
        await asyncio.to_thread(write_report, report, [], language)
    except Impossible as impossible:
        console.print(f"[red]{escape(str(impossible))}[/red]")
        return NOTHING_DONE
    began = time.monotonic()
    try:
        with dates_in(how.dates):
            if dry_run:
                tell_understood(console, table, language)
            async with opened_database(settings) as database:
                await migrate.upgrade(database)
                do = _try if dry_run else _import
                result = await do(database, console, opened, kind=wanted, how=how, language=language)
    except ImportBusy:
        console.print(f"[red]{escape(wording('importing.busy', language))}[/red]")
        return NOTHING_DONE
    except LeaseLost:
        console.print(f"[red]{escape(wording('importing.taken_over', language))}[/red]")
        return NOTHING_DONE
    except StepFailed as failure:
        console.print(f"[red]{escape(failure.what)}[/red]\n{escape(failure.advice)}")
        return NOTHING_DONE
    result.refused.sort(key=lambda refusal: refusal.line)
    await asyncio.to_thread(write_report, report, result.refused, language)
    tell_sums(console, result, wanted, time.monotonic() - began, language)
    if dry_run:
        console.print(escape(wording("importing.nothing_kept", language)))
    tell_notes(console, [*table.notes, *result.notes], language)
    if result.refused:
        tell_refused(console, result.refused, report, language)
    return SOME_REFUSED if result.refused else DONE


def console_language() -> Language:
    """The language of the terminal: Chinese where the locale is, English elsewhere."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return Language.of(locale.split(".")[0]) if locale.startswith("zh") else Language.EN


def _kind(kind: str, language: Language) -> ImportKind:
    if kind not in set(ImportKind):
        raise Impossible(wording("importing.unknown_kind", language, kind=repr(kind), kinds=", ".join(ImportKind)))
    return ImportKind(kind)


def _read(kind: ImportKind, file: Path, how: HowToRead, language: Language) -> _File:
    """Raises Impossible with what to do about the file."""
    data = _content(file, language)
    table = _understood(importing.read_file, data, kind, file, how=how, language=language)
    if how.mapping is None and (other := importing.likelier_kind(table, kind)) is not None:
        raise Impossible(f"{file}: {_looks_like(other, file, language)}")
    return _File(file.name, imports.file_key(data), table)


class _Reader[T](Protocol):
    def __call__(
        self, data: bytes, kind: ImportKind, *, encoding: str | None, sheet: str | None, mapping: str | None
    ) -> T: ...


def _understood[T](
    reader: _Reader[T], data: bytes, kind: ImportKind, file: Path, *, how: HowToRead, language: Language
) -> T:
    """What `reader` makes of the file. Raises Impossible."""
    mapping = None if how.mapping is None else _content(how.mapping, language).decode("utf-8-sig", "replace")
    try:
        return reader(data, kind, encoding=how.encoding, sheet=how.sheet, mapping=mapping)
    except MappingRefused as refused:
        problem = label("import_mapping_problem", refused.reason_code, language, where=refused.where)
        raise Impossible(wording("importing.unusable_mapping", language, file=how.mapping, problem=problem)) from None
    except FileUnreadable as unreadable:
        raise Impossible(_advice(kind, file, data, unreadable, language)) from None


def _content(file: Path, language: Language) -> bytes:
    if file.exists() and not file.is_file() and not file.is_dir():
        # A pipe or a device has no end that anybody could wait for.
        raise Impossible(wording("importing.no_regular_file", language, file=file))
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise Impossible(wording("importing.no_file", language, file=file)) from None
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise Impossible(wording("importing.unreadable_file", language, file=file, problem=problem)) from None


def _write_mapping(
    console: Console, target: Path, kind: ImportKind, file: Path, *, how: HowToRead, language: Language
) -> None:
    """Also for a file of which required columns are not known yet: they stand there to be filled in."""
    found = _understood(importing.look, _content(file, language), kind, file, how=how, language=language)
    tell_mapping(console, found.table, found.states, language)
    try:
        text = importing.written(kind, found.table.layout, found.states, unfilled=found.missing)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise Impossible(wording("importing.unwritable_mapping", language, file=target, problem=problem)) from None
    if found.missing:
        console.print(escape(wording("importing.mapping_unfilled", language, columns=", ".join(found.missing))))
    console.print(escape(wording("importing.mapping_written", language, file=target)))


def _looks_like(kind: ImportKind, file: Path, language: Language) -> str:
    name = label("import_kind", kind, language)
    return wording("importing.looks_like", language, kind=name, command=f"huike import {kind} {file}")


def _advice(kind: ImportKind, file: Path, data: bytes, unreadable: FileUnreadable, language: Language) -> str:
    columns = ", ".join(unreadable.columns)
    readings = ", ".join(f"{encoding}: {words}" for encoding, words in unreadable.readings)
    problem = label(
        "import_file_problem",
        unreadable.reason_code,
        language,
        columns=columns,
        line=unreadable.line,
        encoding=unreadable.encoding,
        readings=readings,
    )
    lines = [f"{file}: {problem}"]
    if unreadable.reason_code == "missing_columns":
        other = _likeliest(data)
        if other is not None and other != kind:
            lines.append(_looks_like(other, file, language))
        else:
            required = ", ".join(column.name for column in layout(kind).columns if column.required)
            name = label("import_kind", kind, language)
            lines.append(wording("importing.columns_of_kind", language, kind=name, columns=required))
    return "\n".join(lines)


def _likeliest(data: bytes) -> ImportKind | None:
    """The kind that a file is, if it is any."""
    try:
        kind = importing.kind_of(data)
        importing.read_file(data, kind)
    except FileUnreadable:
        return None
    return kind


async def _import(
    database: Database, console: Console, file: _File, *, kind: ImportKind, how: HowToRead, language: Language
) -> ImportReport:
    """Raises ImportBusy."""
    table, token, result = file.table, uuid.uuid4().hex, ImportReport()
    async with database.transaction(bulk=True) as session:
        run = await imports.begin(
            session, kind=kind, file_name=file.name, key=file.key, rows=len(table.rows), token=token, dates=how.dates
        )
    async with _progress(console, label("import_kind", kind, language), len(table.rows)) as (progress, task):

        async def show(report: ImportReport) -> None:
            result.add(report)
            progress.update(task, completed=result.rows, rate=_rate(progress, task, result.rows, language))

        try:
            async with work.kept(database, run.id, token):
                members = await work.take_rows(database, run, token, table, dates=how.dates, on_part=show)
        except asyncio.CancelledError:
            console.print(escape(wording("importing.interrupted", language, done=result.rows)))
            await asyncio.shield(work.finish(database, run, token, error="Interrupted"))
            raise
    async with work.kept(database, run.id, token):
        tell_assessed(console, await work.assess(database, kind, members), language)
    await work.finish(database, run, token)
    console.print(escape(wording("importing.can_be_undone", language, command=f"huike import --undo {run.id}")))
    return result


async def _try(
    database: Database, console: Console, file: _File, *, kind: ImportKind, how: HowToRead, language: Language
) -> ImportReport:
    result = ImportReport()
    async with database.transaction(bulk=True) as session:
        await tiers.ensure_defaults(session)
    async with _progress(console, label("import_kind", kind, language), len(file.table.rows)) as (progress, task):
        async for part, _ in work.parts_read(kind, file.table, dates=how.dates):
            result.add(await work.tried(database, part, source=file.name))
            progress.update(task, completed=result.rows, rate=_rate(progress, task, result.rows, language))
    return result


@asynccontextmanager
async def _progress(console: Console, what: str, total: int) -> AsyncIterator[tuple[Progress, TaskID]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress, progress.add_task(what, total=total, rate="")


def _rate(progress: Progress, task: TaskID, done: int, language: Language) -> str:
    elapsed = next(each.elapsed for each in progress.tasks if each.id == task) or 0.001
    return wording("importing.rows_per_second", language, rate=f"{done / elapsed:,.0f}")
