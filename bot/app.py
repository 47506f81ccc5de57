"""Builds the app: gateway, console, API, action endpoint and background work in one process, or some of them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI

from actions import endpoint
from bot import api, console, figures, logs
from bot.api import description
from bot.channels import web
from bot.desk.channel import Channel
from bot.desk.delivery import Delivery
from bot.desk.worker import Worker
from bot.hardening import CONSOLE, BrowserHeaders, FromOwnPages
from bot.jobs import standard_jobs
from bot.operate import health, serving
from bot.services import Services, build_services, running
from bot.settings import Settings
from crm_store import messages

WORKER_STOP_SECONDS = 45

log = structlog.get_logger(__name__)


def _log(settings: Settings) -> None:
    logs.configure(
        as_json=settings.log_json,
        file=settings.log_file,
        megabytes=settings.log_file_megabytes,
        kept=settings.log_files_kept,
    )


def build_worker(services: Services, channels: Sequence[Channel]) -> Worker:
    return Worker(
        services.desk,
        Delivery(services.database, channels, services.signals),
        services.signals,
        jobs=standard_jobs(
            services.desk,
            services.settings.attachments,
            mailer=services.mailer,
            public_url=services.settings.public_url,
        ),
        fetched_channels=[channel.name for channel in channels if not channel.needs_outbox],
        parallel_turns=services.settings.max_parallel_turns,
    )


@asynccontextmanager
async def _working(services: Services, channels: Sequence[Channel]) -> AsyncIterator[None]:
    """Background work and channels run inside this block; on leaving, what is in hand is finished first."""
    worker = build_worker(services, channels)
    task = asyncio.create_task(worker.run(), name="worker")
    async with AsyncExitStack() as stack:
        for channel in channels:
            await channel.start()
            stack.push_async_callback(channel.stop)
        yield
        # Before the channels: what is in hand still goes out through them.
        worker.stop()
        await asyncio.wait([task], timeout=WORKER_STOP_SECONDS)


def build_channels(services: Services) -> list[Channel]:
    """Every channel that the settings name."""
    channels: list[Channel] = [web.WebChannel(services)]
    if services.settings.telegram_token.get_secret_value():
        from bot.channels import telegram  # takes half of a start, so only a shop on Telegram imports it

        channels.append(telegram.TelegramChannel(services))
    for channel in channels:
        if not channel.needs_outbox:
            messages.leave_to_customer(channel.name)
    return channels


def build_app(settings: Settings, *, with_worker: bool = True) -> FastAPI:
    """The whole app. `with_worker=False` leaves background work and polling to `huike worker`."""
    _log(settings)
    services = build_services(settings)
    channels = build_channels(services)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(services))
            if with_worker:
                await stack.enter_async_context(_working(services, channels))
            else:
                for channel in channels:
                    stack.push_async_callback(channel.stop)
            yield

    # The pages that FastAPI brings load their script from a public host.
    app = FastAPI(title="Huike 回客", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.services = services
    address = urlsplit(settings.public_url)
    app.add_middleware(FromOwnPages, prefix=CONSOLE, own=[address.netloc])
    app.add_middleware(BrowserHeaders, https=address.scheme == "https")
    app.include_router(health.build_router(services))
    app.include_router(endpoint.build_router(settings.actions_secret.get_secret_value(), measured=figures.acted))
    app.include_router(api.build_router(services))
    description.mount(app)
    app.include_router(web.build_router(services))
    if settings.telegram_token.get_secret_value():
        from bot.channels import telegram  # as above

        for channel in channels:
            if isinstance(channel, telegram.TelegramChannel):
                app.include_router(telegram.build_router(services, channel))
    console.mount(app, services)  # last: it answers whatever is left under /console
    return app


def build_actions_app(settings: Settings) -> FastAPI:
    """Only the action endpoint that Rasa calls."""
    _log(settings)
    services = build_services(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(services):
            yield

    app = FastAPI(title="Huike actions", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(health.build_router(services))
    app.include_router(endpoint.build_router(settings.actions_secret.get_secret_value(), measured=figures.acted))
    return app


async def run_worker_only(settings: Settings) -> None:
    """Background work alone, until SIGINT or SIGTERM."""
    _log(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    services = build_services(settings)
    async with running(services), _working(services, build_channels(services)), _looked_at(services):
        log.info("worker.ready")
        await stop.wait()


@asynccontextmanager
async def _looked_at(services: Services) -> AsyncIterator[None]:
    """A worker that was given a port answers there whether it lives and what it has done."""
    if not services.settings.worker_port:
        yield
        return
    app = FastAPI(title="Huike worker", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health.build_router(services))
    async with serving.beside(app, host=services.settings.host, port=services.settings.worker_port):
        yield
