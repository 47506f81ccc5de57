"""Health checks and metrics for the operator."""

import asyncio
import hmac
import shutil

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from bot.operate import metrics
from bot.services import Services
from bot.settings import Settings, is_loopback
from crm_store import keys

DATABASE_PATIENCE_SECONDS = 3


def free_megabytes(settings: Settings) -> float:
    """Room left on the disk of the data folder, which need not be there yet."""
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e6


def build_router(services: Services) -> APIRouter:
    """`/healthz`: this process lives. `/readyz`: what it needs answers too. `/metrics`: figures for Prometheus."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        answers = await _database_answers(services)
        parts = {
            "database": answers,
            "key": answers and await _key_fits(services),
            "dialogue": await services.dialogue.health(),
            "disk": free_megabytes(services.settings) >= services.settings.disk_free_megabytes,
        }
        ready = all(parts.values())
        return JSONResponse({"ready": ready, **parts}, status_code=200 if ready else 503)

    @router.get("/metrics")
    async def figures(request: Request) -> Response:
        if not _may_look(request, services.settings.metrics_token.get_secret_value()):
            return Response(status_code=404)
        return Response(await metrics.figures(services), media_type=CONTENT_TYPE_LATEST)

    return router


def _may_look(request: Request, token: str) -> bool:
    """With a token whoever sends it; without one this machine alone, which a proxy's customers are not."""
    if not token:
        return request.client is not None and is_loopback(request.client.host)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), token.encode())


async def _database_answers(services: Services) -> bool:
    try:
        async with asyncio.timeout(DATABASE_PATIENCE_SECONDS), services.database.reading() as session:
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
