"""How long the jobs take, in a large shop, that come round every quarter of an hour or sooner.

    python -m benchmarks.capacity.jobs --database NAME

of a shop that `python -m benchmarks.capacity --keep` left. Each runs twice, since the first run may find work that was
only waiting for it; what counts is the second, which finds nothing, as most do. The shop is changed by it.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy.engine import make_url

from benchmarks.capacity import plans
from benchmarks.capacity.__main__ import DEFAULT_SERVER, SECRET
from benchmarks.capacity.plans import Statement
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.scheduler import Job
from bot.desk.signals import Signals
from bot.jobs import standard_jobs
from crm_store import crypto
from crm_store.db import Database

NOBODY = "http://127.0.0.1:9"
"""Where the dialogue would be; no job talks here."""
PATIENCE_S = 40.0
"""A job that takes longer is ended and told as such."""
OFTEN = timedelta(minutes=15)
console = Console()


@dataclass(frozen=True)
class Round:
    """One run of a job: seconds, or PATIENCE_S when it was ended; and its statements."""

    seconds: float
    statements: Sequence[Statement]

    @property
    def told(self) -> str:
        return f"{self.seconds:.2f}" if self.seconds < PATIENCE_S else f"> {PATIENCE_S:.0f}"

    @property
    def slowest_ms(self) -> float:
        return 1000 * max((each.seconds for each in self.statements), default=0.0)


async def gone_round(database: Database, job: Job) -> Round:
    with plans.recorded(database) as found:
        begun = perf_counter()
        try:
            await asyncio.wait_for(job.run(), PATIENCE_S)
        except TimeoutError:
            return Round(PATIENCE_S, found.statements)
    return Round(perf_counter() - begun, found.statements)


async def run(url: str) -> None:
    database = Database(url)
    table = Table("job", "every", "first, s", "second, s", "statements", "slowest statement, ms")
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(database, Dialogue(NOBODY, secret=""), Signals())
        jobs = [job for job in standard_jobs(desk, Path(folder)) if job.every is not None and job.every <= OFTEN]
        for job in track(jobs, description="going round", console=console):
            first, second = [await gone_round(database, job) for _ in range(2)]
            costs = (str(len(second.statements)), f"{second.slowest_ms:,.0f}")
            table.add_row(job.name, str(job.every), first.told, second.told, *costs)
    console.print(table)
    await database.close()


def main(database: Annotated[str, typer.Option()], server: str = DEFAULT_SERVER) -> None:
    crypto.use_secret(SECRET)
    asyncio.run(run(make_url(server).set(database=database).render_as_string(hide_password=False)))


if __name__ == "__main__":
    typer.run(main)
