"""`huike keys add`, `list` and `revoke`: keys for the shop's own systems."""

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.operate.up import opened_database
from bot.settings import Settings
from crm_store import api_keys, migrate
from crm_store.api_keys import SCOPES, ApiKey
from crm_store.clock import now
from crm_store.errors import CrmError


async def add(settings: Settings, console: Console, *, name: str, scopes: Sequence[str], days: int | None) -> int:
    """Make a key and show it, this once. Returns the exit status."""
    expires_at = now() + timedelta(days=days) if days else None
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        try:
            async with database.transaction() as session:
                made = await api_keys.add(session, name=name, scopes=scopes, expires_at=expires_at)
        except api_keys.ApiKeyInvalid as refusal:
            console.print(f"[red]Not added:[/red] the {refusal.field} cannot be like that.")
            console.print(f"Scopes are: {', '.join(sorted(SCOPES))}.")
            return 2
    console.print(
        f"{escape(made.row.name)} may {', '.join(made.row.scopes)}{_until(made.row)}. Its key, shown only now:"
    )
    console.print(made.key, soft_wrap=True)
    return 0


async def show(settings: Settings, console: Console) -> int:
    """Print all keys, without what opens. Returns the exit status."""
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        async with database.reading() as session:
            rows = await api_keys.listing(session)
    table = Table("Number", "Name", "Begins", "Scopes", "State", "Last used")
    for row in rows:
        used = row.used_at.isoformat(timespec="minutes") if row.used_at else "never"
        table.add_row(str(row.id), escape(row.name), f"{row.hint}…", " ".join(row.scopes), _state(row), used)
    console.print(table)
    return 0


async def revoke(settings: Settings, console: Console, number: int) -> int:
    """Returns the exit status."""
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        try:
            async with database.transaction() as session:
                row = await api_keys.revoke(session, number)
        except CrmError:
            console.print(f"[red]There is no key {number};[/red] `huike keys list` shows them.")
            return 2
    console.print(f"{escape(row.name)} ({row.hint}…) opens nothing any more.")
    return 0


def _until(row: ApiKey) -> str:
    return f" until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else ""


def _state(row: ApiKey) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return (f"open{_until(row)}") if row.opens else "expired"
