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

from datetime import datetime, timedelta

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from bot.rate_limits import RateLimits, source_of
from crm_store.clock import now
from crm_store.errors import CrmError

FROM_BROWSER = RateLimitItemPerMinute(5, 15, namespace="sign-in-browser")
FROM_NETWORK = RateLimitItemPerMinute(20, 5, namespace="sign-in-network")
TO_ACCOUNT_FROM_NETWORK = RateLimitItemPerMinute(5, 15, namespace="sign-in-account-network")
TO_ACCOUNT = RateLimitItemPerHour(60, 1, namespace="sign-in-account")
OWN_PASSWORD = RateLimitItemPerMinute(5, 15, namespace="own-password")
"""For an agent who changes the own password and has to give the old one."""

Limit = tuple[RateLimitItem, str]


class LoginThrottled(CrmError):
    """Too many tries; even the right password is refused until `retry_at`."""

    code = "login_throttled"

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(retry_at=retry_at)


class SignInLimits:
    """The counts, kept where all limits are (`bot.rate_limits`)."""

    def __init__(self, limits: RateLimits) -> None:
        self._counts = limits

    async def count_try(self, account: str, *, address: str, browser: str | None) -> None:
        """A try to sign in. `account`: its mark; `browser`: its name when the account knows it. Raises
        LoginThrottled."""
        await self._count(_limits(account, address, browser))

    async def forgive(self, account: str, *, address: str, browser: str | None) -> None:
        """The try was right: its browser, or this account from this network, begins anew. What counts over many
        accounts or networks stays, or one account of the guesser's own would clear it."""
        for limit, who in _limits(account, address, browser):
            if limit in (FROM_BROWSER, TO_ACCOUNT_FROM_NETWORK):
                await self._counts.clear(limit, who)

    async def count_change(self, agent_id: int) -> None:
        """A try to change the own password. Raises LoginThrottled."""
        await self._count([(OWN_PASSWORD, str(agent_id))])

    async def forgive_change(self, agent_id: int) -> None:
        await self._counts.clear(OWN_PASSWORD, str(agent_id))

    async def _count(self, limits: list[Limit]) -> None:
        """Count in one limit after the other: a try that one refuses uses up nothing of those behind it."""
        for limit, who in limits:
            if not await self._counts.allows(limit, who):
                raise LoginThrottled(now() + timedelta(seconds=await self._counts.wait(limit, who)))


def _limits(account: str, address: str, browser: str | None) -> list[Limit]:
    if browser is not None:
        return [(FROM_BROWSER, f"{account}:{browser}")]
    network = source_of(address)
    return [
        (FROM_NETWORK, network),
        (TO_ACCOUNT_FROM_NETWORK, f"{account}:{network}"),
        (TO_ACCOUNT, account),
    ]
