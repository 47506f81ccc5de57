"""How long others wait while something works in the same event loop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

TICK_S = 0.005


@dataclass
class Stalls:
    """`longest_s`: the longest that a task which wanted to go on had to wait; `ticks`: how often it was asked."""

    longest_s: float = 0.0
    ticks: int = 0


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    """Look every few milliseconds, while the block runs, how late a task comes to its turn."""
    found = Stalls()

    async def look() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(TICK_S)
            found.longest_s = max(found.longest_s, time.perf_counter() - asked - TICK_S)
            found.ticks += 1

    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
