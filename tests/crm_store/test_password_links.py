"""Links to a new password: each opens once, in its time, and only the newest."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, clock, password_links
from crm_store.agents import Agent
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.password_links import PasswordLink, PasswordLinkOver
from crm_store.policy import policy
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed

HASH = "the hash of a new password"
MINUTE = timedelta(minutes=1)


async def lin(session: AsyncSession) -> Agent:
    return await agents.get(session, await make_agent(session))


async def test_it_gives_the_password_once_and_ends_every_session(
    session: AsyncSession, frozen_clock: FrozenClock
) -> None:
    agent = await lin(session)
    agent.password_is_temporary = True
    token = (await password_links.give(session, agent)).token
    frozen_clock.move(MINUTE)
    signed_in = clock.now()
    frozen_clock.move(MINUTE)
    assert await password_links.look(session, token) is agent
    assert await password_links.look(session, f" {token} ") is agent
    assert await password_links.use(session, token, HASH) is agent
    assert (agent.password_hash, agent.password_is_temporary) == (HASH, False)
    assert not agents.session_holds(agent, signed_in)
    for again in (password_links.look(session, token), password_links.use(session, token, "another")):
        with pytest.raises(PasswordLinkOver):
            await again
    assert agent.password_hash == HASH


async def test_it_ends_when_the_policy_says(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    agent = await lin(session)
    given = await password_links.give(session, agent)
    assert given.expires_at == clock.now() + policy().sign_in.password_link_valid
    frozen_clock.move(policy().sign_in.password_link_valid - MINUTE)
    await password_links.look(session, given.token)
    frozen_clock.move(MINUTE)
    with pytest.raises(PasswordLinkOver):
        await password_links.use(session, given.token, HASH)
    with changed("sign_in: {password_link_valid: 2 h}"):
        assert (await password_links.give(session, agent)).expires_at == clock.now() + timedelta(hours=2)


async def test_only_the_newest_opens_and_another_agents_stays(session: AsyncSession) -> None:
    agent, other = await lin(session), await lin(session)
    theirs = await password_links.give(session, other)
    first, second = await password_links.give(session, agent), await password_links.give(session, agent)
    with pytest.raises(PasswordLinkOver):
        await password_links.look(session, first.token)
    assert await password_links.look(session, second.token) is agent
    assert await password_links.look(session, theirs.token) is other


@pytest.mark.parametrize("meanwhile", ["closed", "another password"])
async def test_what_happened_to_the_account_meanwhile_ends_it(
    session: AsyncSession, frozen_clock: FrozenClock, meanwhile: str
) -> None:
    agent = await lin(session)
    token = (await password_links.give(session, agent)).token
    frozen_clock.move(MINUTE)
    if meanwhile == "closed":
        await agents.update_profile(session, agent, active=False)
    else:
        await agents.set_password(session, agent, "chosen meanwhile")
    with pytest.raises(PasswordLinkOver):
        await password_links.use(session, token, HASH)
    assert agent.password_hash != HASH


@pytest.mark.parametrize("token", ["", "made-up", "0" * 43])
async def test_a_link_that_was_never_given(session: AsyncSession, token: str) -> None:
    await password_links.give(session, await lin(session))
    with pytest.raises(PasswordLinkOver):
        await password_links.look(session, token)


async def test_the_token_cannot_be_read_in_the_table(session: AsyncSession) -> None:
    token = (await password_links.give(session, await lin(session))).token
    [kept] = (await session.scalars(select(PasswordLink))).all()
    assert token not in kept.token_hash
    assert len(token) >= 43


async def test_of_two_who_use_it_at_once_one_gets_in(database: Database) -> None:
    async with database.transaction() as session:
        token = (await password_links.give(session, await lin(session))).token

    async def used(number: int) -> bool:
        try:
            async with database.transaction() as session:
                await password_links.use(session, token, f"hash {number}")
        except PasswordLinkOver:
            return False
        return True

    assert sorted(await asyncio.gather(*(used(number) for number in range(4)))) == [False, False, False, True]


async def test_two_asked_for_at_once_leave_one(database: Database) -> None:
    async with database.transaction() as session:
        agent_id = (await lin(session)).id

    async def given() -> str:
        async with database.transaction() as session:
            return (await password_links.give(session, await agents.get(session, agent_id))).token

    tokens = await asyncio.gather(*(given() for _ in range(4)))
    opened = 0
    async with database.reading() as session:
        for token in tokens:
            try:
                await password_links.look(session, token)
            except PasswordLinkOver:
                continue
            opened += 1
    assert opened == 1
