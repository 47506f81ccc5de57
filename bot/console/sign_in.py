"""Signing in to the console: who comes with which password. What costs time is done outside any transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.access import HalfWay
from bot.console.browsers import KnownBrowsers
from bot.console.sign_in_limits import SignInLimits
from bot.services import Services
from crm_store import agents, audit, passwords, second_factor
from crm_store.agents import Agent, WrongCredentials
from crm_store.crypto import blind_index, normalise_email
from crm_store.errors import CrmError
from crm_store.profile import is_email
from crm_store.second_factor import Demand, FactorCodeWrong

STRANGERS_AT_ONCE = 8
"""Tries from unknown browsers whose passwords are looked at or wait for it; more are turned away unseen, so that known
ones do not wait behind them."""


class SignInBusy(CrmError):
    """Too many strangers try at the same time; nothing was looked at."""

    code = "sign_in_busy"


class CodeNeeded(CrmError):
    """The password was the right one; the account is entered with a code of its second factor besides."""

    code = "code_needed"
    keeps_work = True

    def __init__(self, agent_id: int) -> None:
        self.agent_id = agent_id
        super().__init__(agent_id=agent_id)


class PasswordUnchanged(CrmError):
    """The new password is the old one."""

    code = "password_unchanged"


class SignIn:
    """Checks passwords and codes, and counts the tries."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = SignInLimits(services.rate_limits)
        self._browsers = KnownBrowsers(services.settings)
        self._strangers = 0

    async def enter(self, request: Request, email: str, password: str) -> Agent:
        """The agent who signs in. An unknown account and a wrong password cost and say the same. Raises
        WrongCredentials, OneTimePasswordOver, LoginThrottled, SignInBusy, and CodeNeeded, which forgives no try yet."""
        account, address = mark_of(email), address_of(request)
        browser = self._browsers.name(request, account)
        await self._limits.count_try(account, address=address, browser=browser)
        with self._place(browser):
            agent = await self._checked(email, password)
        await self._limits.forgive(account, address=address, browser=browser)
        return agent

    async def enter_with_code(self, request: Request, half_way: HalfWay, code: str) -> Agent:
        """The agent who goes on with a code where the password was right. A code counts as a try like the password.
        Raises WrongCredentials when the password counts no more, FactorCodeWrong, OneTimePasswordOver,
        LoginThrottled."""
        async with self._services.database.reading() as session:
            account = mark_of((await agents.get(session, half_way.agent_id)).email)
        address, browser = address_of(request), self._browsers.name(request, account)
        await self._limits.count_try(account, address=address, browser=browser)
        if browser is None:
            await self._limits.count_code(account)
        async with self._services.database.transaction() as session:
            agent = await agents.proven_since(session, half_way.agent_id, half_way.since)
            try:
                proof = await second_factor.prove(session, agent.id, code)
            except FactorCodeWrong:
                await audit.record(session, actor=audit.DOOR, action="wrong_second_factor", subject=f"agent:{agent.id}")
                raise
            await agents.note_sign_in(session, agent)
            await _note(session, agent, "sign_in", factor=proof)
        await self._limits.forgive(account, address=address, browser=browser)
        return agent

    def remember(self, request: Request, response: Response, agent: Agent) -> None:
        """From now on the agent's account knows this browser."""
        self._browsers.remember(request, response, mark_of(agent.email))

    async def change_password(self, agent: Agent, *, old: str, new: str) -> None:
        """An agent's own change. Raises PasswordTooShort, PasswordUnchanged, WrongCredentials,
        OneTimePasswordOver, LoginThrottled."""
        passwords.check_length(new)
        if new == old:
            raise PasswordUnchanged
        await self.check_own_password(agent, old)
        fresh = await passwords.hashed(new)
        async with self._services.database.transaction() as session:
            current = await agents.proven(session, agent.id, agent.password_hash)
            await agents.set_password(session, current, fresh)
            await _note(session, agent, "change_password")
        await self.forgive_own(agent)

    async def check_own_password(self, agent: Agent, password: str) -> None:
        """For what only the agent may do, not whoever finds the console open. Call it outside any transaction. Raises
        WrongCredentials, LoginThrottled."""
        await self._limits.count_change(agent.id)
        if not await passwords.matches(agent.password_hash, password):
            raise WrongCredentials

    async def count_own(self, agent: Agent) -> None:
        """A try to prove with a code that it is the agent who does something to the own account. Raises
        LoginThrottled."""
        await self._limits.count_change(agent.id)

    async def forgive_own(self, agent: Agent) -> None:
        """It was the agent: such tries begin anew."""
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
            agent = await agents.proven(session, agent.id, agent.password_hash, renewed_hash=renewed)
            if await _asks_code(session, agent):
                raise CodeNeeded(agent.id)
            await agents.note_sign_in(session, agent)
            await _note(session, agent, "sign_in")
        return agent


async def _asks_code(session: AsyncSession, agent: Agent) -> bool:
    """Whoever has a second factor is asked for it, a demo's agents too, unless the policy has none for the role."""
    is_off = second_factor.demand(agent) is Demand.OFF
    return not is_off and await second_factor.standing(session, agent.id) is not None


async def _note(session: AsyncSession, agent: Agent, action: str, **details: object) -> None:
    await audit.record(session, agent_id=agent.id, action=action, subject=f"agent:{agent.id}", details=details)


def address_of(request: Request) -> str:
    """The network address a request came from."""
    return request.client.host if request.client else ""


def mark_of(email: str) -> str:
    """What stands for an account where addresses have no place: among the counts and in cookies."""
    return blind_index(normalise_email(email), "sign_in")
