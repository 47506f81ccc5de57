"""Health checks and metrics for the operator."""

import hmac
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy import func, select, text

from bot.services import Services
from bot.settings import is_loopback
from crm_store import keys, schedule
from crm_store.conversations import Conversation
from crm_store.db import Traffic
from crm_store.messages import Direction, Message
from crm_store.schedule import ScheduledJob


def build_router(services: Services) -> APIRouter:
    """`/healthz`: this process lives. `/readyz`: what it needs answers too. `/metrics`: figures for Prometheus."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        answers = await _database_answers(services)
        key = answers and await _key_fits(services)
        parts = {"database": answers, "key": key, "dialogue": await services.dialogue.health()}
        ready = all(parts.values())
        return JSONResponse({"ready": ready, **parts}, status_code=200 if ready else 503)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_look(request, services.settings.metrics_token.get_secret_value()):
            return Response(status_code=404)
        return Response(await _figures(services), media_type=CONTENT_TYPE_LATEST)

    return router


def _may_look(request: Request, token: str) -> bool:
    """With a token whoever sends it; without one this machine alone, which a proxy's customers are not."""
    if not token:
        return request.client is not None and is_loopback(request.client.host)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), token.encode())


async def _database_answers(services: Services) -> bool:
    try:
        async with services.database.reading() as session:
            await session.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001 - whatever the driver says, the answer is: not ready
        return False
    return True


async def _key_fits(services: Services) -> bool:
    """Whether this process holds the secret that the store is written with, the whole of it."""
    try:
        await keys.check(services.database)
    except (keys.WrongKey, keys.RotationUnfinished):
        return False
    return True


async def _figures(services: Services) -> bytes:
    """Counted in the database when asked, so that they are true whichever process answers and survive a restart."""
    registry = CollectorRegistry()
    conversations = Gauge("huike_conversations", "Conversations by state", ["state", "channel"], registry=registry)
    messages = Gauge(
        "huike_messages", "Messages by direction and status", ["direction", "status", "channel"], registry=registry
    )
    up = Gauge("huike_dialogue_up", "Whether the dialogue server answers", registry=registry)
    async with services.database.reading(bulk=True) as session:
        rows = await session.execute(
            select(Conversation.state, Conversation.channel, func.count()).group_by(
                Conversation.state, Conversation.channel
            )
        )
        for state, channel, count in rows:
            conversations.labels(state, channel).set(count)
        counted = await session.execute(
            select(Message.direction, Message.status, Message.channel, func.count()).group_by(
                Message.direction, Message.status, Message.channel
            )
        )
        for direction, status, channel, count in counted:
            messages.labels(Direction(direction).value, status, channel).set(count)
        jobs = await schedule.listing(session)
    _count_jobs(registry, jobs)
    _count_traffic(registry, services.database.traffic)
    up.set(1 if await services.dialogue.health() else 0)
    return generate_latest(registry)


def _count_jobs(registry: CollectorRegistry, jobs: Sequence[ScheduledJob]) -> None:
    """When each scheduled job ran last, how long that took, and whether it keeps failing."""
    last = Gauge("huike_job_last_run_seconds", "When a job ran last, since the epoch", ["job"], registry=registry)
    took = Gauge("huike_job_duration_seconds", "How long its last run took", ["job"], registry=registry)
    failures = Gauge("huike_job_failures", "Failures of a job in a row", ["job"], registry=registry)
    for job in jobs:
        failures.labels(job.name).set(job.failures)
        if job.last_at is not None:
            last.labels(job.name).set(job.last_at.timestamp())
            took.labels(job.name).set((job.last_ms or 0) / 1000)


def _count_traffic(registry: CollectorRegistry, traffic: Traffic) -> None:
    """Of this process alone, since its start."""
    statements = Counter("huike_db_statements", "Statements sent to the database", registry=registry)
    statements.inc(traffic.statements)
    transactions = Counter("huike_db_transactions", "Transactions by kind", ["kind"], registry=registry)
    transactions.labels("writing").inc(traffic.writing)
    transactions.labels("reading").inc(traffic.reading)
