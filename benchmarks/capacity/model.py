"""What more would need, worked out by formulas; and a simulation of the same road, to see where the formulas are wrong.

    python -m benchmarks.capacity.model [--write]

A message's cost is taken from measurements (docs/benchmarks.md, docs/capacity.md). The simulation lets messages go
through the processes step by step: an app and a Rasa do one thing at a time, each connection of PostgreSQL has a
process of its own, and whatever runs shares the cores. It is held against what `python -m benchmarks.road` measured.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.document import CAPACITY, put_between

BEGIN, END = "<!-- model: begin -->", "<!-- model: end -->"
MS = 0.001
CHECKED = 4000
"""Messages of a simulation that is held against a run."""
SPREAD = 0.35
"""Standard deviation of a step's time, as a share of its mean."""
LOAD = 0.6
"""How busy a process may be on average, so that waiting stays short."""
APP_STEPS, RASA_STEPS = 5, 2
"""Pieces in which a message meets the app (received, claimed, heard, action, ended), and Rasa (understood, turn)."""
CONNECTIONS_OF_A_PROCESS, RASA_GB, APP_GB = 10, 0.9, 0.3
ANSWERS = 1.0
"""Messages of the bot for each of a customer."""
PEAK = 10
"""The busiest minutes against the mean of the month."""
MONTH_S = 30 * 86_400


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a customer's message costs, in milliseconds of a processor: in the app, in Rasa, at PostgreSQL (0 with
    SQLite, which runs in the app) and in whoever sends it, if on the same machine; `flushes`: commits that wait for the
    disk, of `flush_ms` each."""

    app: float
    rasa: float
    postgres: float = 0.0
    sender: float = 0.0
    flushes: float = 0.0
    flush_ms: float = 0.0

    @property
    def processor(self) -> float:
        return self.app + self.rasa + self.postgres + self.sender

    @property
    def alone(self) -> float:
        """Milliseconds of a message while nothing else happens."""
        return self.processor + self.flushes * self.flush_ms


@dataclass(frozen=True, kw_only=True)
class Machines:
    apps: int = 1
    rasas: int = 1
    cores: float = 2.0


def most(cost: Message, machines: Machines) -> float:
    """Messages a second that the scarcest of apps, Rasas and cores lets through."""
    return 1 / MS * min(machines.apps / cost.app, machines.rasas / cost.rasa, machines.cores / cost.processor)


def throughput(cost: Message, machines: Machines, customers: int) -> float:
    """Messages a second of so many customers, each of whom sends the next when the answer has come: what they ask for,
    or what gets through, whichever is less."""
    return min(customers / (cost.alone * MS), most(cost, machines))


@dataclass(frozen=True)
class Seen:
    """What a simulation saw: messages a second, and the times from message to answer, in seconds."""

    a_second: float
    took: Sequence[float]

    def quantile_ms(self, share: float) -> float:
        ordered = sorted(self.took)
        return 1000 * ordered[max(0, math.ceil(len(ordered) * share) - 1)]


@dataclass(slots=True)
class _Job:
    """A message on its road: `steps` still to do, each a process (None: nobody waits for another there) and seconds."""

    begun: float
    steps: deque[tuple[str | None, float]]


class Simulation:
    """The road, event by event. Steps that run share the cores alike; a process runs one step at a time, in order."""

    def __init__(self, cost: Message, machines: Machines, *, seed: int = 1) -> None:
        self.cost, self.machines = cost, machines
        self._chance = random.Random(seed)
        self._now = 0.0
        self._worked = 0.0
        """Seconds that each running step has had of a core since the beginning; a step ends at a value of it."""
        self._running: list[tuple[float, int, _Job, str | None]] = []
        self._asleep: list[tuple[float, int, _Job | None]] = []
        self._waiting: dict[str, deque[_Job]] = {}
        self._count = 0

    def closed(self, customers: int, messages: int) -> Seen:
        """So many customers, each sending when the answer has come."""
        for _ in range(customers):
            self._begin()
        took = list(self._finished(messages, again=True))
        return Seen(len(took) / self._now, took)

    def opened(self, a_second: float, messages: int) -> Seen:
        """Messages of people who do not know of each other, so many a second on average."""
        at = 0.0
        for _ in range(messages):
            at += self._chance.expovariate(a_second)
            self._sleep(at, None)
        took = list(self._finished(messages, again=False))
        return Seen(len(took) / self._now, took)

    def _finished(self, messages: int, *, again: bool) -> Iterator[float]:
        done = 0
        while done < messages:
            job = self._next()
            if job is None:
                continue
            yield self._now - job.begun
            done += 1
            if again:
                self._begin()

    def _next(self) -> _Job | None:
        """Go to the next event; the message that is answered with it, if one is."""
        speed = min(1.0, self.machines.cores / max(1, len(self._running)))
        ends = self._now + (self._running[0][0] - self._worked) / speed if self._running else math.inf
        wakes = self._asleep[0][0] if self._asleep else math.inf
        at = min(ends, wakes)
        self._worked += (at - self._now) * speed
        self._now = at
        if wakes <= ends:
            _, _, woken = heapq.heappop(self._asleep)
            if woken is None:
                self._begin()
                return None
            return self._go_on(woken)
        _, _, job, process = heapq.heappop(self._running)
        if process is not None:
            queue = self._waiting[process]
            queue.popleft()
            if queue:
                self._run(queue[0], process)
        return self._go_on(job)

    def _go_on(self, job: _Job) -> _Job | None:
        """To the message's next step; the message itself when there is none."""
        if not job.steps:
            return job
        process, seconds = job.steps[0]
        if process == "disk":
            job.steps.popleft()
            self._sleep(self._now + seconds, job)
        elif process is None:
            self._run(job, None)
        else:
            queue = self._waiting.setdefault(process, deque())
            queue.append(job)
            if len(queue) == 1:
                self._run(job, process)
        return None

    def _run(self, job: _Job, process: str | None) -> None:
        _, seconds = job.steps.popleft()
        self._count += 1
        heapq.heappush(self._running, (self._worked + seconds, self._count, job, process))

    def _sleep(self, until: float, job: _Job | None) -> None:
        self._count += 1
        heapq.heappush(self._asleep, (until, self._count, job))

    def _begin(self) -> None:
        self._go_on(_Job(self._now, deque(self._steps())))

    def _steps(self) -> Iterator[tuple[str | None, float]]:
        """One message's: the app in pieces with the database between them, and Rasa between those."""
        cost, machines = self.cost, self.machines
        app = f"app {self._chance.randrange(machines.apps)}"
        rasa = f"rasa {self._chance.randrange(machines.rasas)}"
        yield None, self._drawn(cost.sender)
        for place in range(APP_STEPS):
            yield app, self._drawn(cost.app / APP_STEPS)
            yield None, self._drawn(cost.postgres / APP_STEPS)
            if place < cost.flushes:
                yield "disk", self._drawn(cost.flush_ms * min(1.0, cost.flushes - place))
            if 0 < place <= RASA_STEPS:
                yield rasa, self._drawn(cost.rasa / RASA_STEPS)

    def _drawn(self, mean_ms: float) -> float:
        if mean_ms <= 0:
            return 0.0
        shape = 1 / SPREAD**2
        return self._chance.gammavariate(shape, mean_ms * MS / shape)


POSTGRES = Message(app=23, rasa=25, postgres=6, sender=1)
"""docs/benchmarks.md, 16 customers on PostgreSQL. `postgres`: a quarter of what the app takes, as in `BUSY_ROAD`."""


@dataclass(frozen=True)
class Measured:
    """A run of `benchmarks.road` to hold the model against."""

    database: str
    customers: int
    cost: Message
    a_second: float
    median_ms: float


ROAD = (
    Measured("SQLite", 1, Message(app=21, rasa=28, sender=1), 19.4, 46),
    Measured("SQLite", 16, Message(app=17, rasa=22, sender=1), 44.9, 333),
    Measured("SQLite", 64, Message(app=19, rasa=22, sender=1), 40.8, 1524),
    Measured("PostgreSQL", 1, replace(POSTGRES, app=23, rasa=26), 17.8, 51),
    Measured("PostgreSQL", 16, POSTGRES, 33.0, 446),
    Measured("PostgreSQL", 64, replace(POSTGRES, app=25, rasa=25), 31.0, 743),
)
"""docs/benchmarks.md, 2026-11-26, 2 cores, load 1.3 to 2.3: its costs go in, its rates and times are what the model has
to come to. 64 customers on SQLite: the later run, in which who waits is served before who comes now; on PostgreSQL that
was not measured again, so the median there is of an order that the simulation does not know."""

BUSY_ROAD = (
    Measured("PostgreSQL", 1, Message(app=68, rasa=48, postgres=15, sender=2), 7.6, 108),
    Measured("PostgreSQL", 4, Message(app=68, rasa=47, postgres=15, sender=2), 13.1, 267),
    Measured("PostgreSQL", 16, Message(app=80, rasa=49, postgres=23, sender=2), 6.1, 2355),
)
"""`python -m benchmarks.road --customers 1 4 16 --database postgresql --messages 160 --members 100`, 2026-11-28, load
3.9 to 7.5: others worked on the cores too, and every step cost two to three times as much. What PostgreSQL's processes
took was read off them meanwhile, what they did while the shop started included."""


def check(rows: Sequence[Measured]) -> list[tuple[Measured, float, Seen]]:
    """For each the formula's messages a second and what the simulation sees."""
    found = []
    for row in rows:
        seen = Simulation(row.cost, Machines()).closed(row.customers, CHECKED)
        found.append((row, throughput(row.cost, Machines(), row.customers), seen))
    return found


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a shop needs by the formulas, at its peak of `a_second` messages."""

    members: int
    a_second: float
    apps: int
    rasas: int
    postgres_cores: float
    connections: int
    memory_gb: float
    statements: float
    commits: float
    disk_members: float
    """Bytes."""
    disk_a_year: float
    """Bytes, of a year's messages."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Bytes of a message and of a member on disk; statements and writing transactions for a customer's message."""

    message: float
    member: float
    statements: float
    commits: float


def needs(members: int, a_second: float, cost: Message, rows: Rows) -> Needs:
    """`a_second`: at the peak; the mean over the month is a tenth of it (`PEAK`)."""
    apps = max(1, math.ceil(a_second * cost.app * MS / LOAD))
    rasas = max(1, math.ceil(a_second * cost.rasa * MS / LOAD))
    a_year = a_second / PEAK * 12 * MONTH_S * (1 + ANSWERS)
    return Needs(
        members=members, a_second=a_second, apps=apps, rasas=rasas,
        postgres_cores=a_second * cost.postgres * MS / LOAD, connections=apps * CONNECTIONS_OF_A_PROCESS,
        memory_gb=rasas * RASA_GB + apps * APP_GB, statements=a_second * rows.statements,
        commits=a_second * rows.commits, disk_a_year=a_year * rows.message,
        disk_members=members * rows.member,
    )  # fmt: skip


GB, TB = 1e9, 1e12
ROWS = Rows(message=882, member=6483, statements=14.4, commits=3.6)
SHOPS = ((1_000, 1.0), (10_000, 1.0), (100_000, 4.0), (1_000_000, 40.0), (10_000_000, 400.0), (10_000_000, 1000.0))
"""Members and the messages a second of their peak."""
BUSY = ((1, 1, 2.0, 10.0), (1, 1, 2.0, 20.0), (4, 4, 16.0, 100.0), (42, 43, 120.0, 1000.0))
"""Apps, Rasas, cores and messages a second of what the simulation is asked about beyond what was measured."""
SIMULATED, SIMULATED_S = 4000, 20
"""Messages, or seconds of them, of a simulation: whichever is more."""


def checked(rows: Sequence[Measured]) -> list[str]:
    """The model beside what was measured, as a table."""
    lines = _head("database, customers", "measured", "formula", "simulation", "median, measured", "median, simulation")
    for row, formula, seen in check(rows):
        median_ms = seen.quantile_ms(0.5)
        rates = [f"{row.a_second:.1f} /s", *(_beside(each, row.a_second, "/s") for each in (formula, seen.a_second))]
        medians = [f"{row.median_ms:,.0f} ms", _beside(median_ms, row.median_ms, "ms")]
        lines.append(_line(f"{row.database}, {row.customers}", *rates, *medians))
    return lines


def _beside(told: float, measured: float, unit: str) -> str:
    number = f"{told:,.0f}" if unit == "ms" else f"{told:.1f}"
    return f"{number} {unit} ({100 * (told / measured - 1):+.0f} %)"


def worked_out() -> list[str]:
    """What shops of several sizes need, as a table."""
    lines = _head(
        "members, messages a second at the peak", "apps", "Rasas", "PostgreSQL, cores", "connections", "memory",
        "statements, commits a second", "disk, members", "disk, messages of a year",
    )  # fmt: skip
    for members, a_second in SHOPS:
        need = needs(members, a_second, POSTGRES, ROWS)
        load = f"{need.statements:,.0f}, {need.commits:,.0f}"
        disk = (_size(need.disk_members), _size(need.disk_a_year))
        processes = (need.apps, need.rasas, f"{need.postgres_cores:.1f}", f"{need.connections:,}")
        lines.append(_line(f"{members:,}, {a_second:,.0f}", *processes, f"{need.memory_gb:.0f} GB", load, *disk))
    return lines


def _size(size: float) -> str:
    unit, name = (TB, "TB") if size >= TB else (GB, "GB")
    return f"{size / unit:.1f} {name}" if size >= GB else "< 1 GB"


def foreseen() -> list[str]:
    """What the simulation says of more processes and of messages that come by chance, as a table."""
    lines = _head("apps, Rasas, cores", "messages a second, by chance", "median", "95 %")
    for apps, rasas, cores, a_second in BUSY:
        many = max(SIMULATED, int(SIMULATED_S * a_second))
        machines = Machines(apps=apps, rasas=rasas, cores=cores)
        seen = Simulation(replace(POSTGRES, sender=0), machines).opened(a_second, many)
        times = (f"{seen.quantile_ms(share):.0f} ms" for share in (0.5, 0.95))
        lines.append(_line(f"{apps}, {rasas}, {cores:.0f}", f"{a_second:,.0f}", *times))
    return lines


def _head(first: str, *others: str) -> list[str]:
    return [_line(first, *others), f"|---|{'---:|' * len(others)}"]


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def section() -> str:
    """The part of the document that the model writes."""
    return "\n".join([*checked(ROAD), "", *checked(BUSY_ROAD), "", *worked_out(), "", *foreseen()])


def main(write: Annotated[bool, typer.Option(help="put it into docs/capacity.md")] = False) -> None:
    text = section()
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
    if write:
        put_between(CAPACITY, BEGIN, END, text)


if __name__ == "__main__":
    typer.run(main)
