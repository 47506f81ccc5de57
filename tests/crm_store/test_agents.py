"""Agents: who there is, whose password was proven, roles."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents
from crm_store.agents import Agent, AgentInvalid, EmailTaken, Role, WrongCredentials

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
