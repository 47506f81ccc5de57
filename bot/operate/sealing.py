"""`huike keys seal` and `unseal`: what stands in the database from before HUIKE_ENCRYPT_AT_REST was set or unset."""

import asyncio
import sqlite3
from contextlib import closing

from rich.console import Console

from bot.operate.row_bars import row_bars
from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from crm_store import at_rest, audit, migrate
from crm_store.db import Database

PATIENCE_SECONDS = 30


async def seal(settings: Settings, console: Console) -> int:
    """Encrypt names, birthdays and words that stand in clear. Returns the exit status."""
    if not settings.encrypt_at_rest:
        console.print(
            "Set HUIKE_ENCRYPT_AT_REST=true and start Huike again first: what it writes now would stand in clear all "
            "the same."
        )
        return 2
    return await _rewrite(settings, console, sealing=True)


async def unseal(settings: Settings, console: Console) -> int:
    """Write them in clear again. Returns the exit status."""
    if settings.encrypt_at_rest:
        console.print(
            "Set HUIKE_ENCRYPT_AT_REST=false and start Huike again first: what it writes now would be encrypted all "
            "the same."
        )
        return 2
    return await _rewrite(settings, console, sealing=False)


async def _rewrite(settings: Settings, console: Console, *, sealing: bool) -> int:
    rewrite, action = (at_rest.seal, "seal_rows") if sealing else (at_rest.unseal, "unseal_rows")
    try:
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
            with row_bars(console) as moved:
                written = await rewrite(database, on_progress=moved)
            async with database.transaction() as session:
                await audit.record(
                    session, actor=audit.COMMAND, action=action, subject="store:", details={"rows": written}
                )
            left = await _left_behind(database) if sealing else ""
    except StepFailed as failure:
        console.print(f"[red]Stopped:[/red] {failure.what} {failure.advice}")
        return 1
    console.print(f"{written} rows are {'sealed' if sealing else 'in clear'} now. {left}".rstrip())
    return 0


async def _left_behind(database: Database) -> str:
    """What the database's files still hold of the rows as they were, after that was taken out where we can."""
    backups = "Backups from before are as they were."
    if not database.is_sqlite:
        return f"PostgreSQL's files hold the old rows until `VACUUM FULL`; plan it for a quiet hour. {backups}"
    try:
        await asyncio.to_thread(_vacuum, database.url.database or "")
    except sqlite3.OperationalError:
        return (
            "[yellow]The file still holds the old rows in its free pages:[/yellow] somebody is at work on it. Stop "
            f"Huike and run this again. {backups}"
        )
    return backups


def _vacuum(file: str) -> None:
    """Write the file anew, without what its free pages held, and empty its write-ahead log."""
    with closing(sqlite3.connect(file, timeout=PATIENCE_SECONDS)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
