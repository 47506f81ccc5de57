"""`huike jobs`: what runs by the clock and how it went, and one of them at once."""

import asyncio

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.desk.scheduler import ASKED, JOBS, Job, run_claimed
from bot.desk.worker import worker_name
from bot.jobs import standard_jobs
from bot.operate.up import opened_database
from bot.services import Services, build_services, running
from bot.settings import Settings
from crm_store import audit, migrate, schedule
from crm_store.clock import business_zone
from crm_store.errors import CrmError
from crm_store.policy import clock_text
from crm_store.schedule import ScheduledJob

LOOK_S = 0.5


async def show(settings: Settings, console: Console) -> int:
    """Print every job with its last run and its next. Returns 0."""
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        async with database.reading() as session:
            jobs = await schedule.listing(session)
    if not jobs:
        console.print("No job is known yet: start the worker first.")
        return 0
    table = Table("job", "runs", "last run", "took", "next run", "last error", box=None, header_style="bold")
    for job in jobs:
        table.add_row(
            job.name, _rhythm(job), _moment(job, "last_at"), _took(job), _moment(job, "next_at"), job.last_error
        )
    console.print(table, soft_wrap=True)
    return 0


async def run(settings: Settings, console: Console, name: str) -> int:
    """Run a job now: here, or by the worker that has it in hand. Returns 0, 1 when it failed, 2 when there is none."""
    services = build_services(settings)
    async with running(services):
        jobs = standard_jobs(
            services.desk, settings.attachments, mailer=services.mailer, public_url=settings.public_url
        )
        job = next((each for each in jobs if each.name == name), None)
        if job is None:
            known = ", ".join(each.name for each in jobs)
            console.print(f"[red]There is no job {escape(repr(name))};[/red] choose one of: {known}")
            return 2
        try:
            error = await _run(services, job)
        except CrmError as refusal:
            console.print(f"[red]Not run:[/red] {refusal}")
            return 1
        async with services.database.reading() as session:
            [*_, last] = (await schedule.latest_runs(session, each=1))[name]
    if error is not None:
        console.print(f"[red]{name} failed:[/red] {error}", soft_wrap=True)
        return 1
    told = ", ".join(f"{key} {count}" for key, count in last.counts.items()) or "nothing to do"
    console.print(f"{name}: {told} ({last.duration_ms} ms).")
    return 0


async def _run(services: Services, job: Job) -> str | None:
    """What went wrong, None for nothing."""
    async with services.database.transaction() as session:
        await schedule.register(session, [job.schedule])
        await schedule.ask(session, job.name)
        await audit.record(session, action="run_job", actor="command line", subject=f"job:{job.name}")
    await services.signals.publish(JOBS, event={"kind": ASKED, "name": job.name})
    me = worker_name()
    while True:
        async with services.database.transaction() as session:
            claimed = await schedule.claim(session, job.schedule, me)
        if claimed is not None:
            return (await run_claimed(services.database, job, claimed)).error
        async with services.database.reading() as session:
            state = await schedule.get(session, job.name)
        if state is not None and state.asked_at is None:  # the worker that has it in hand has done it
            return state.last_error
        await asyncio.sleep(LOOK_S)


def _rhythm(job: ScheduledJob) -> str:
    return f"daily {clock_text(job.at_minute)}" if job.at_minute is not None else f"every {job.every_s:g} s"


def _took(job: ScheduledJob) -> str:
    return f"{job.last_ms} ms" if job.last_ms is not None else ""


def _moment(job: ScheduledJob, name: str) -> str:
    moment = getattr(job, name)
    return f"{moment.astimezone(business_zone()):%Y-%m-%d %H:%M:%S}" if moment else ""
