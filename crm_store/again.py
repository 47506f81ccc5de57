"""Transactions that PostgreSQL breaks off are done again: of several that wait for each other in a circle it ends one,
with nothing written, and that is no fault of the one it chose."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

TRIES = 5
PAUSE_SECONDS = 0.1
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


def was_broken_off(error: DBAPIError) -> bool:
    """Whether the transaction would have gone through, had it been alone. SQLite has one writer and breaks none off."""
    return getattr(error.orig, "sqlstate", None) in (DEADLOCK, SERIALIZATION_FAILURE)


async def until_through[T](once: Callable[[], Awaitable[T]]) -> T:
    """What `once` gives, which is one whole transaction and nothing beside it; broken off, it is done again."""
    for attempt in range(1, TRIES):
        try:
            return await once()
        except DBAPIError as error:
            if not was_broken_off(error):
                raise
            await asyncio.sleep(PAUSE_SECONDS * attempt)
    return await once()
