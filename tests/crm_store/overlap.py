"""Two transactions that overlap for sure: the second is begun while the first is open, and waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.db import Database

Deed = Callable[[AsyncSession], Awaitable[Any]]

_WAITING = sql(
    "SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE NOT l.granted AND a.datname = current_database()"
)


async def a_lock_is_waited_for(database: Database, *, by: int = 1) -> None:
    """On PostgreSQL, until so many transactions wait for others' rows; SQLite's writers wait before they begin."""
    async with asyncio.timeout(60):
        while not database.is_sqlite:
            async with database.reading() as session:
                if (await session.scalar(_WAITING) or 0) >= by:
                    return
            await asyncio.sleep(0.01)


async def alone(database: Database, deed: Deed) -> Any:
    """A transaction of its own."""
    async with database.transaction() as session:
        return await deed(session)


async def overlapping(database: Database, first: Deed, second: Deed) -> Any:
    """`second` is begun while `first` has done its work and has not ended; what it gave, or the error it raised."""
    async with database.transaction() as session:
        await first(session)
        other = asyncio.create_task(alone(database, second))
        await a_lock_is_waited_for(database)
    return (await asyncio.gather(other, return_exceptions=True))[0]
