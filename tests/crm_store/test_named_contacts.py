"""The named contact: decided by supervisors, always somebody who is there."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, named_contacts, tiers
from crm_store.agents import Agent, Role
from crm_store.errors import NotFound
from crm_store.named_contacts import ContactNotAvailable, SupervisorNeeded
from tests.crm_store.shop import make_member


async def agent_in(session: AsyncSession, role: Role, *, active: bool = True) -> int:
    agent = Agent(email=f"{role}{active}@example.com", name=role, password_hash="unusable", role=role, active=active)
    session.add(agent)
    await session.flush()
    return agent.id


async def test_a_supervisor_sets_and_clears_it(session: AsyncSession) -> None:
    member, agent = await make_member(session), await agent_in(session, Role.AGENT)
    supervisor = await agent_in(session, Role.SUPERVISOR)
    assert await named_contacts.assign(session, member, contact_id=agent, by_id=supervisor)
    assert member.named_contact_id == agent
    assert not await named_contacts.assign(session, member, contact_id=agent, by_id=supervisor)
    assert await named_contacts.assign(session, member, contact_id=None, by_id=supervisor)
    assert member.named_contact_id is None
    changes = [each for each in await members.changes(session, member.id) if each.field == "named_contact_id"]
    assert [each.by for each in changes] == [f"agent:{supervisor}"] * 2


async def test_an_agent_may_not_and_nobody_whose_account_is_closed_is_named(session: AsyncSession) -> None:
    member, agent = await make_member(session), await agent_in(session, Role.AGENT)
    supervisor, gone = await agent_in(session, Role.ADMIN), await agent_in(session, Role.SUPERVISOR, active=False)
    with pytest.raises(SupervisorNeeded):
        await named_contacts.assign(session, member, contact_id=agent, by_id=agent)
    with pytest.raises(SupervisorNeeded):
        await named_contacts.assign(session, member, contact_id=agent, by_id=gone)
    with pytest.raises(ContactNotAvailable):
        await named_contacts.assign(session, member, contact_id=gone, by_id=supervisor)
    with pytest.raises(NotFound):
        await named_contacts.assign(session, member, contact_id=10_000, by_id=supervisor)
    assert member.named_contact_id is None


async def test_the_level_says_who_is_promised_one(session: AsyncSession) -> None:
    await tiers.ensure_defaults(session)
    assert await named_contacts.promised(session, await make_member(session, tier="platinum"))
    assert not await named_contacts.promised(session, await make_member(session, tier="gold"))
