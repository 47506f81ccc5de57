"""What `/metrics` tells Prometheus: what this process has counted, and how the shop stands.

The first is true of one process alone and is to be added up over all of them. The second is read in the store when
asked, so that it is the same whichever process answers: of several, take the highest.
"""

import shutil
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot.figures import REGISTRY
from bot.services import Services
from crm_store import backlog, schedule, work
from crm_store.backlog import Backlog, Waiting
from crm_store.db import Database
from crm_store.schedule import ScheduledJob


async def figures(services: Services) -> bytes:
    """Everything, in Prometheus's text format."""
    registry = CollectorRegistry()
    async with services.database.reading(bulk=True) as session:
        waits = await backlog.read(session)
        late = await work.late(session)
        jobs = await schedule.listing(session)
    _tell_backlog(registry, waits)
    cases = Gauge("huike_late_cases", "Open cases past their time", ["kind"], registry=registry)
    for kind, count in late.items():
        cases.labels(kind).set(count)
    _tell_jobs(registry, jobs)
    _tell_database(registry, services.database)
    disk = Gauge("huike_disk_free_bytes", "Free room where the data folder is", registry=registry)
    disk.set(shutil.disk_usage(services.settings.data_dir).free)
    up = Gauge("huike_dialogue_up", "Whether the dialogue server answers", registry=registry)
    up.set(1 if await services.dialogue.health() else 0)
    return generate_latest(REGISTRY) + generate_latest(registry)


def _tell_backlog(registry: CollectorRegistry, waits: Backlog) -> None:
    _tell_waiting(registry, "unhandled", "Customers' messages that nobody has handled", waits.unhandled)
    _tell_waiting(registry, "undelivered", "Messages to customers that wait for their channel", waits.undelivered)
    failed = Gauge(
        "huike_messages_failed", "Messages that could not be delivered, still open", ["channel"], registry=registry
    )
    for channel, count in waits.failed.items():
        failed.labels(channel).set(count)
    conversations = Gauge("huike_conversations", "Open conversations by state", ["state", "channel"], registry=registry)
    for (state, channel), count in waits.conversations.items():
        conversations.labels(state, channel).set(count)
    queue = Gauge("huike_queue_length", "Customers who wait for a person", registry=registry)
    queue.set(waits.queue.count)
    longest = Gauge("huike_queue_longest_wait_seconds", "Since when the first of them waits", registry=registry)
    longest.set(waits.queue.longest_seconds)


def _tell_waiting(registry: CollectorRegistry, name: str, what: str, waits: dict[str, Waiting]) -> None:
    count = Gauge(f"huike_messages_{name}", what, ["channel"], registry=registry)
    oldest = Gauge(f"huike_messages_{name}_oldest_seconds", "How long the first of them waits", registry=registry)
    oldest.set(max((each.longest_seconds for each in waits.values()), default=0.0))
    for channel, each in waits.items():
        count.labels(channel).set(each.count)


def _tell_jobs(registry: CollectorRegistry, jobs: Sequence[ScheduledJob]) -> None:
    """When each scheduled job ran last, how long that took, and whether it keeps failing."""
    last = Gauge("huike_job_last_run_seconds", "When a job ran last, since the epoch", ["job"], registry=registry)
    took = Gauge("huike_job_duration_seconds", "How long its last run took", ["job"], registry=registry)
    failures = Gauge("huike_job_failures", "Failures of a job in a row", ["job"], registry=registry)
    for job in jobs:
        failures.labels(job.name).set(job.failures)
        if job.last_at is not None:
            last.labels(job.name).set(job.last_at.timestamp())
            took.labels(job.name).set((job.last_ms or 0) / 1000)


def _tell_database(registry: CollectorRegistry, database: Database) -> None:
    """Of this process alone."""
    statements = Counter("huike_db_statements", "Statements sent to the database", registry=registry)
    statements.inc(database.traffic.statements)
    transactions = Counter("huike_db_transactions", "Transactions by kind", ["kind"], registry=registry)
    transactions.labels("writing").inc(database.traffic.writing)
    transactions.labels("reading").inc(database.traffic.reading)
    used = Gauge("huike_db_connections", "Connections in use", registry=registry)
    limit = Gauge("huike_db_connections_limit", "Connections this process may open; 0: no limit", registry=registry)
    used.set(database.connections_in_use)
    limit.set(database.connections_limit)
