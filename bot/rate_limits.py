"""How often what may come from whom: wrong keys, sockets, hellos, messages, tries to sign in. One place for counting.

Counted over all processes when `HUIKE_REDIS_URL` names a server, otherwise, and while it is away, within this process.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Self

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.settings import Settings

REDIS_PATIENCE_SECONDS = 1
REDIS_PAUSE_SECONDS = 5
"""After a failure Redis is left alone for so long: no caller shall wait for a server that is away."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rates:
    """The values. Each window begins with the first that is counted in it.

    A website's visitor may send `burst` messages at once and then `per_second`; an address, behind which an office or
    a provider may put many, holds `visitors_per_address` sockets, and everything else by address follows from that.
    """

    burst: int = 15
    per_second: float = 1.0
    visitors_per_address: int = 200
    files_per_hour: int = 30

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.web_burst, settings.web_per_second, settings.web_visitors_per_address, settings.web_files_per_hour
        )

    @property
    def wrong_keys(self) -> RateLimitItem:
        """Wrong API keys from one address."""
        return RateLimitItemPerMinute(20, namespace="wrong-keys")

    @property
    def messages(self) -> RateLimitItem:
        """Messages, presses and ratings of one visitor."""
        seconds = max(1, math.ceil(self.burst / self.per_second))
        return RateLimitItemPerSecond(max(self.burst, int(self.per_second)), seconds, namespace="messages")

    @property
    def address_messages(self) -> RateLimitItem:
        """The same of all visitors at one address."""
        return RateLimitItemPerSecond(
            max(2 * self.burst, self.visitors_per_address // 4), 10, namespace="address-messages"
        )

    @property
    def connections(self) -> RateLimitItem:
        """New sockets from one address: enough for all its visitors to come back after a restart."""
        return RateLimitItemPerMinute(4 * self.visitors_per_address, namespace="connections")

    @property
    def hellos(self) -> RateLimitItem:
        """Hellos from one address. Each reads the store."""
        return RateLimitItemPerMinute(4 * self.visitors_per_address, namespace="hellos")

    @property
    def files(self) -> RateLimitItem:
        """Files that one visitor sends."""
        return RateLimitItemPerHour(self.files_per_hour, namespace="files")

    @property
    def address_files(self) -> RateLimitItem:
        """The same of all visitors at one address: they fill the disk."""
        return RateLimitItemPerHour(10 * self.files_per_hour, namespace="address-files")

    @property
    def file_looks(self) -> RateLimitItem:
        """Files fetched from one address. Each reads the store."""
        return RateLimitItemPerMinute(4 * self.visitors_per_address, namespace="file-looks")

    @property
    def tab_frames(self) -> int:
        """Frames of one socket within ten seconds; the widget sends far fewer."""
        return max(100, 4 * max(self.burst, math.ceil(10 * self.per_second)))


class RateLimits:
    """Counts, in memory or in Redis. `rates` are the values that callers ask by."""

    def __init__(self, rates: Rates, redis_url: str = "") -> None:
        self.rates = rates
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._away_until = 0.0
        if redis_url:
            self._pool = ConnectionPool.from_url(
                redis_url,
                socket_connect_timeout=REDIS_PATIENCE_SECONDS,
                socket_timeout=REDIS_PATIENCE_SECONDS,
                # Once more at once: a connection that lay idle over the server's restart is found broken only in use.
                retry=Retry(NoBackoff(), 1),
            )
            storage = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                key_prefix="huike:limits",
                connection_pool=self._pool,  # type: ignore[arg-type]
            )
            self._shared = FixedWindowRateLimiter(storage)

    async def allows(self, rate: RateLimitItem, who: str) -> bool:
        """Count one more of `who` and say whether it is still within the rate."""
        if (shared := self._reachable()) is not None:
            try:
                return await shared.hit(rate, who)
            except (RedisError, OSError) as error:
                self._leave_redis(error)
        return await self._alone.hit(rate, who)

    async def wait(self, rate: RateLimitItem, who: str) -> int:
        """Whole seconds until `who` may again, without counting; 0: at once."""
        seconds = await self._wait(self._alone, rate, who)
        if (shared := self._reachable()) is not None:
            try:
                return max(seconds, await self._wait(shared, rate, who))
            except (RedisError, OSError) as error:
                self._leave_redis(error)
        return seconds

    async def clear(self, rate: RateLimitItem, who: str) -> None:
        """`who` begins anew."""
        await self._alone.clear(rate, who)
        if (shared := self._reachable()) is not None:
            try:
                await shared.clear(rate, who)
            except (RedisError, OSError) as error:
                self._leave_redis(error)

    async def close(self) -> None:
        """Let go of the connections to Redis."""
        if self._shared is not None:
            await self._pool.aclose()

    async def _wait(self, limiter: FixedWindowRateLimiter, rate: RateLimitItem, who: str) -> int:
        if await limiter.test(rate, who):
            return 0
        return max(1, math.ceil((await limiter.get_window_stats(rate, who)).reset_time - time.time()))

    def _reachable(self) -> FixedWindowRateLimiter | None:
        return self._shared if time.monotonic() >= self._away_until else None

    def _leave_redis(self, error: Exception) -> None:
        self._away_until = time.monotonic() + REDIS_PAUSE_SECONDS
        log.warning("rate_limits.redis_unavailable", error=repr(error))


def source_of(address: str) -> str:
    """What to count an address by: itself; of IPv6 its network of 64 bits, which belongs to one customer of a
    provider."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
