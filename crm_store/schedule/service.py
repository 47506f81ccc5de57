"""Jobs are claimed by one of many runners, renewed while in hand, and finished with what they did.

Two runners can have one job only when a clock jumps: every job may run twice, or beside itself, without harm.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock
from crm_store.errors import NotFound
from crm_store.policy import policy
from crm_store.schedule.models import ERROR_CHARACTERS, JobBusy, JobRun, ScheduledJob
from crm_store.schedule.rules import A_DAY, FURTHEST_LEASE, LEASE, Schedule, first_at, furthest, next_at, pause

CUT_OFF = "cut off: the process that ran it has ended"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand. `asked_by_id`: who wants this run; `is_asked`: somebody does, an agent or the command line."""

    name: str
    token: str
    is_asked: bool = False
    asked_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run went. `counts`: what was done, by name, none of them 0; `error`: why it failed."""

    started_at: datetime
    took: timedelta
    counts: Mapping[str, int]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Runs that found nothing to do, since they were last told of; the newest of them."""

    runs: int
    last_at: datetime
    took: timedelta


async def register(session: AsyncSession, schedules: Sequence[Schedule]) -> None:
    """Make known what there is to run. A changed schedule holds from now on; a job that nobody has run for more than a
    day past its time is gone from the program, and its row goes too."""
    now, known = clock.now(), {each.name: each for each in await session.scalars(select(ScheduledJob))}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for each in schedules:
        every_s = each.every.total_seconds() if each.every is not None else None
        row = known.pop(each.name, None)
        if row is None:
            values = {"name": each.name, "every_s": every_s, "at_minute": each.at_minute,
                      "next_at": first_at(each, now), "failures": 0, "quiet_runs": 0}  # fmt: skip
            await session.execute(insert(ScheduledJob).values(values).on_conflict_do_nothing())
        elif (row.every_s, row.at_minute) != (every_s, each.at_minute):
            row.every_s, row.at_minute, row.next_at = every_s, each.at_minute, next_at(each, now)
    for row in known.values():
        if row.next_at < now - A_DAY and (row.leased_until is None or row.leased_until < now):
            await session.delete(row)
    await session.flush()


async def due(session: AsyncSession, schedules: Sequence[Schedule]) -> list[str]:
    """The names of those that could be claimed now, the longest waiting first; takes no lock."""
    if not schedules:
        return []
    now = clock.now()
    found = await session.scalars(
        select(ScheduledJob.name)
        .where(or_(*(_is_due(each, now) for each in schedules)), _is_free(now))
        .order_by(ScheduledJob.next_at)
    )
    return list(found)


async def asked(session: AsyncSession, names: Sequence[str]) -> dict[str, int | None]:
    """Which of these somebody wants now, and who."""
    query = select(ScheduledJob.name, ScheduledJob.asked_by_id)
    found = await session.execute(query.where(ScheduledJob.name.in_(names), ScheduledJob.asked_at.is_not(None)))
    return {row.name: row.asked_by_id for row in found}


async def claim(session: AsyncSession, schedule: Schedule, runner: str) -> Claim | None:
    """Take the job in hand if it is due and nobody else has it; a run that its runner did not live to finish is written
    down as cut off."""
    now = clock.now()
    query = select(ScheduledJob).where(_is_due(schedule, now), _is_free(now)).with_for_update(skip_locked=True)
    job = await session.scalar(query.execution_options(populate_existing=True))
    if job is None:
        return None
    if job.started_at is not None:
        _note_cut_off(session, job, now)
    job.token, job.runner, job.leased_until, job.started_at = uuid.uuid4().hex, runner, now + LEASE, now
    await session.flush()
    return Claim(job.name, job.token, job.asked_at is not None, job.asked_by_id)


async def renew(session: AsyncSession, quiet: Mapping[str, Quiet | None]) -> set[str]:
    """Keep the jobs with these tokens for longer, and note their quiet runs. Which of the tokens still hold."""
    now = clock.now()
    found = await session.scalars(
        select(ScheduledJob).where(ScheduledJob.token.in_(list(quiet))).order_by(ScheduledJob.name).with_for_update()
    )
    held = set()
    for job in found:
        assert job.token is not None
        held.add(job.token)
        job.leased_until = now + LEASE
        if (runs := quiet[job.token]) is not None:
            _note_quiet(job, runs)
    await session.flush()
    return held


async def finish(
    session: AsyncSession,
    claimed: Claim,
    schedule: Schedule,
    outcome: Outcome,
    *,
    keep: bool,
    quiet: Quiet | None = None,
) -> bool:
    """Note how a run went, and when the next is due. `keep`: the runner stays the one who runs it; `quiet`: the runs
    before it that were not told of yet. False: the job was taken over meanwhile, and only the run is written down."""
    query = select(ScheduledJob).where(ScheduledJob.name == claimed.name, ScheduledJob.token == claimed.token)
    job = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    runner = job.runner if job is not None else None
    if outcome.counts or outcome.error or claimed.is_asked or schedule.is_rare:
        _write(session, claimed, outcome, runner or "")
        await _prune(session, claimed.name)
    if job is None:
        return False
    if quiet is not None:
        _note_quiet(job, quiet)
    _settle(job, claimed, schedule, outcome, keep=keep)
    await session.flush()
    return True


async def give_back(session: AsyncSession, claimed: Claim, quiet: Quiet | None = None) -> None:
    """Leave the job to whoever takes it up next; one that was cut off while it ran is due at once."""
    query = select(ScheduledJob).where(ScheduledJob.name == claimed.name, ScheduledJob.token == claimed.token)
    job = await session.scalar(query.with_for_update())
    if job is None:
        return
    if quiet is not None:
        _note_quiet(job, quiet)
    job.token = job.runner = job.leased_until = job.started_at = None
    await session.flush()


async def free_left_behind(session: AsyncSession, *, is_dead: Callable[[str], bool]) -> int:
    """Free what runners have in hand that are known to be dead, before their leases run out; how many jobs."""
    now, freed = clock.now(), 0
    for job in await session.scalars(select(ScheduledJob).where(ScheduledJob.runner.is_not(None)).with_for_update()):
        if job.runner is None or not is_dead(job.runner):
            continue
        if job.started_at is not None:
            _note_cut_off(session, job, now)
        job.token = job.runner = job.leased_until = job.started_at = None
        freed += 1
    await session.flush()
    return freed


async def ask(session: AsyncSession, name: str, *, agent_id: int | None = None) -> ScheduledJob:
    """Let the job run now, whenever it is due. Raises NotFound, JobBusy."""
    job = await session.get(ScheduledJob, name, with_for_update=True, populate_existing=True)
    if job is None:
        raise NotFound("job", name)
    if job.asked_at is not None or is_running(job):
        raise JobBusy(name)
    job.asked_at, job.asked_by_id = clock.now(), agent_id
    await session.flush()
    return job


def is_running(job: ScheduledJob) -> bool:
    """Whether a run is going on, by a runner that is alive."""
    now = clock.now()
    return (
        job.started_at is not None and job.leased_until is not None and now < job.leased_until <= now + FURTHEST_LEASE
    )


def _is_due(schedule: Schedule, now: datetime) -> ColumnElement[bool]:
    is_time = or_(
        ScheduledJob.next_at <= now, ScheduledJob.next_at > furthest(schedule, now), ScheduledJob.asked_at.is_not(None)
    )
    return (ScheduledJob.name == schedule.name) & is_time


def _is_free(now: datetime) -> ColumnElement[bool]:
    until = ScheduledJob.leased_until
    return or_(until.is_(None), until <= now, until > now + FURTHEST_LEASE)


def _note_quiet(job: ScheduledJob, quiet: Quiet) -> None:
    job.quiet_runs += quiet.runs
    job.last_at, job.last_ms = quiet.last_at, _milliseconds(quiet.took)


def _note_cut_off(session: AsyncSession, job: ScheduledJob, now: datetime) -> None:
    assert job.started_at is not None
    took = max((job.leased_until or now) - LEASE - job.started_at, timedelta(0))
    session.add(
        JobRun(
            name=job.name, started_at=job.started_at, duration_ms=_milliseconds(took), counts={}, error=CUT_OFF,
            runner=job.runner or "", asked_by_id=job.asked_by_id,
        )
    )  # fmt: skip
    job.last_at, job.last_ms, job.last_error, job.quiet_runs = job.started_at, _milliseconds(took), CUT_OFF, 0


def _write(session: AsyncSession, claimed: Claim, outcome: Outcome, runner: str) -> None:
    session.add(
        JobRun(
            name=claimed.name, started_at=outcome.started_at, duration_ms=_milliseconds(outcome.took),
            counts=dict(outcome.counts), error=outcome.error and outcome.error[:ERROR_CHARACTERS], runner=runner,
            asked_by_id=claimed.asked_by_id,
        )
    )  # fmt: skip


def _settle(job: ScheduledJob, claimed: Claim, schedule: Schedule, outcome: Outcome, *, keep: bool) -> None:
    now = clock.now()
    is_written = bool(outcome.counts or outcome.error or claimed.is_asked or schedule.is_rare)
    job.quiet_runs = 0 if is_written else job.quiet_runs + 1
    job.last_at, job.last_ms, job.last_error = outcome.started_at, _milliseconds(outcome.took), outcome.error
    job.failures = job.failures + 1 if outcome.error else 0
    job.next_at = now + pause(schedule, job.failures) if outcome.error else next_at(schedule, now)
    job.started_at = None
    if claimed.is_asked:
        job.asked_at = job.asked_by_id = None
    if keep:
        job.leased_until = now + LEASE
    else:
        job.token = job.runner = job.leased_until = None


async def _prune(session: AsyncSession, name: str) -> None:
    """Keep the newest runs of a job, as many as the policy says."""
    await session.flush()
    of_job = select(JobRun.id).where(JobRun.name == name).order_by(JobRun.id.desc())
    oldest_kept = await session.scalar(of_job.offset(policy().jobs.keep_runs - 1).limit(1))
    if oldest_kept is not None:
        await session.execute(delete(JobRun).where(JobRun.name == name, JobRun.id < oldest_kept))


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
