"""`huike doctor`: looks at an installation and says of each part how it is, and where something is wrong what to do."""

import asyncio
import contextlib
import smtplib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import redis.asyncio as redis_client
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import text

from bot.mail import MailUrlInvalid, SmtpServer
from bot.operate import health, training
from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from crm_store import at_rest, migrate, policy
from crm_store.db import Database

NETWORK_PATIENCE_SECONDS = 5
CLOCK_DOUBTFUL_SECONDS = 1.0
CLOCK_WRONG_SECONDS = 10.0
"""Leases last 30 seconds: a clock that is further off has work taken from who is at it."""
PLENTY_OF_ROOM = 5
"""Times what must be free; with less it is time to make room."""
RASAS_CONNECTIONS = 10
"""Of two Rasa servers, beside the apps' and workers'."""


@dataclass(frozen=True)
class Finding:
    """How a part is. `advice`: what to do; with it alone the part works and should not be left so."""

    text: str
    advice: str = ""


class Unwell(Exception):
    """A part does not do its work."""

    def __init__(self, what: str, advice: str) -> None:
        self.what, self.advice = what, advice
        super().__init__(what)


async def _policy(settings: Settings) -> Finding:
    try:
        policy.load(settings.policy_file)
    except policy.PolicyRefused as refusal:
        raise Unwell(str(refusal), "Correct these lines; nothing starts before they are right.") from refusal
    return Finding(f"{settings.policy_file or policy.STANDARD}, all entries are right")


async def _database(settings: Settings) -> Finding:
    try:
        async with opened_database(settings, with_key=False) as database:
            found = await migrate.differences(database)
            kind = database.engine.dialect.name
    except StepFailed as failure:
        raise Unwell(failure.what, failure.advice) from failure
    if found:
        raise Unwell(f"{len(found)} tables or columns differ from this version", "Run `huike migrate`.")
    return Finding(f"{kind}, newest schema")


async def _key(settings: Settings) -> Finding:
    try:
        async with opened_database(settings):
            return Finding("reads what the database holds")
    except StepFailed as failure:
        raise Unwell(failure.what, failure.advice) from failure


async def _sealing(settings: Settings) -> Finding:
    if not settings.encrypt_at_rest:
        return Finding("names, birthdays and words stand in clear (HUIKE_ENCRYPT_AT_REST is off)")
    try:
        async with opened_database(settings) as database, database.reading() as session:
            open_ones = await at_rest.tables_in_clear(session)
    except StepFailed as failure:
        raise Unwell(failure.what, failure.advice) from failure
    if open_ones:
        said = f"rows from before stand in clear in {', '.join(open_ones)}"
        raise Unwell(said, "Run `huike keys seal`; it may run beside the app.")
    return Finding("names, birthdays and words are encrypted")


_ALLOWED = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
)
_PROCESSES = text("SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE application_name LIKE 'huike %'")


async def _connections(settings: Settings) -> Finding:
    if settings.database_url.startswith("sqlite"):
        return Finding("not counted on SQLite")
    try:
        async with opened_database(settings, with_key=False) as database, database.reading() as session:
            allowed = await session.scalar(_ALLOWED)
            processes = await session.scalar(_PROCESSES)
    except StepFailed as failure:
        raise Unwell(failure.what, failure.advice) from failure
    count, each = max(1, processes or 0), settings.database_connections
    said = f"{count} processes with up to {each} each, of {allowed} that the server allows"
    if count * each + RASAS_CONNECTIONS > (allowed or 0):
        room = max(4, ((allowed or 0) - RASAS_CONNECTIONS) // count)
        advice = f"Set HUIKE_DATABASE_CONNECTIONS to {room} or less, or raise PostgreSQL's max_connections."
        return Finding(said, advice)
    return Finding(said)


async def _clock(settings: Settings) -> Finding:
    if settings.database_url.startswith("sqlite"):
        return Finding("the database is on this machine")
    try:
        async with opened_database(settings, with_key=False) as database:
            off = await clock_difference(database)
    except StepFailed as failure:
        raise Unwell(failure.what, failure.advice) from failure
    advice = "Have both machines keep time by NTP (chrony or systemd-timesyncd)."
    said = f"{abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} the database"
    if abs(off) > CLOCK_WRONG_SECONDS:
        raise Unwell(said, advice)
    return Finding(said, advice if abs(off) > CLOCK_DOUBTFUL_SECONDS else "")


async def clock_difference(database: Database) -> float:
    """By how many seconds this machine's clock is ahead of PostgreSQL's; half the way there is taken off."""
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
        asked, began = datetime.now(UTC), time.perf_counter()
        theirs: datetime | None = await session.scalar(text("SELECT clock_timestamp()"))
        way = (time.perf_counter() - began) / 2
    assert theirs is not None
    return float((asked - theirs).total_seconds() + way)


async def _files(settings: Settings) -> Finding:
    """Written before a release that keeps its files to itself, or by another program."""
    paths = await asyncio.to_thread(lambda: [each for each in settings.data_dir.rglob("*") if _is_open(each)])
    if paths:
        said = f"{len(paths)} files can be read by others, such as {paths[0]}"
        raise Unwell(said, f"Run `chmod -R go= {settings.data_dir}`.")
    return Finding(f"{settings.data_dir} is read by nobody else")


def _is_open(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.is_file() and bool(path.stat().st_mode & 0o077)
    return False


async def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("not configured (one app needs none)")
    client = redis_client.from_url(settings.redis_url, socket_connect_timeout=NETWORK_PATIENCE_SECONDS)
    try:
        await client.ping()
    except redis_client.RedisError as error:
        advice = (
            "Check HUIKE_REDIS_URL and that the server runs; until then signals are late and limits count per process."
        )
        raise Unwell(str(error), advice) from error
    finally:
        await client.aclose()
    return Finding("answers")


async def _model(_settings: Settings) -> Finding:
    model = training.current_model()
    if not model.exists():
        raise Unwell("no model for the present training data", "Run `make train`, then start Rasa again.")
    return Finding(f"{model.name}, {model.stat().st_size / 1e6:.1f} MB")


async def _http(url: str, advice: str, *, said: str = "", method: str = "GET") -> httpx.Response:
    """Raises Unwell; `said` stands for an address that holds a secret."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=NETWORK_PATIENCE_SECONDS) as client:
            answer = await client.request(method, url)
    except httpx.HTTPError as error:
        raise Unwell(f"{said or url} does not answer ({type(error).__name__})", advice) from error
    if answer.status_code >= 400:
        raise Unwell(f"{said or url} answers with status {answer.status_code}", advice)
    return answer


async def _rasa(settings: Settings) -> Finding:
    advice = (
        "Start it with `huike up` or `huike cluster`, or check HUIKE_RASA_URL; its log is in the data folder's logs."
    )
    answer = await _http(f"{settings.rasa_url}/webhooks/huike/", advice)
    if answer.json().get("status") != "ok":
        raise Unwell("answers, but has no model loaded", "Wait half a minute; then look at the end of its log.")
    return Finding("answers, with a model")


async def _app(settings: Settings) -> Finding:
    await _http(
        f"http://{settings.host}:{settings.port}/healthz", "Start it with `huike up`, `huike serve` or `huike cluster`."
    )
    return Finding("answers")


async def _website(settings: Settings) -> Finding:
    url = f"{settings.public_url.rstrip('/')}/widget.js"
    await _http(url, "Check HUIKE_PUBLIC_URL, and what stands between customers and the app: proxy, certificate, name.")
    return Finding(f"{url} is served")


async def _telegram(settings: Settings) -> Finding:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Finding("not configured")
    base, said = f"{settings.telegram_api_url}/bot{token}", settings.telegram_api_url
    await _http(f"{base}/getMe", "Check HUIKE_TELEGRAM_TOKEN: @BotFather tells it.", said=said, method="POST")
    if settings.telegram_mode == "webhook":
        found = (await _http(f"{base}/getWebhookInfo", "Try again in a minute.", said=said, method="POST")).json().get(
            "result"
        ) or {}
        if not found.get("url"):
            raise Unwell("no webhook is set", "Start the worker once: it sets the webhook.")
        if found.get("last_error_message"):
            advice = "Telegram could not reach HUIKE_PUBLIC_URL lately: check that it is open to the world, with https."
            return Finding(f"{found.get('pending_update_count', 0)} updates wait", advice)
    return Finding("the token is right")


async def _mail(settings: Settings) -> Finding:
    url = settings.smtp_url.get_secret_value()
    if not url:
        return Finding("not configured: codes by e-mail cannot be sent")
    advice = "Check host, port, user and password in HUIKE_SMTP_URL."
    try:
        async with asyncio.timeout(NETWORK_PATIENCE_SECONDS):
            await asyncio.to_thread(SmtpServer.of(url).greet)
    except MailUrlInvalid as error:
        raise Unwell(str(error), advice) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Unwell("the mail server refuses user or password", advice) from error
    except (smtplib.SMTPException, OSError, TimeoutError) as error:
        raise Unwell(f"the mail server does not answer ({type(error).__name__})", advice) from error
    return Finding("answers")


async def _disk(settings: Settings) -> Finding:
    free, needed = health.free_megabytes(settings), settings.disk_free_megabytes
    said = f"{free:,.0f} MB free where {settings.data_dir} is"
    advice = "Make room: old logs and backups first, or a larger disk. A full disk refuses new messages."
    if free < needed:
        raise Unwell(f"{said}, {needed:,} are needed", advice)
    return Finding(said, advice if free < needed * PLENTY_OF_ROOM else "")


CHECKS: dict[str, Callable[[Settings], Awaitable[Finding]]] = {
    "Policy": _policy,
    "Disk": _disk,
    "Database": _database,
    "Secret key": _key,
    "Encryption": _sealing,
    "Connections": _connections,
    "Clock": _clock,
    "Files": _files,
    "Redis": _redis,
    "Model": _model,
    "Rasa": _rasa,
    "App": _app,
    "Website": _website,
    "Telegram": _telegram,
    "E-mail": _mail,
}


async def examine(settings: Settings, console: Console) -> int:
    """Run every check and print a table. Returns 0 when every part does its work, else 1."""
    table = Table("", "Part", "Finding", "What to do")
    unwell = 0
    for name, check in CHECKS.items():
        try:
            finding = await check(settings)
            mark = "[yellow]![/yellow]" if finding.advice else "[green]✓[/green]"
        except Unwell as problem:
            finding, mark = Finding(problem.what, problem.advice), "[red]✗[/red]"
            unwell += 1
        table.add_row(mark, name, escape(finding.text), escape(finding.advice))
    console.print(table)
    return 1 if unwell else 0
