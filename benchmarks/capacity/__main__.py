"""How long a large shop's reads take, on PostgreSQL: every operation that somebody waits for, by the operations of the
store that console, bot and desk call.

    python -m benchmarks.capacity --members 1000000 --messages 20000000 --write

The shop is made in a database of its own, which is dropped at the end (`--keep`: it stays; `--database NAME`: one that
stayed is measured). Times are from the call of an operation to its result, in a process that does nothing else.
"""

import asyncio
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter, process_time
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, track
from rich.table import Table
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from benchmarks.capacity import plans
from benchmarks.capacity.operations import OPERATIONS, SELDOM, Done, Subject, drawn
from benchmarks.capacity.plans import Statement
from benchmarks.capacity.shop import fill
from benchmarks.document import CAPACITY, put_between
from benchmarks.own_database import own_database
from crm_store import crypto, migrate
from crm_store.db import Database

DEFAULT_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
SECRET = "a secret of this benchmark and of nothing else"  # noqa: S105 - of a shop that is dropped
BEGIN, END = "<!-- capacity: begin -->", "<!-- capacity: end -->"
WANTED_MS = 20.0
LONG_MS = 100
"""From here on a tenth of a millisecond says nothing."""
WARM_UP = 5
SELDOM_MEASURED = 10
"""Subjects the operations of `SELDOM` are measured with: some read a whole table."""
OF_MESSAGES = ("messages", "interactions", "message_words", "conversations", "conversation_labels")
console = Console()


@dataclass(frozen=True, kw_only=True)
class Once:
    """One operation for one subject: milliseconds to its result, of them in statements, and of a processor here and at
    PostgreSQL."""

    ms: float
    in_statements: float
    here: float
    server: float
    statements: Sequence[Statement]


@dataclass(frozen=True)
class Cost:
    """One operation over all subjects."""

    runs: Sequence[Once]

    @property
    def p95(self) -> float:
        return self.ms(0.95)

    def ms(self, share: float) -> float:
        return quantile([each.ms for each in self.runs], share)

    @property
    def in_statements(self) -> float:
        return quantile([each.in_statements for each in self.runs], 0.95)

    @property
    def statements(self) -> float:
        return statistics.median(len(each.statements) for each in self.runs)

    @property
    def here(self) -> float:
        return statistics.fmean(each.here for each in self.runs)

    @property
    def server(self) -> float:
        """A single run's is counted in hundredths of a second, which the mean over many makes good."""
        return statistics.fmean(each.server for each in self.runs)

    @property
    def slowest(self) -> Statement:
        return max((each for run in self.runs for each in run.statements), key=lambda each: each.seconds)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


class Bars:
    """A bar for each kind of rows."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = TaskID(0)

    def begin(self, what: str, of: int) -> None:
        self._task = self._progress.add_task(what, total=of)

    def done(self, steps: int) -> None:
        self._progress.advance(self._task, steps)


async def made(database: Database, members: int, messages: int) -> None:
    """The shop, with bars."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    await migrate.upgrade(database)
    with Progress(*columns, console=console) as progress:
        await fill(database, members=members, messages=messages, told=Bars(progress))


async def measured(database: Database, subjects: Sequence[Subject]) -> dict[str, Cost]:
    """Each subject goes through all operations in turn; the first ones, by which statements are compiled, are not
    counted. One thing at a time, so that a single connection does all of it."""
    async with database.reading() as session:
        server = psutil.Process(await session.scalar(select(func.pg_backend_pid())))
    runs: dict[str, list[Once]] = {}
    for place, who in enumerate(track(subjects, description="measuring", console=console)):
        asked: Mapping[str, Done] = OPERATIONS
        if WARM_UP <= place < WARM_UP + SELDOM_MEASURED:
            asked = {**OPERATIONS, **SELDOM}
        for name, done in asked.items():
            once = await _once(database, done, who, server)
            if place >= WARM_UP:
                runs.setdefault(name, []).append(once)
    return {name: Cost(each) for name, each in runs.items()}


async def _once(database: Database, done: Done, who: Subject, server: psutil.Process) -> Once:
    with plans.recorded(database) as found:
        served, worked, begun = _processor(server), process_time(), perf_counter()
        await done(database, who)
        took, here, there = perf_counter() - begun, process_time() - worked, _processor(server) - served
    return Once(
        ms=1000 * took, in_statements=1000 * found.seconds, here=1000 * here, server=1000 * there,
        statements=found.statements,
    )  # fmt: skip


def _processor(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


@dataclass(frozen=True)
class Size:
    """Rows and bytes, their indexes included, of what there is for messages and for members."""

    messages: int
    members: int
    of_messages: int
    of_members: int


async def size(database: Database) -> Size:
    async with database.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables WHERE schemaname = 'public'")
        )
        bytes_of: dict[str, int] = dict(rows.all())
        messages = await connection.scalar(text("SELECT count(*) FROM messages"))
        members = await connection.scalar(text("SELECT count(*) FROM members"))
    of_messages = sum(bytes_of[table] for table in OF_MESSAGES)
    return Size(messages or 0, members or 0, of_messages, sum(bytes_of.values()) - of_messages)


COLUMNS = (
    "statements", "p50, ms", "p95, ms", "longest, ms", "in statements, p95", "processor here, mean",
    "processor of PostgreSQL, mean",
)  # fmt: skip


def drawn_table(costs: Mapping[str, Cost]) -> Table:
    table = Table("operation", *COLUMNS)
    for name, cost in costs.items():
        late = "bold red" if cost.p95 > WANTED_MS and name not in SELDOM else ""
        table.add_row(name, *_figures(cost), style=late)
    return table


def _figures(cost: Cost) -> tuple[str, ...]:
    times = (cost.ms(0.5), cost.p95, cost.ms(1), cost.in_statements, cost.here, cost.server)
    return (f"{cost.statements:.0f}", *(f"{each:.1f}" if each < LONG_MS else f"{each:,.0f}" for each in times))


def pace() -> float:
    """Seconds of a processor for ten million additions: what a run's times are to be read against."""
    begun = process_time()
    sum(number & 1 for number in range(10_000_000))
    return process_time() - begun


def section(costs: Mapping[str, Cost], held: Size, load: float) -> str:
    """The part of the document that is measured."""
    many = len(next(iter(costs.values())).runs)
    lines = [
        f"- {psutil.cpu_count()} cores, load {load:.1f} at the start, {datetime.now(UTC):%Y-%m-%d}; ten million "
        f"additions took {pace():.2f} s of a processor; PostgreSQL with its standard settings",
        f"- {held.members:,} members, {held.messages:,} messages; {(held.of_messages + held.of_members) / 1e9:.1f} GB: "
        f"{held.of_messages / held.messages:,.0f} bytes a message (its contact, words and share of the conversation "
        f"included), {held.of_members / held.members:,.0f} bytes a member (points, orders, parcels and the rest); "
        "indexes included",
        f"- {many} subjects, half drawn among the members, half among what was said; the last {len(SELDOM)} operations "
        f"{SELDOM_MEASURED} times",
        "",
        f"| operation | {' | '.join(COLUMNS)} |",
        f"|---|{'---:|' * len(COLUMNS)}",
    ]
    lines += [f"| {name} | {' | '.join(_figures(cost))} |" for name, cost in costs.items()]
    return "\n".join(lines)


async def run(url: str, *, make: tuple[int, int] | None, subjects: int, explain: bool, write: bool) -> bool:
    """Whether every operation was as quick as wanted."""
    database, load = Database(url), psutil.getloadavg()[0]
    try:
        if make is not None:
            await made(database, *make)
        async with database.reading() as session:
            people = await drawn(session, subjects + WARM_UP, seed=7)
        costs = await measured(database, people)
        held = await size(database)
        late = {name: cost for name, cost in costs.items() if cost.p95 > WANTED_MS and name not in SELDOM}
        console.print(drawn_table(costs))
        for name, cost in late.items() if explain else ():
            console.rule(name)
            console.print(cost.slowest.sql, await plans.told(database, cost.slowest), markup=False, highlight=False)
        if write:
            put_between(CAPACITY, BEGIN, END, section(costs, held, load))
        return not late
    finally:
        await database.close()


@contextmanager
def _address(server: str, database: str, *, keep: bool) -> Iterator[str]:
    if database:
        yield make_url(server).set(database=database).render_as_string(hide_password=False)
        return
    with own_database(server, "capacity", keep=keep) as url:
        console.print(f"database {make_url(url).database}")
        yield url


def main(  # noqa: PLR0917 - typer's options
    members: Annotated[int, typer.Option(min=500)] = 50_000,
    messages: Annotated[int, typer.Option(min=5000)] = 1_000_000,
    subjects: Annotated[int, typer.Option(min=1)] = 200,
    database: Annotated[str, typer.Option(help="measure this one, made before with --keep")] = "",
    keep: bool = False,
    explain: Annotated[bool, typer.Option(help="the plan of the slowest statement of what is too slow")] = True,
    write: bool = False,
    server: str = DEFAULT_SERVER,
) -> None:
    crypto.use_secret(SECRET)
    make = None if database else (members, messages)
    with _address(server, database, keep=keep) as url:
        quick = asyncio.run(run(url, make=make, subjects=subjects, explain=explain, write=write))
    raise typer.Exit(0 if quick else 1)


if __name__ == "__main__":
    typer.run(main)
