"""How often somebody may try a password, so that guessing is slow and no stranger can lock an agent out.

Tries are counted in fixed windows that begin with the first, the right ones too until they clear what they count in:

- from a browser the account has signed in from before (`KnownBrowsers`): by that browser alone. No stranger's tries are
  ever counted there, so whatever strangers do, the agent gets in.
- from any other browser: by network, whatever the account; by account and network; and by account from everywhere. The
  last of them stops a guess spread over many networks and is the only one that strangers elsewhere can use up: while
  they do, the agent cannot sign in from a browser that is new, and can from those that are known.

Counted before the password is looked at, so that tries at the same time cannot slip through together, and by the mark
of the address that was typed, whether or not there is such an account.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from crm_store.errors import CrmError

FROM_BROWSER = RateLimitItemPerMinute(5, 15, namespace="huike:sign-in")
FROM_NETWORK = RateLimitItemPerMinute(20, 5, namespace="huike:sign-in")
TO_ACCOUNT_FROM_NETWORK = RateLimitItemPerMinute(5, 15, namespace="huike:sign-in")
TO_ACCOUNT = RateLimitItemPerHour(60, 1, namespace="huike:sign-in")
OWN_PASSWORD = RateLimitItemPerMinute(5, 15, namespace="huike:sign-in")
"""For an agent who changes the own password and has to give the old one."""

REDIS_PATIENCE_S = 1.0

log = structlog.get_logger(__name__)

Limit = tuple[RateLimitItem, str, tuple[str, ...]]


class LoginThrottled(CrmError):
    """Too many tries; even the right password is refused until `retry_at`."""

    code = "login_throttled"

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(retry_at=retry_at)


class SignInLimits:
    """The counts: shared over Redis when a server is named, within this process otherwise and while it is away."""

    def __init__(self, redis_url: str = "") -> None:
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        if redis_url:
            self._shared = FixedWindowRateLimiter(
                RedisStorage(
                    f"async+{redis_url}",
                    wrap_exceptions=True,
                    implementation="redispy",
                    socket_connect_timeout=REDIS_PATIENCE_S,
                    socket_timeout=REDIS_PATIENCE_S,
                )
            )

    async def count_try(self, account: str, *, address: str, browser: str | None) -> None:
        """A try to sign in. `account`: its mark; `browser`: its name when the account knows it. Raises
        LoginThrottled."""
        await self._count(_limits(account, address, browser))

    async def forgive(self, account: str, *, address: str, browser: str | None) -> None:
        """The try was right: its browser, or this account from this network, begins anew. What counts over many
        accounts or networks stays, or one account of the guesser's own would clear it."""
        limits = _limits(account, address, browser)
        await self._clear([limit for limit in limits if limit[1] in ("browser", "account-network")])

    async def count_change(self, agent_id: int) -> None:
        """A try to change the own password. Raises LoginThrottled."""
        await self._count([(OWN_PASSWORD, "own", (str(agent_id),))])

    async def forgive_change(self, agent_id: int) -> None:
        await self._clear([(OWN_PASSWORD, "own", (str(agent_id),))])

    async def _count(self, limits: list[Limit]) -> None:
        if self._shared is not None:
            async with _unless_away() as away:
                await _hit(self._shared, limits)
            if not away:
                return
        await _hit(self._here, limits)

    async def _clear(self, limits: list[Limit]) -> None:
        for limiter in filter(None, (self._shared, self._here)):
            async with _unless_away():
                for item, kind, names in limits:
                    await limiter.clear(item, kind, *names)


@asynccontextmanager
async def _unless_away() -> AsyncIterator[list[str]]:
    """What fails within the block because Redis is away is logged; the list then tells so."""
    away: list[str] = []
    try:
        yield away
    except StorageError as error:
        log.warning("sign_in.redis_unavailable", error=repr(error))
        away.append(repr(error))


async def _hit(limiter: FixedWindowRateLimiter, limits: list[Limit]) -> None:
    """Count in one limit after the other: a try that one refuses uses up nothing of those behind it."""
    for item, kind, names in limits:
        if not await limiter.hit(item, kind, *names):
            stats = await limiter.get_window_stats(item, kind, *names)
            raise LoginThrottled(datetime.fromtimestamp(stats.reset_time, UTC))


def _limits(account: str, address: str, browser: str | None) -> list[Limit]:
    if browser is not None:
        return [(FROM_BROWSER, "browser", (account, browser))]
    network = _network(address)
    return [
        (FROM_NETWORK, "network", (network,)),
        (TO_ACCOUNT_FROM_NETWORK, "account-network", (account, network)),
        (TO_ACCOUNT, "account", (account,)),
    ]


def _network(address: str) -> str:
    """The address; of IPv6 its network of 64 bits, which belongs to one customer of a provider."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
