"""Agents: who there is, whose password was proven, roles."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents
from crm_store.agents import Agent, AgentInvalid, EmailTaken, OneTimePasswordOver, Role, WrongCredentials
from crm_store.clock import FrozenClock
from crm_store.policy import policy

HASH = "the hash of a password"


async def wang(session: AsyncSession, role: str = Role.AGENT) -> Agent:
    return await agents.create(session, email="Wang@Example.com", name="王珊", password_hash=HASH, role=role)


class TestCreate:
    async def test_an_address_signs_in_one_agent_in_any_case(self, session: AsyncSession) -> None:
        agent = await wang(session)
        assert agent.email == "wang@example.com"
        with pytest.raises(EmailTaken):
            await wang(session)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"email": "wang"}, "not_an_email"),
            ({"role": "boss"}, "unknown_role"),
            ({"name": "  "}, "empty"),
            ({"language": "fr"}, "unknown_language"),
        ],
    )
    async def test_what_cannot_be_is_refused(self, session: AsyncSession, change: dict[str, str], reason: str) -> None:
        request = {"email": "wang@example.com", "name": "王珊", "password_hash": HASH} | change
        with pytest.raises(AgentInvalid) as refusal:
            await agents.create(session, **request)  # type: ignore[arg-type]
        assert refusal.value.reason == reason


class TestProven:
    async def test_an_account_that_is_open_and_has_that_password_still(self, session: AsyncSession) -> None:
        agent = await wang(session)
        assert await agents.proven(session, agent.id, agent.password_hash) is agent

    async def test_another_password_or_the_end_of_the_account_came_first(self, session: AsyncSession) -> None:
        agent = await wang(session)
        looked_at = agent.password_hash
        await agents.set_password(session, agent, "the hash of another")
        with pytest.raises(WrongCredentials):
            await agents.proven(session, agent.id, looked_at)
        await agents.update_profile(session, agent, active=False)
        with pytest.raises(WrongCredentials):
            await agents.proven(session, agent.id, "the hash of another")

    async def test_a_hash_of_weaker_parameters_is_replaced(self, session: AsyncSession) -> None:
        agent = await wang(session)
        assert (await agents.proven(session, agent.id, HASH, renewed_hash="stronger")).password_hash == "stronger"
        assert (await agents.proven(session, agent.id, "stronger")).password_hash == "stronger"

    async def test_what_was_proven_before_holds_until_account_sessions_or_password_end(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await wang(session)
        since = frozen_clock.moment
        assert await agents.proven_since(session, agent.id, since) is agent
        frozen_clock.move(timedelta(seconds=1))
        await agents.end_sessions(session, agent)
        with pytest.raises(WrongCredentials):
            await agents.proven_since(session, agent.id, since)
        assert await agents.proven_since(session, agent.id, frozen_clock.moment) is agent
        await agents.set_password(session, agent, HASH, temporary=True)
        since = frozen_clock.moment
        frozen_clock.move(policy().desk.one_time_password_valid)
        with pytest.raises(OneTimePasswordOver):
            await agents.proven_since(session, agent.id, since)
        await agents.update_profile(session, agent, active=False)
        with pytest.raises(WrongCredentials):
            await agents.proven_since(session, agent.id, frozen_clock.moment)


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
