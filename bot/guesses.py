"""How many wrong keys came from an address within a minute: whoever tries one after another is soon made to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crm_store.clock import now

WRONG_KEYS_ALLOWED = 20
"""From one address in one `WINDOW`, which begins with the first."""

WINDOW = timedelta(minutes=1)
ADDRESSES_REMEMBERED = 10_000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Count:
    wrong: int
    ends: datetime


class Guesses:
    """Counts within one process. Several processes without Redis allow as many wrong keys each."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    async def wait(self, address: str) -> int:
        """Whole seconds until keys from this address are looked at again; 0: at once."""
        count = self._counts.get(_source(address))
        if count is None or count.wrong < WRONG_KEYS_ALLOWED or count.ends <= now():
            return 0
        return max(1, round((count.ends - now()).total_seconds()))

    async def note(self, address: str) -> None:
        """A wrong key came from this address."""
        source = _source(address)
        count = self._counts.get(source)
        if count is None or count.ends <= now():
            self._make_room()
            count = self._counts[source] = _Count(0, now() + WINDOW)
        count.wrong += 1

    def _make_room(self) -> None:
        if len(self._counts) >= ADDRESSES_REMEMBERED:
            self._counts = {source: count for source, count in self._counts.items() if count.ends > now()}
        while len(self._counts) >= ADDRESSES_REMEMBERED:
            self._counts.pop(next(iter(self._counts)))

    async def close(self) -> None:
        """Let go of whatever carries the counts."""


class SharedGuesses(Guesses):
    """Counts among all processes that share a Redis server; while it cannot be reached, within this process."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)

    async def wait(self, address: str) -> int:
        key = _redis_key(address)
        try:
            async with self._redis.pipeline() as both:
                both.get(key)
                both.ttl(key)
                wrong, left = await both.execute()
        except (RedisError, OSError) as error:
            log.warning("guesses.redis_unavailable", error=repr(error))
            return await super().wait(address)
        shared = max(1, left) if int(wrong or 0) >= WRONG_KEYS_ALLOWED else 0
        return max(shared, await super().wait(address))

    async def note(self, address: str) -> None:
        await super().note(address)
        key = _redis_key(address)
        try:
            async with self._redis.pipeline() as both:
                # The window is set once, at its first wrong key, and in the same step: no count may stay for ever.
                both.set(key, 0, ex=WINDOW, nx=True)
                both.incr(key)
                await both.execute()
        except (RedisError, OSError) as error:
            log.warning("guesses.redis_unavailable", error=repr(error))

    async def close(self) -> None:
        await self._redis.aclose()


def open_guesses(redis_url: str) -> Guesses:
    """Counts over Redis when a server is named, otherwise within this process."""
    return SharedGuesses(redis_url) if redis_url else Guesses()


def _source(address: str) -> str:
    """The address; of IPv6 its network of 64 bits, which belongs to one customer of a provider."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


def _redis_key(address: str) -> str:
    return f"huike:wrong-keys:{_source(address)}"
