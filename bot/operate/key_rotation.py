"""`huike keys rotate`: the store's personal data under another secret."""

import httpx
from rich.console import Console

from bot.operate.row_bars import row_bars
from bot.operate.up import opened_database
from bot.settings import Settings
from crm_store import audit, crypto, keys, migrate
from crm_store.db import Database

PATIENCE_SECONDS = 2


async def rotate(settings: Settings, console: Console) -> int:
    """From HUIKE_OLD_SECRET_KEY to HUIKE_SECRET_KEY. Returns the exit status."""
    old, new = settings.old_secret_key.get_secret_value(), settings.secret_key.get_secret_value()
    if not old or old == new:
        console.print(
            "Set HUIKE_SECRET_KEY to the new secret and HUIKE_OLD_SECRET_KEY to the one the store was written with."
        )
        return 2
    if await _app_answers(settings):
        console.print(
            f"[red]The app is running[/red] on {settings.host}:{settings.port}: stop it, and every worker, first. "
            "They hold the old secret and would write under it."
        )
        return 2
    try:
        async with opened_database(settings, with_key=False) as database:
            await migrate.upgrade(database)
            written = await _rotate(database, console, crypto.Keys(old), crypto.Keys(new))
    except _FitsNeither:
        console.print(
            "[red]Stopped:[/red] some of the data fit neither of the two secrets. Set HUIKE_OLD_SECRET_KEY to the one "
            "they were written with and run this again; what was done stays done."
        )
        return 1
    console.print(
        f"{written} rows now stand under the new secret. Take HUIKE_OLD_SECRET_KEY away and start Huike again; keep "
        "the old secret as long as backups from before. Agents sign in anew; codes and links sent before are void."
    )
    return 0


class _FitsNeither(Exception):
    """WrongKey of two secrets, where whoever opened the database would speak of one."""


async def _rotate(database: Database, console: Console, old: crypto.Keys, new: crypto.Keys) -> int:
    """How many rows were written. Raises _FitsNeither."""
    try:
        with row_bars(console) as moved:
            written = await keys.rotate(database, old, new, on_progress=moved)
    except keys.WrongKey as wrong:
        raise _FitsNeither from wrong
    async with database.transaction() as session:
        await audit.record(
            session, actor=audit.COMMAND, action="rotate_key", subject="store:", details={"rows": written}
        )
    return written


async def _app_answers(settings: Settings) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            return (await client.get(f"http://{settings.host}:{settings.port}/healthz")).is_success
    except httpx.HTTPError:
        return False
