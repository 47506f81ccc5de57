"""A purchase log taken over by `huike import` and swept: how long, what memory, and who is flagged.

    python -m benchmarks.swept --data FOLDER

FOLDER holds the log of `benchmarks.risk_data`. It is cut at `CALIBRATED_TO`, and that day becomes yesterday: what was
bought until then is written as the files a shop would bring and imported by the command itself, into a fresh store on
SQLite and one on PostgreSQL; what was bought after it is the truth. Then a night follows, with the longest time that
anybody else in the event loop waited. `--write` puts the section into docs/benchmarks.md.
"""

import asyncio
import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from sqlalchemy import func, select

from benchmarks.document import DOCUMENT, put_between
from benchmarks.own_database import own_database
from benchmarks.risk import auc
from benchmarks.risk_data import CALIBRATED_TO, FILE, Log, half, read
from benchmarks.stalls import watched
from crm_store import crypto, risk
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import FollowUp, FollowUpStatus
from crm_store.members import Member
from crm_store.migrate import import_all_tables
from crm_store.policy import policy
from crm_store.risk import RiskAssessment, RiskLevel

BEGIN, END = "<!-- swept: begin -->", "<!-- swept: end -->"
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
SECRET_KEY = "a secret of this benchmark and of nothing else"  # noqa: S105 - a store that lives for minutes
MB = 1_000_000


@dataclass(frozen=True)
class Spent:
    """Of one process: seconds by the clock and of the processor, resident memory at most in bytes; `stall_s`: the
    longest that another task in its event loop waited, where that was watched."""

    seconds: float
    processor: float
    memory: int
    stall_s: float | None = None


@dataclass(frozen=True)
class Found:
    """Who was flagged in a store: `flagged` at a score that calls for a person, `lost` a case for winning back,
    `opened` and `held` the follow-ups of the first day."""

    members: int
    flagged: list[bool]
    lost: list[bool]
    stopped: list[float]
    gone: list[bool]
    unseen: list[bool]
    opened: int
    held: int


def main(
    data: Annotated[Path, typer.Option(help=f"folder with {FILE}")] = Path(),
    write: Annotated[bool, typer.Option(help="put the figures into docs/benchmarks.md")] = False,
    server: str = POSTGRES,
    night: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    crypto.use_secret(SECRET_KEY)
    import_all_tables()
    if night:
        print(json.dumps(asdict(asyncio.run(_night(night)))))
        return
    log = read(data / FILE)
    told = []
    for kind in ("sqlite", "postgresql"):
        with TemporaryDirectory() as folder, _store(kind, server, Path(folder)) as url:
            told.append(_run(kind, url, Path(folder), log))
            print(told[-1])
    if write:
        put_between(DOCUMENT, BEGIN, END, "\n".join([HEADS, *told]))


HEADS = (
    "| store | import with its sweep | of the processor | memory | a night's sweep | of the processor | memory "
    "| longest wait in the loop | flagged | of them never came back | lost | of them | AUC | AUC, unseen half "
    "| first day: opened, left alone |\n|---" + "|---:" * 14 + "|"
)


def _run(kind: str, url: str, folder: Path, log: Log) -> str:
    """One store: the row of the table."""
    shift = now().date() - timedelta(days=1) - CALIBRATED_TO
    people, orders = folder / "members.csv", folder / "orders.csv"
    _write_files(log, shift, people, orders)
    environment = {
        **os.environ, "HUIKE_DATABASE_URL": url, "HUIKE_DATA_DIR": str(folder), "HUIKE_SECRET_KEY": SECRET_KEY,
        "HUIKE_ACTIONS_SECRET": SECRET_KEY, "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    _process([sys.executable, "-m", "bot", "import", "members", str(people)], environment)
    imported = _process([sys.executable, "-m", "bot", "import", "orders", str(orders)], environment)[0]
    found = asyncio.run(_found(url, log))
    swept, printed = _process([sys.executable, "-m", "benchmarks.swept", "--night", url], environment)
    inside = Spent(**json.loads(printed.splitlines()[-1]))
    return _told(kind, imported, Spent(inside.seconds, inside.processor, swept.memory, inside.stall_s), found)


def _write_files(log: Log, shift: timedelta, people: Path, orders: Path) -> None:
    """The files of members and orders until the cut, as a shop's system would write them."""
    last = CALIBRATED_TO.toordinal()
    with people.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["member_number", "name", "joined_at"])
        for customer, bought in log.items():
            out.writerow([f"C{customer}", f"Customer {customer}", _moment(bought[0][0], shift)])
    with orders.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["order_number", "member_number", "placed_at", "sku", "product_name", "price", "status"])
        rows = sorted((day, customer, spent) for customer, bought in log.items() for day, spent in bought)
        for number, (day, customer, spent) in enumerate(rows):
            if day <= last:
                out.writerow(
                    [f"L{number}", f"C{customer}", _moment(day, shift), "CD", "CDs", f"{spent:.2f}", "completed"]
                )


def _moment(day: int, shift: timedelta) -> str:
    """Eight in the morning of Greenwich on the moved day."""
    moved = date.fromordinal(day) + shift
    return datetime(moved.year, moved.month, moved.day, 8, tzinfo=UTC).isoformat()


def _process(command: list[str], environment: Mapping[str, str]) -> tuple[Spent, str]:
    """Run it to its end. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    printed = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command} ended with {child.returncode}:\n{printed}")
    spent = Spent(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
    return spent, printed


async def _night(url: str) -> Spent:
    """A night's sweep, a day later so that there is something to write."""
    database = Database(url)
    try:
        began, processor = time.perf_counter(), time.process_time()
        async with watched() as stalls:
            await risk.sweep(database, at=now() + timedelta(days=1))
        seconds, spent = time.perf_counter() - began, time.process_time() - processor
    finally:
        await database.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Spent(seconds, spent, memory, stalls.longest_s)


async def _found(url: str, log: Log) -> Found:
    database, last = Database(url), CALIBRATED_TO.toordinal()
    unseen_log = half(log, 1)
    try:
        async with database.reading() as session:
            newest = select(func.max(RiskAssessment.id)).group_by(RiskAssessment.member_id)
            query = select(Member.number, RiskAssessment.score, RiskAssessment.level, RiskAssessment.stopped)
            query = query.join(RiskAssessment).where(RiskAssessment.id.in_(newest)).order_by(Member.id)
            rows = [(number[1:], *rest) for number, *rest in await session.execute(query)]
            states = dict(
                (await session.execute(select(FollowUp.status, func.count()).group_by(FollowUp.status))).all()
            )
    finally:
        await database.close()
    rows = [row for row in rows if row[3] is not None]
    at_least = policy().risk.follow_up_at
    return Found(
        members=len(log),
        flagged=[score >= at_least and level != RiskLevel.LOST for _, score, level, _ in rows],
        lost=[level == RiskLevel.LOST for _, _, level, _ in rows],
        stopped=[stopped for *_, stopped in rows],
        gone=[not any(day > last for day, _ in log[number]) for number, *_ in rows],
        unseen=[number in unseen_log for number, *_ in rows],
        opened=states.get(FollowUpStatus.OPEN, 0),
        held=states.get(FollowUpStatus.HELD, 0),
    )


def _told(kind: str, imported: Spent, swept: Spent, found: Found) -> str:
    told, gone = np.array(found.stopped), np.array(found.gone, dtype=np.float64)
    unseen, flagged, lost = np.array(found.unseen), np.array(found.flagged), np.array(found.lost)
    cells = [
        kind, f"{imported.seconds:.0f} s", f"{imported.processor:.0f} s", f"{imported.memory / MB:.0f} MB",
        f"{swept.seconds:.1f} s", f"{swept.processor:.1f} s", f"{swept.memory / MB:.0f} MB",
        f"{swept.stall_s or 0:.2f} s",
        f"{flagged.sum():,} of {found.members:,}", _share(gone[flagged]), f"{lost.sum():,}", _share(gone[lost]),
        f"{auc(told, gone):.3f}", f"{auc(told[unseen], gone[unseen]):.3f}", f"{found.opened}, {found.held}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _share(gone: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> str:
    return f"{gone.mean():.1%}" if len(gone) else "–"


@contextmanager
def _store(kind: str, server: str, folder: Path) -> Iterator[str]:
    """The address of a store that is made for this run and dropped after it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'huike.db'}"
        return
    with own_database(server, "swept") as url:
        yield url


if __name__ == "__main__":
    typer.run(main)
