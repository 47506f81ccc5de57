"""Scheduled jobs of one process: each is claimed in the database, so that of any number of replicas one runs it.

A job that is due every few seconds stays with its runner, which then needs the database only to renew its leases and
for what was done. What a killed runner had in hand is free when its lease runs out, or when a worker starts on the same
machine.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.desk.signals import Signals
from crm_store import clock, schedule
from crm_store.db import Database
from crm_store.schedule import LEASE, Claim, Outcome, Quiet, Schedule

JOBS = "jobs"
"""The topic of what happens to jobs: somebody wants one to run, or one has run."""
ASKED = "job_asked"
RAN = "job_ran"

LOOK_S = 1.0
"""How often the table is looked at for what is due: one statement without a lock."""
RENEW_S = LEASE.total_seconds() / 3
TELL_QUIET_S = 60.0
"""How often the runs that found nothing to do are written down."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of scheduled work: `run` gives what was done, a number or several by name, or nothing.

    It runs at the start and then `every` so often, counted from its end: `Job("expire points", timedelta(minutes=15),
    run)`. Or daily at a time of day at the shop: `Job("rate members", None, run, at="03:30")`; one that was missed is
    caught up at the next start, and in a new shop it waits for its time unless it is to run `at_first`.
    """

    name: str
    every: timedelta | None
    run: Callable[[], Awaitable[object]]
    at: str | None = None
    at_first: bool = False

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"the job {self.name!r} needs an interval or a time of day, and not both")

    @property
    def schedule(self) -> Schedule:
        if self.at is None:
            return Schedule(self.name, every=self.every)
        hour, _, minute = self.at.partition(":")
        return Schedule(self.name, at_minute=int(hour) * 60 + int(minute), at_first=self.at_first)


@dataclass(slots=True)
class _InHand:
    """A job that this runner has. `good_until`: the end of its lease by the monotonic clock, which nobody puts back;
    `quiet`: its runs that the table has not been told of, None before the first; `is_over`: it is no longer ours."""

    job: Job
    claim: Claim
    good_until: float
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    quiet: Quiet | None = None
    is_over: bool = False

    def is_ours(self) -> bool:
        return not self.is_over and time.monotonic() < self.good_until


class Scheduler:
    """Runs the jobs that are due until told to stop: `await scheduler.run()` in a task, `scheduler.stop()`."""

    def __init__(self, database: Database, signals: Signals, jobs: Sequence[Job], runner: str) -> None:
        self._database, self._signals, self._runner = database, signals, runner
        self._jobs = {job.name: job for job in jobs}
        self._in_hand: dict[str, _InHand] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in hand is finished."""
        self._stopping.set()
        for held in self._in_hand.values():
            held.wake.set()

    async def run(self) -> None:
        """Until `stop`; cancelled, it gives back what is in hand, which is then due at once."""
        heartbeat = asyncio.create_task(self._heartbeat(), name="job leases")
        try:
            await self._register()
            await self._look_until_stopped()
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in (heartbeat, *self._tasks):
                task.cancel()
            await asyncio.gather(heartbeat, *self._tasks, return_exceptions=True)

    async def _register(self) -> None:
        while not self._stopping.is_set():
            try:
                async with self._database.transaction() as session:
                    await schedule.register(session, [job.schedule for job in self._jobs.values()])
            except Exception:  # the database may be away: tried again until it is back
                log.exception("scheduler.register_failed")
                await asyncio.sleep(LOOK_S)
            else:
                return

    async def _look_until_stopped(self) -> None:
        async with self._signals.subscribe(JOBS) as events:
            while not self._stopping.is_set():
                try:
                    await self.start_due()
                except Exception:  # one look that failed must not end all jobs
                    log.exception("scheduler.look_failed")
                await events.next(within_s=LOOK_S)

    async def start_due(self) -> None:
        """Claim and start everything that is due and free, and what somebody wants of what is kept here."""
        async with self._database.reading() as session:
            wanted = await schedule.asked(session, list(self._in_hand))
            free = [job.schedule for name, job in self._jobs.items() if name not in self._in_hand]
            due = await schedule.due(session, free)
        for name, agent_id in wanted.items():
            if (held := self._in_hand.get(name)) is not None and not held.claim.is_asked:
                held.claim = Claim(name, held.claim.token, is_asked=True, asked_by_id=agent_id)
                held.wake.set()
        for name in due:
            job = self._jobs[name]
            since = time.monotonic()
            async with self._database.transaction() as session:
                claimed = await schedule.claim(session, job.schedule, self._runner)
            if claimed is not None:
                held = self._in_hand[name] = _InHand(job, claimed, since + LEASE.total_seconds())
                task = asyncio.create_task(self._serve(held), name=name)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, held: _InHand) -> None:
        """Run the job, and again and again while it is kept here."""
        try:
            while await self._run_once(held):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(held.job.every.total_seconds() if held.job.every else None):
                        await held.wake.wait()
                held.wake.clear()
                if self._stopping.is_set() or not held.is_ours():
                    break
        except Exception:  # the run is over; only its note is lost
            log.exception("scheduler.job_not_noted", job=held.claim.name)
        finally:
            del self._in_hand[held.claim.name]
            if not held.is_over:
                await asyncio.shield(asyncio.create_task(self._give_back(held)))

    async def _run_once(self, held: _InHand) -> bool:
        """Whether the job is still kept here afterwards. The first run of a claim is written down, whatever it did."""
        claimed, job, untold = held.claim, held.job, held.quiet
        outcome = await outcome_of(job)
        keep = job.schedule.is_kept and outcome.error is None and not self._stopping.is_set()
        if keep and untold is not None and not outcome.counts and not claimed.is_asked:
            runs = held.quiet.runs if held.quiet else 0
            held.quiet = Quiet(runs + 1, outcome.started_at, outcome.took)
            return True
        untold, held.quiet = held.quiet, Quiet(0, outcome.started_at, outcome.took)
        async with self._database.transaction() as session:
            ours = await schedule.finish(session, claimed, job.schedule, outcome, keep=keep, quiet=untold)
        held.good_until = time.monotonic() + LEASE.total_seconds()
        if held.claim is claimed:  # or somebody has asked for another run since
            held.claim = Claim(claimed.name, claimed.token)
        held.is_over = not (ours and keep)
        if outcome.counts or outcome.error or claimed.is_asked:
            await self._signals.publish(JOBS, event={"kind": RAN, "name": job.name})
        return not held.is_over

    async def _give_back(self, held: _InHand) -> None:
        """Free for others, even when this process is stopped in a hurry."""
        try:
            async with self._database.transaction() as session:
                await schedule.give_back(session, held.claim, held.quiet)
        except Exception:  # its lease runs out
            log.exception("scheduler.give_back_failed", job=held.claim.name)

    async def _heartbeat(self) -> None:
        told_at = time.monotonic()
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                tell = time.monotonic() - told_at >= TELL_QUIET_S
                await self._renew(tell=tell)
                told_at = time.monotonic() if tell else told_at
            except Exception:  # tried again at the next beat, well within the lease
                log.exception("scheduler.renew_failed")

    async def _renew(self, *, tell: bool) -> None:
        held = {each.claim.token: each for each in self._in_hand.values()}
        if not held:
            return
        since = time.monotonic()
        quiet = {token: _taken(each) if tell else None for token, each in held.items()}
        async with self._database.transaction() as session:
            ours = await schedule.renew(session, quiet)
        for token, each in held.items():
            if token in ours:
                each.good_until = max(each.good_until, since + LEASE.total_seconds())
            else:
                each.is_over = True
                each.wake.set()


def _taken(held: _InHand) -> Quiet | None:
    """The runs that are to be told of now, which then count as told."""
    quiet = held.quiet
    if quiet is None or not quiet.runs:
        return None
    held.quiet = Quiet(0, quiet.last_at, quiet.took)
    return quiet


async def run_claimed(database: Database, job: Job, claimed: Claim) -> Outcome:
    """One run of a job that was claimed outside a scheduler, its lease renewed meanwhile; then it is free again."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            async with database.transaction() as session:
                await schedule.renew(session, {claimed.token: None})

    renewing = asyncio.create_task(renew())
    try:
        outcome = await outcome_of(job)
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
    async with database.transaction() as session:
        await schedule.finish(session, claimed, job.schedule, outcome, keep=False)
    return outcome


async def outcome_of(job: Job) -> Outcome:
    """One run of a job, whatever becomes of it."""
    started_at, since = clock.now(), time.monotonic()
    counts: dict[str, int] = {}
    error = None
    try:
        counts = counted(await job.run())
    except Exception as failure:  # whatever a job raises is kept with its run and shown
        log.exception("scheduler.job_failed", job=job.name)
        error = f"{type(failure).__name__}: {failure}"
    took = timedelta(seconds=time.monotonic() - since)
    if counts:
        log.info("scheduler.job_done", job=job.name, seconds=round(took.total_seconds(), 3), counts=counts)
    return Outcome(started_at, took, counts, error)


def counted(result: object) -> dict[str, int]:
    """What a job says it did, by name and without what it did not do; a bare number is "done"."""
    if isinstance(result, Mapping):
        return {str(name): int(count) for name, count in result.items() if count}
    return {"done": int(result)} if isinstance(result, int | float) and result else {}
