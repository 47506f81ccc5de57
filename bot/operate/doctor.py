"""`huike doctor`: looks at an installation and says what is wrong and what to do about it."""

import asyncio
import contextlib
import smtplib
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import redis.asyncio as redis_client
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.operate import training
from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from crm_store import migrate, policy

NETWORK_PATIENCE_SECONDS = 5


class Unwell(Exception):
    """A check found something; the text says what, and what to do."""


async def _database(settings: Settings) -> str:
    try:
        async with opened_database(settings) as database:
            found = await migrate.differences(database)
            kind = database.engine.dialect.name
    except StepFailed as failure:
        raise Unwell(f"{failure.what} {failure.advice}") from failure
    if found:
        raise Unwell(f"{len(found)} tables or columns differ from this version; run `huike migrate`")
    return f"{kind}, newest schema"


async def _policy(settings: Settings) -> str:
    try:
        policy.load(settings.policy_file)
    except policy.PolicyRefused as refusal:
        raise Unwell(f"{refusal}\nnothing starts before this is right") from refusal
    return f"{settings.policy_file or policy.STANDARD}, all entries are right"


async def _files(settings: Settings) -> str:
    """Written before a release that keeps its files to itself, or by another program."""
    paths = await asyncio.to_thread(lambda: [each for each in settings.data_dir.rglob("*") if _is_open(each)])
    if paths:
        raise Unwell(
            f"{len(paths)} files can be read by others, such as {paths[0]}; run `chmod -R go= {settings.data_dir}`"
        )
    return f"{settings.data_dir} is read by nobody else"


def _is_open(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.is_file() and bool(path.stat().st_mode & 0o077)
    return False


async def _redis(settings: Settings) -> str:
    if not settings.redis_url:
        return "not configured (one process needs none)"
    client = redis_client.from_url(settings.redis_url, socket_connect_timeout=NETWORK_PATIENCE_SECONDS)
    try:
        await client.ping()
    except redis_client.RedisError as error:
        raise Unwell(f"{error}; check HUIKE_REDIS_URL") from error
    finally:
        await client.aclose()
    return "answers"


async def _model(_settings: Settings) -> str:
    model = training.current_model()
    if not model.exists():
        raise Unwell("no model for the present training data; run `make train`")
    return f"{model.name}, {model.stat().st_size / 1e6:.1f} MB"


async def _http(url: str, hint: str) -> str:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=NETWORK_PATIENCE_SECONDS) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        raise Unwell(f"{error or type(error).__name__}; {hint}") from error
    if answer.status_code >= 400:
        raise Unwell(f"answers with status {answer.status_code}; {hint}")
    return "answers"


async def _rasa(settings: Settings) -> str:
    return await _http(f"{settings.rasa_url}/", "start it with `huike up` or check HUIKE_RASA_URL")


async def _app(settings: Settings) -> str:
    return await _http(f"http://{settings.host}:{settings.port}/healthz", "start it with `huike up` or `huike serve`")


async def _telegram(settings: Settings) -> str:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return "not configured"
    return await _http(f"{settings.telegram_api_url}/bot{token}/getMe", "check HUIKE_TELEGRAM_TOKEN")


async def _mail(settings: Settings) -> str:
    url = settings.smtp_url.get_secret_value()
    if not url:
        return "not configured: codes by e-mail cannot be sent"
    parts = urlsplit(url)

    def greet() -> None:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=NETWORK_PATIENCE_SECONDS) as server:
            server.noop()

    try:
        await asyncio.to_thread(greet)
    except OSError as error:
        raise Unwell(f"{error}; check HUIKE_SMTP_URL") from error
    return "answers"


CHECKS: dict[str, Callable[[Settings], Awaitable[str]]] = {
    "Policy": _policy,
    "Database": _database,
    "Files": _files,
    "Redis": _redis,
    "Model": _model,
    "Rasa": _rasa,
    "App": _app,
    "Telegram": _telegram,
    "E-mail": _mail,
}


async def examine(settings: Settings, console: Console) -> int:
    """Run every check and print a table. Returns 0 when all is well, else 1."""
    table = Table("", "Part", "Finding")
    unwell = 0
    for name, check in CHECKS.items():
        try:
            finding, mark = await check(settings), "[green]✓"
        except Unwell as problem:
            finding, mark = str(problem), "[red]✗"
            unwell += 1
        table.add_row(mark, name, escape(finding))
    console.print(table)
    return 1 if unwell else 0
