"""How often somebody may try a password or a code, and ask for a new password, so that guessing is slow and no stranger
can lock an agent out.

Tries are counted in fixed windows that begin with the first, the right ones too until they clear what they count in:

- from a browser the account has signed in from before (`KnownBrowsers`): by that browser alone. No stranger's tries are
  ever counted there, so whatever strangers do, the agent gets in.
- from any other browser: by network, whatever the account; by account and network; and by account from everywhere. The
  last of them stops a guess spread over many networks and is the only one that strangers elsewhere can use up: while
  they do, the agent cannot sign in from a browser that is new, and can from those that are known.

Counted before the password is looked at, so that tries at the same time cannot slip through together, and by the mark
of the address that was typed, whether or not there is such an account. A code of the second factor is a try like the
password and begins nothing anew unless it is right. From browsers that are new an account takes few codes at once,
from whatever networks, and few in a day, since six digits can be guessed in the end; only who knows the password can
use them up, and never those of a browser that is known.
"""

from datetime import datetime, timedelta

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute

from bot.rate_limits import RateLimits, source_of
from crm_store.clock import now
from crm_store.errors import CrmError

FROM_BROWSER = RateLimitItemPerMinute(5, 15, namespace="sign-in-browser")
FROM_NETWORK = RateLimitItemPerMinute(20, 5, namespace="sign-in-network")
TO_ACCOUNT_FROM_NETWORK = RateLimitItemPerMinute(5, 15, namespace="sign-in-account-network")
TO_ACCOUNT = RateLimitItemPerHour(60, 1, namespace="sign-in-account")
CODES_AT_ONCE = RateLimitItemPerMinute(5, 15, namespace="sign-in-codes-at-once")
CODES_TO_ACCOUNT = RateLimitItemPerDay(30, 1, namespace="sign-in-codes")
"""Codes after the right password, from all browsers that are new to the account, whatever networks they come from."""
OWN_PASSWORD = RateLimitItemPerMinute(5, 15, namespace="own-password")
"""For an agent who changes the own password, or the second factor, and has to prove who it is."""
LINKS_FROM_NETWORK = RateLimitItemPerHour(20, 1, namespace="password-links-network")
LINKS_TO_ACCOUNT = RateLimitItemPerHour(3, 1, namespace="password-links-account")
"""Mails with a link for a new password. Who asks for more is told the same as before and gets none."""

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
        for limit, who in [*_limits(account, address, browser), (CODES_AT_ONCE, account)]:
            if limit in (FROM_BROWSER, TO_ACCOUNT_FROM_NETWORK, CODES_AT_ONCE):
                await self._counts.clear(limit, who)

    async def count_code(self, account: str) -> None:
        """A code from a browser that is new to the account. Raises LoginThrottled."""
        await self._count([(CODES_AT_ONCE, account), (CODES_TO_ACCOUNT, account)])

    async def count_link(self, account: str, *, address: str) -> bool:
        """Somebody asks for a link to a new password: whether the account may be sent one. Raises LoginThrottled, which
        depends on the network alone."""
        await self._count([(LINKS_FROM_NETWORK, source_of(address))])
        return await self._counts.allows(LINKS_TO_ACCOUNT, account)

    async def count_change(self, agent_id: int) -> None:
        """A try to change what belongs to the own account. Raises LoginThrottled."""
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
