"""Signing in to the console: who comes with which password. What costs time is done outside any transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from fastapi.responses import Response

from bot.console.browsers import KnownBrowsers
from bot.console.sign_in_limits import SignInLimits
from bot.services import Services
from crm_store import agents, audit, passwords
from crm_store.agents import Agent, WrongCredentials
from crm_store.crypto import blind_index, normalise_email
from crm_store.errors import CrmError
from crm_store.profile import is_email

STRANGERS_AT_ONCE = 8
"""Tries from unknown browsers whose passwords are looked at or wait for it; more are turned away unseen, so that known
ones do not wait behind them."""


class SignInBusy(CrmError):
    """Too many strangers try at the same time; nothing was looked at."""

    code = "sign_in_busy"


class PasswordUnchanged(CrmError):
    """The new password is the old one."""

    code = "password_unchanged"


class SignIn:
    """Checks passwords and counts the tries."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = SignInLimits(services.rate_limits)
        self._browsers = KnownBrowsers(services.settings)
        self._strangers = 0

    async def enter(self, request: Request, email: str, password: str) -> Agent:
        """The agent who signs in. An unknown account and a wrong password cost and say the same. Raises
        WrongCredentials, OneTimePasswordOver, LoginThrottled, SignInBusy."""
        account = _mark(email)
        address = request.client.host if request.client else ""
        browser = self._browsers.name(request, account)
        await self._limits.count_try(account, address=address, browser=browser)
        with self._place(browser):
            agent = await self._checked(email, password)
        await self._limits.forgive(account, address=address, browser=browser)
        return agent

    def remember(self, request: Request, response: Response, agent: Agent) -> None:
        """From now on the agent's account knows this browser."""
        self._browsers.remember(request, response, _mark(agent.email))

    async def change_password(self, agent: Agent, *, old: str, new: str) -> None:
        """An agent's own change. Raises PasswordTooShort, PasswordUnchanged, WrongCredentials,
        OneTimePasswordOver, LoginThrottled."""
        passwords.check_length(new)
        if new == old:
            raise PasswordUnchanged
        await self._limits.count_change(agent.id)
        if not await passwords.matches(agent.password_hash, old):
            raise WrongCredentials
        fresh = await passwords.hashed(new)
        async with self._services.database.transaction() as session:
            current = await agents.proven(session, agent.id, agent.password_hash)
            await agents.set_password(session, current, fresh)
            await audit.record(session, agent_id=agent.id, action="change_password", subject=f"agent:{agent.id}")
        await self._limits.forgive_change(agent.id)

    @contextmanager
    def _place(self, browser: str | None) -> Iterator[None]:
        stranger = browser is None
        if stranger and self._strangers >= STRANGERS_AT_ONCE:
            raise SignInBusy
        self._strangers += stranger
        try:
            yield
        finally:
            self._strangers -= stranger

    async def _checked(self, email: str, password: str) -> Agent:
        agent = None
        if is_email(email):
            async with self._services.database.reading() as session:
                agent = await agents.by_email(session, email)
        known_hash = agent.password_hash if agent is not None and agent.active else None
        if not await passwords.matches(known_hash, password) or agent is None:
            raise WrongCredentials
        renewed = await passwords.renewed(agent.password_hash, password)
        async with self._services.database.transaction() as session:
            agent = await agents.proven(session, agent.id, agent.password_hash)
            await agents.note_sign_in(session, agent, renewed_hash=renewed)
            await audit.record(session, agent_id=agent.id, action="sign_in", subject=f"agent:{agent.id}")
        return agent


def _mark(email: str) -> str:
    """What stands for an account where addresses have no place: among the counts and in cookies."""
    return blind_index(normalise_email(email), "sign_in")
