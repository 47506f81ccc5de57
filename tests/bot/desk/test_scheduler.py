"""Jobs in running processes: once across runners, kept by one, freed by a kill, run at once when asked for."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.desk.desk import Desk
from bot.desk.scheduler import ASKED, JOBS, Job, Scheduler, counted
from bot.desk.signals import Signals
from bot.desk.worker import Worker
from crm_store import schedule
from crm_store.clock import now
from crm_store.db import Database
from crm_store.schedule import CUT_OFF, JobRun, ScheduledJob
from tests.bot.desk.test_worker import until

ROOT = Path(__file__).resolve().parents[3]
SHORT = timedelta(milliseconds=20)
LONG = timedelta(hours=6)


class Deed:
    """A job that notes when it ran and for whom."""

    def __init__(self, *, takes_s: float = 0.0, fails: int = 0, gives: object = 0) -> None:
        self.runs = 0
        self.at_once = 0
        self.together = 0
        self._takes_s, self._fails, self._gives = takes_s, fails, gives

    async def __call__(self) -> object:
        self.runs += 1
        self.at_once += 1
        self.together = max(self.together, self.at_once)
        try:
            await asyncio.sleep(self._takes_s)
        finally:
            self.at_once -= 1
        if self.runs <= self._fails:
            raise OSError("the disk is full")
        return self._gives


@asynccontextmanager
async def scheduling(
    database: Database, *jobs: Job, runner: str = "one", signals: Signals | None = None
) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(database, signals or Signals(), jobs, runner)
    running = asyncio.create_task(scheduler.run())
    try:
        yield scheduler
    finally:
        scheduler.stop()
        await running


async def written(database: Database) -> list[JobRun]:
    async with database.reading() as session:
        return list(await session.scalars(select(JobRun).order_by(JobRun.id)))


async def state(database: Database, name: str) -> ScheduledJob:
    async with database.reading() as session:
        found = await schedule.get(session, name)
    assert found is not None
    return found


async def test_of_two_runners_one_runs_what_is_due(database: Database) -> None:
    deed = Deed(takes_s=0.1, gives=4)
    async with (
        scheduling(database, Job("rare", LONG, deed), runner="one"),
        scheduling(database, Job("rare", LONG, deed), runner="two"),
    ):
        await until(lambda: deed.runs == 1)
        await asyncio.sleep(1.5)
    assert (deed.runs, deed.together) == (1, 1)
    [run] = await written(database)
    assert (run.counts, run.error) == ({"done": 4}, None)
    assert run.duration_ms >= 90


async def test_a_frequent_job_stays_with_one_runner_and_costs_no_writing(database: Database) -> None:
    deed = Deed()
    async with (
        scheduling(database, Job("often", SHORT, deed), runner="one"),
        scheduling(database, Job("often", SHORT, deed), runner="two"),
    ):
        await until(lambda: deed.runs >= 5)
        writing = database.traffic.writing
        await until(lambda: deed.runs >= 25)
        assert database.traffic.writing == writing
        assert (await state(database, "often")).runner in ("one", "two")
    assert deed.together == 1
    assert await written(database) == []
    job = await state(database, "often")
    assert job.runner is None
    assert job.quiet_runs == deed.runs


async def test_the_other_goes_on_when_one_stops(database: Database) -> None:
    first, second = Deed(), Deed()
    async with scheduling(database, Job("often", SHORT, first), runner="one"):
        await until(lambda: first.runs >= 2)
        async with scheduling(database, Job("often", SHORT, second), runner="two"):
            await asyncio.sleep(1.2)
            assert second.runs == 0
            async with database.transaction() as session:  # as if its lease had run out unseen
                await session.execute(update(ScheduledJob).values(leased_until=now()))
            await until(lambda: second.runs >= 2)


async def test_who_lost_its_lease_stops_running_the_job(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.scheduler.RENEW_S", 0.1)
    deed = Deed()
    async with scheduling(database, Job("often", SHORT, deed)):
        await until(lambda: deed.runs >= 2)
        async with database.transaction() as session:
            far = now() + timedelta(seconds=40)
            await session.execute(update(ScheduledJob).values(token="another's", runner="two", leased_until=far))
        await asyncio.sleep(0.5)
        runs = deed.runs
        await asyncio.sleep(0.5)
        assert deed.runs == runs
    assert (await state(database, "often")).runner == "two"


async def test_a_job_that_fails_rests_and_its_words_are_kept(database: Database) -> None:
    deed = Deed(fails=1, gives={"members": 3, "skipped": 0})
    async with scheduling(database, Job("flaky", SHORT, deed)):
        await until(lambda: deed.runs >= 2)
        await asyncio.sleep(0.1)
    failed, well = (await written(database))[:2]
    assert (failed.error, failed.counts) == ("OSError: the disk is full", {})
    assert (well.error, well.counts) == (None, {"members": 3})


async def test_a_run_is_asked_for_whether_it_is_kept_here_or_not_due(database: Database) -> None:
    rare, often, signals = Deed(), Deed(), Signals()
    jobs = (Job("nightly", None, rare, at="03:30"), Job("every minute", timedelta(minutes=1), often))
    async with scheduling(database, *jobs, signals=signals):
        await until(lambda: often.runs == 1)
        for name in ("nightly", "every minute"):
            async with database.transaction() as session:
                await schedule.ask(session, name)
            await signals.publish(JOBS, event={"kind": ASKED, "name": name})
        await until(lambda: rare.runs == 1 and often.runs >= 2, within_s=60)
        async with asyncio.timeout(60):
            while len(await written(database)) < 2:  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.02)
    assert {run.name for run in await written(database)} == {"nightly", "every minute"}
    assert (await state(database, "every minute")).asked_at is None


async def test_what_is_stopped_in_the_middle_is_due_at_once(database: Database) -> None:
    deed = Deed(takes_s=60)
    scheduler = Scheduler(database, Signals(), [Job("slow", LONG, deed)], "one")
    running = asyncio.create_task(scheduler.run())
    await until(lambda: deed.runs == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    again = Deed()
    async with scheduling(database, Job("slow", LONG, again), runner="two"):
        await until(lambda: again.runs == 1, within_s=5)


async def test_what_a_killed_process_had_in_hand_is_taken_up(desk: Desk, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.job_process",
        desk.database.url.render_as_string(hide_password=False),
        str(mark),
        cwd=ROOT,
    )
    await until(mark.exists)
    deed = Deed(gives=1)
    worker = Worker(desk, None, desk.signals, jobs=[Job("slow", LONG, deed)])
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    began = time.monotonic()
    running = asyncio.create_task(worker.run())
    await until(lambda: deed.runs == 1)
    assert time.monotonic() - began < 15  # no need to wait for the lease: the process is known to be gone
    worker.stop()
    await running
    assert [run.error for run in await written(desk.database)] == [CUT_OFF, None]


def test_counts_are_a_number_several_by_name_or_nothing() -> None:
    assert counted(3) == {"done": 3}
    assert counted({"risen": 2, "fallen": 0}) == {"risen": 2}
    assert counted(True) == {"done": 1}
    assert counted(None) == counted(0) == {}


def test_a_job_has_an_interval_or_a_time_and_not_both() -> None:
    for every, at in ((None, None), (LONG, "03:30")):
        with pytest.raises(ValueError, match="needs an interval"):
            Job("odd", every, Deed(), at=at)
