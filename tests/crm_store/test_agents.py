"""Agents: signing in, being slowed down, roles."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents
from crm_store.agents import Agent, AgentInvalid, EmailTaken, LoginThrottled, Role, WrongCredentials
from crm_store.clock import FrozenClock
from crm_store.db import Database

PASSWORD = "correct horse battery"


async def wang(session: AsyncSession, role: str = Role.AGENT) -> Agent:
    return await agents.create(session, email="Wang@Example.com", name="王珊", password=PASSWORD, role=role)


class TestCreate:
    async def test_the_password_is_kept_as_argon2(self, session: AsyncSession) -> None:
        agent = await wang(session)
        assert agent.email == "wang@example.com"
        assert agent.password_hash.startswith("$argon2id$")
        with pytest.raises(EmailTaken):
            await wang(session)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"email": "wang"}, "not_an_email"),
            ({"password": "short"}, "too_short"),
            ({"role": "boss"}, "unknown_role"),
            ({"name": "  "}, "empty"),
            ({"language": "fr"}, "unknown_language"),
        ],
    )
    async def test_what_cannot_be_is_refused(self, session: AsyncSession, change: dict[str, str], reason: str) -> None:
        request = {"email": "wang@example.com", "name": "王珊", "password": PASSWORD} | change
        with pytest.raises(AgentInvalid) as refusal:
            await agents.create(session, **request)  # type: ignore[arg-type]
        assert refusal.value.reason == reason


class TestAuthenticate:
    async def test_in_any_case_of_the_address(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent = await wang(session)
        assert await agents.authenticate(session, " WANG@example.com ", PASSWORD) is agent
        assert agent.last_login_at == frozen_clock.moment

    async def test_wrong_unknown_and_closed_look_the_same(self, session: AsyncSession) -> None:
        agent = await wang(session)
        await agents.update_profile(session, agent, active=False)
        for email, password in (("wang@example.com", PASSWORD), ("nobody@example.com", PASSWORD)):
            with pytest.raises(WrongCredentials):
                await agents.authenticate(session, email, password)

    async def test_five_failures_close_the_door_for_a_while(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            await wang(session)
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                await self._sign_in(database, "a wrong guess")
            frozen_clock.move(timedelta(minutes=1))
        with pytest.raises(LoginThrottled) as refusal:
            await self._sign_in(database, PASSWORD)
        assert refusal.value.retry_at == frozen_clock.moment + timedelta(minutes=10)
        frozen_clock.to(refusal.value.retry_at)
        await self._sign_in(database, PASSWORD)
        with pytest.raises(WrongCredentials):
            await self._sign_in(database, "a wrong guess")

    async def test_many_guesses_at_once_are_counted_one_by_one(self, database: Database) -> None:
        async with database.transaction() as session:
            await wang(session)

        async def guess() -> str:
            try:
                await self._sign_in(database, "a wrong guess")
            except (WrongCredentials, LoginThrottled) as refusal:
                return refusal.code
            return "in"

        outcomes = await asyncio.gather(*(guess() for _ in range(12)))
        assert outcomes.count("wrong_credentials") == 5
        assert outcomes.count("login_throttled") == 7

    async def test_a_new_password_forgives(self, database: Database) -> None:
        async with database.transaction() as session:
            agent = await wang(session)
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                await self._sign_in(database, "a wrong guess")
        async with database.transaction() as session:
            await agents.set_password(session, await agents.get(session, agent.id), "another good password")
        await self._sign_in(database, "another good password")

    async def _sign_in(self, database: Database, password: str) -> None:
        async with database.transaction() as session:
            await agents.authenticate(session, "wang@example.com", password)


class TestMay:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            (Role.AGENT, [True, False, False]),
            (Role.SUPERVISOR, [True, True, False]),
            (Role.ADMIN, [True, True, True]),
        ],
    )
    def test_a_higher_role_may_what_a_lower_may(self, role: Role, allowed: list[bool]) -> None:
        assert [agents.may(Agent(role=role, active=True), needed) for needed in Role] == allowed
        assert not any(agents.may(Agent(role=role, active=False), needed) for needed in Role)


class TestForgetOldAttempts:
    async def test_only_the_old_ones(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await wang(session)
        await agents.authenticate(session, "wang@example.com", PASSWORD)
        frozen_clock.move(timedelta(days=91))
        await agents.authenticate(session, "wang@example.com", PASSWORD)
        assert await agents.forget_old_attempts(session) == 1
