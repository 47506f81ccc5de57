"""`huike up`: from nothing to chatting, with progress shown and plain words when a step fails."""

import asyncio
import contextlib
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.demo import seed
from bot.operate import processes, supervisor, training
from bot.services import open_index, use_keys
from bot.settings import Settings
from crm_store import keys, migrate
from crm_store.db import Database, is_damage

APP_PATIENCE_SECONDS = 60
RASA_PATIENCE_SECONDS = 180


class StepFailed(Exception):
    """A step of the start did not work; `advice` says what to do about it."""

    def __init__(self, what: str, advice: str = "", details: list[str] | None = None) -> None:
        self.what, self.advice, self.details = what, advice, details or []
        super().__init__(what)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        console=console,
    )


@contextlib.contextmanager
def key_told() -> Iterator[None]:
    """A key that does not fit the database becomes a StepFailed that says what to do."""
    try:
        yield
    except keys.WrongKey as wrong:
        raise StepFailed(
            "The database was written with another HUIKE_SECRET_KEY: its phone numbers and addresses cannot be read.",
            "Set the secret it was begun with; it is kept where the shop's other secrets are. Nothing was changed.",
        ) from wrong
    except keys.RotationUnfinished as unfinished:
        raise StepFailed(
            "The database is being written under another HUIKE_SECRET_KEY, or that was interrupted.",
            "Run `huike keys rotate` again with both secrets; it goes on where it was.",
        ) from unfinished


@contextlib.asynccontextmanager
async def opened_database(settings: Settings, *, with_key: bool = True) -> AsyncIterator[Database]:
    """The configured database for a command, keys for personal data set. Raises StepFailed when it cannot be reached,
    is damaged or, `with_key`, was written with another secret."""
    use_keys(settings)
    database = Database(settings.database_url, alone=True)
    try:
        with key_told():
            if with_key:
                await keys.check(database)
            yield database
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if (failure := _unusable(settings, error)) is None:
            raise
        raise failure from error
    finally:
        await database.close()


def _unusable(settings: Settings, error: Exception) -> StepFailed | None:
    """What a database says that is damaged or away; None for what is no fault of the database."""
    url = make_url(settings.database_url)
    if is_damage(error):
        return StepFailed(
            f"The database file {url.database} is damaged or is no database.",
            "Look whether HUIKE_DATABASE_URL and HUIKE_DATA_DIR are those of the shop. If they are: stop Huike, move "
            "the file away, keep it, and put the newest backup in its place with `huike restore` (docs/backup.md).",
        )
    if not isinstance(error, OperationalError):
        return None
    where = url.render_as_string(hide_password=True)
    return StepFailed(
        f"The database {where} cannot be used: {error.orig}", "Check HUIKE_DATABASE_URL and that the server runs."
    )


async def look_at_database(settings: Settings) -> None:
    """Raises StepFailed when it cannot be used."""
    async with opened_database(settings):
        """Opening it looks."""


async def migrate_database(settings: Settings) -> None:
    async with opened_database(settings) as database:
        await migrate.upgrade(database)


async def _prepare_data(settings: Settings, progress: Progress) -> None:
    task = progress.add_task("Database", total=1, note="migrating")
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        progress.update(task, completed=1, note="newest schema")
        if settings.demo and await seed.is_empty(database):
            await _seed(database, progress)
        await _index_articles(settings, database, progress)


async def _index_articles(settings: Settings, database: Database, progress: Progress) -> None:
    """Encode the articles now, so that the first question need not wait for it."""
    task = progress.add_task("Articles", total=1, note="encoding")
    count = await open_index(settings, database).warm()
    progress.update(task, completed=1, note=f"{count} ready to be searched")


async def _seed(database: Database, progress: Progress) -> None:
    task = progress.add_task("Demo shop", total=1, note="")

    def moved(what: str, done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, note=what)

    await seed.seed(database, on_progress=moved)
    progress.update(task, note="500 members, two years")


async def _train(progress: Progress, *, force: bool = False) -> None:
    fresh = training.current_model().exists() and not force
    task = progress.add_task("Model", total=1 if fresh else None, note="up to date" if fresh else "training")
    if fresh:
        progress.update(task, completed=1)
        return
    try:
        async for line in training.train(force=force):
            progress.update(task, note=line[:60])
    except training.TrainingFailed as error:
        raise StepFailed(
            f"Training the model failed (status {error.code}).", "The last lines say why:", error.output
        ) from error
    progress.update(task, total=1, completed=1, note="trained")


async def train_with_progress(console: Console, *, force: bool) -> int:
    try:
        with _progress(console) as progress:
            await _train(progress, force=force)
    except StepFailed as failure:
        return explain(console, failure)
    console.print(f"Model: {training.current_model().relative_to(training.ROOT)}")
    return 0


async def seed_with_progress(settings: Settings, console: Console) -> None:
    if not settings.demo:
        raise SystemExit("The demo shop brings known log-ins; it goes only into a demo (HUIKE_DEMO=true).")
    with _progress(console) as progress:
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
            if not await seed.is_empty(database):
                raise SystemExit("The database is not empty; the demo shop goes only into an empty one.")
            await _seed(database, progress)


def _children(settings: Settings) -> tuple[supervisor.Child, supervisor.Child]:
    actions_url = f"http://{settings.host}:{settings.port}/actions/webhook"
    return processes.app(settings), processes.rasa(settings, actions_url=actions_url)


def _check_ground(settings: Settings) -> None:
    if not training.rasa_installed():
        raise StepFailed("Rasa's environment is missing.", "Run `make run`, which installs it, or `make train`.")
    rasa = make_url(settings.rasa_url)
    for host, port, setting in (
        (settings.host, settings.port, "HUIKE_PORT"),
        (rasa.host or "127.0.0.1", rasa.port or 5005, "HUIKE_RASA_URL"),
    ):
        try:
            supervisor.check_port(host, port, setting)
        except supervisor.PortTaken as taken:
            example = f"{setting}={port + 1}" if setting == "HUIKE_PORT" else f"{setting}=http://{host}:{port + 1}"
            raise StepFailed(
                f"Port {port} on {host} is taken by another program.",
                f"Stop that program, or choose another port: {example} make run",
            ) from taken


async def _start(child: supervisor.Child, progress: Progress, patience_seconds: float) -> None:
    task = progress.add_task(child.name, total=None, note="starting")
    await child.start()
    try:
        await child.wait_ready(patience_seconds)
    except supervisor.StartFailed as failure:
        raise StepFailed(f"{failure}.", f"The end of {child.log_file} says why:", failure.log) from failure
    progress.update(task, total=1, completed=1, note=child.ready_url.rsplit("/", 1)[0])


def explain(console: Console, failure: StepFailed) -> int:
    """Say what failed and what to do. Returns the exit status."""
    console.print(f"\n[bold red]Stopped:[/bold red] {failure.what}")
    if failure.advice:
        console.print(failure.advice)
    for line in failure.details:
        console.print(f"  {line}", style="dim", markup=False)
    return 1


def _welcome(settings: Settings, console: Console, seconds: float) -> None:
    base = f"http://{settings.host}:{settings.port}"
    table = Table.grid(padding=(0, 2))
    table.add_row("Shop with the widget", f"[link={base}/]{base}/[/link]")
    table.add_row("Agent console", f"[link={base}/console]{base}/console[/link]")
    table.add_row("API", f"{base}/docs")
    if settings.demo:
        for login in seed.DEMO_LOGINS:
            table.add_row(f"Console log-in ({login.role})", f"{login.email}  /  {login.password}")
        table.add_row("", "On the shop page you can sign in as one of the demo members.")
    table.add_row("Logs", str(settings.data_dir / "logs"))
    console.print(Panel(table, title=f"Huike 回客 is ready after {seconds:.0f} s. Ctrl-C stops it.", expand=False))


async def run_everything(settings: Settings, console: Console) -> int:
    """Start and watch all parts until Ctrl-C or SIGTERM. Returns the exit status."""
    began = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    app, engine = _children(settings)
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(_bring_up(settings, console, app, engine)),
        asyncio.create_task(stop.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            return 130
        tasks[0].result()
        _welcome(settings, console, time.monotonic() - began)
        tasks += [asyncio.create_task(supervisor.watch(child, console.print)) for child in (app, engine)]
        tasks.append(asyncio.create_task(supervisor.keep_logs_small((app, engine))))
        await stop.wait()
        console.print("Stopping …")
        return 0
    except StepFailed as failure:
        return explain(console, failure)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Rasa last: a turn that the app is just finishing still needs it.
        await app.stop()
        await engine.stop()


async def prepare(settings: Settings, console: Console) -> None:
    """The model, the newest schema, the demo shop where it is one, the articles' vectors. Raises StepFailed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _progress(console) as progress:
        await together(_train(progress), _prepare_data(settings, progress))


async def _bring_up(settings: Settings, console: Console, app: supervisor.Child, engine: supervisor.Child) -> None:
    """Run the steps of the start; those that do not need each other run side by side."""
    _check_ground(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _progress(console) as progress:
        await together(_train(progress), _prepare_data(settings, progress))
        await together(_start(app, progress, APP_PATIENCE_SECONDS), _start(engine, progress, RASA_PATIENCE_SECONDS))


async def together(*steps: Coroutine[None, None, None]) -> None:
    """Run steps at once; when one fails, the others are cancelled and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as failures:
        known = failures.subgroup(StepFailed)
        raise (known or failures).exceptions[0] from failures
