"""`huike imports` and `huike import --undo`: what was imported, and taking it back."""

import uuid
from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table as Grid

from bot.jobs import imports as work
from bot.operate.import_report import tell_assessed
from bot.operate.importing import DONE, NOTHING_DONE, SOME_REFUSED, console_language
from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from bot.wording import wording
from crm_store import imports, migrate
from crm_store.db import Database
from crm_store.errors import NotFound
from crm_store.importing import ImportReport
from crm_store.imports import ImportBusy, ImportNotReady, ImportRun, LeaseLost, RunState
from crm_store.labels import label
from crm_store.language import Language, format_moment

SHOWN = 20
COUNTS = ("created", "updated", "unchanged", "refused")


async def list_imports(settings: Settings, console: Console) -> int:
    """The latest imports, with what became of each."""
    language = console_language()
    try:
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
            async with database.reading() as session:
                runs = await imports.listing(session, limit=SHOWN)
    except StepFailed as failure:
        return _failed(console, failure)
    if not runs:
        console.print(escape(wording("importing.none_yet", language)))
        return DONE
    grid = Grid()
    for name in ("number", "when", "what", "file", *COUNTS, "state"):
        grid.add_column(wording(f"importing.{name}", language), overflow="fold")
    for run in runs:
        counts = [f"{getattr(run, name):,}" for name in COUNTS]
        kind = label("import_kind", run.kind, language)
        state = label("import_state", run.state, language)
        grid.add_row(str(run.id), format_moment(run.created_at, language), kind, escape(run.file_name), *counts, state)
    console.print(grid)
    return DONE


async def undo_import(settings: Settings, console: Console, run_id: int, *, dry_run: bool) -> int:
    """Undo an import, or only show what would become of it. Exit status: 0 when all of it was undone, 1 when some is
    left, 2 when nothing was done."""
    language = console_language()
    try:
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
            if dry_run:
                return await _show(database, console, run_id, language)
            return await _undo(database, console, run_id, language)
    except StepFailed as failure:
        return _failed(console, failure)
    except NotFound:
        problem = wording("importing.no_import", language, number=run_id)
    except ImportBusy:
        problem = wording("importing.busy", language)
    except LeaseLost:
        problem = wording("importing.taken_over", language)
    except ImportNotReady as refused:
        state = label("import_state", refused.state, language)
        problem = wording("importing.not_undoable", language, number=run_id, state=state)
    console.print(f"[red]{escape(problem)}[/red]")
    return NOTHING_DONE


async def _show(database: Database, console: Console, run_id: int, language: Language) -> int:
    outcomes: Counter[str] = Counter()
    async with database.reading(bulk=True) as session:
        run = await imports.get(session, run_id)
        before: int | None = None
        while entries := await imports.waiting(
            session, run.id, limit=work.ROWS_PER_PART, before=before, with_left=True
        ):
            outcomes.update(verdict.outcome for verdict in await imports.looked_at(session, entries))
            before = entries[-1].id
    _tell(console, outcomes, language)
    console.print(escape(wording("importing.not_undone_yet", language)))
    return DONE if set(outcomes) <= set(imports.DONE) else SOME_REFUSED


async def _undo(database: Database, console: Console, run_id: int, language: Language) -> int:
    token = uuid.uuid4().hex
    async with database.transaction() as session:
        run = await imports.begin_undoing(session, run_id, token=token)
    if run.state != RunState.UNDOING:
        raise ImportNotReady(run.id, run.state)
    with Progress(console=console) as progress:
        task = progress.add_task(label("import_state", run.state, language), total=run.rows)

        async def show(_report: ImportReport) -> None:
            async with database.reading() as session:
                progress.update(task, completed=(await imports.get(session, run_id)).done)

        async with work.kept(database, run.id, token):
            members = await work.undo_all(database, run, token, on_part=show)
            tell_assessed(console, await work.assess(database, run.kind, members), language)
    over = await work.finish(database, run, token)
    _tell(console, await _outcomes(database, over), language)
    return SOME_REFUSED if over.left else DONE


async def _outcomes(database: Database, run: ImportRun) -> Counter[str]:
    async with database.reading(bulk=True) as session:
        left = Counter(str(entry.outcome) for entry in await imports.left(session, run.id, limit=run.left))
    return Counter({imports.TAKEN_AWAY: run.taken_away, imports.SET_BACK: run.set_back}) + left


def _tell(console: Console, outcomes: Counter[str], language: Language) -> None:
    grid = Grid(show_header=False)
    for outcome, count in sorted(outcomes.items(), key=lambda each: (each[0] not in imports.DONE, -each[1])):
        grid.add_row(label("import_undone", outcome, language), f"{count:,}")
    console.print(grid)


def _failed(console: Console, failure: StepFailed) -> int:
    console.print(f"[red]{escape(failure.what)}[/red]\n{escape(failure.advice)}")
    return NOTHING_DONE
