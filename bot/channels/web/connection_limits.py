"""Limits of connections: how many sockets an address may hold, and how much one socket may bring before it is shut.

Both are counted before anything is read, so that a flood costs little while it lasts.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.web.frames import FRAME_LIMIT_BYTES
from bot.rate_limits import RateLimits

BAD_FRAMES = 10
"""Frames that cannot be read, after which a socket is shut."""

WINDOW_SECONDS = 10
WINDOW_BYTES = 32 * FRAME_LIMIT_BYTES


class TooMany(Exception):
    """More came than may; `what` is one of sockets, connections, hellos, frames, bytes, bad_frames."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class ConnectionLimits:
    """Sockets open in this process, and new ones in all of them, by address."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits, self._open = limits, Counter[str]()

    @asynccontextmanager
    async def passing(self, source: str) -> AsyncIterator[None]:
        """A socket from `source` is open within this block. Raises TooMany."""
        if self._open[source] >= self._limits.rates.visitors_per_address:
            raise TooMany("sockets")
        self._open[source] += 1
        try:
            if not await self._limits.allows(self._limits.rates.connections, source):
                raise TooMany("connections")
            yield
        finally:
            self._open[source] -= 1
            if not self._open[source]:
                del self._open[source]


class Allowance:
    """What one socket may still bring: `frames` and `WINDOW_BYTES` in a window, and a few bad frames in its life."""

    def __init__(self, frames: int) -> None:
        self._limit, self._bad_left = frames, BAD_FRAMES
        self._frames = self._bytes = 0
        self._ends = 0.0

    def count(self, size: int) -> None:
        """A frame of `size` bytes has come. Raises TooMany."""
        at = time.monotonic()
        if at >= self._ends:
            self._frames = self._bytes = 0
            self._ends = at + WINDOW_SECONDS
        self._frames += 1
        self._bytes += size
        if self._frames > self._limit:
            raise TooMany("frames")
        if self._bytes > WINDOW_BYTES:
            raise TooMany("bytes")

    def count_bad(self) -> None:
        """It could not be read. Raises TooMany."""
        self._bad_left -= 1
        if self._bad_left < 0:
            raise TooMany("bad_frames")
