"""Who is thanked in person: the most valuable few, when it is due, and that it is noted once."""

import pytest

from crm_store import members, thanks, value
from crm_store.errors import KeyReused
from crm_store.policy import policy
from crm_store.thanks import NotOnTheList, ThankedBy
from crm_store.value import LifeStage, MemberValue
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member
from tests.crm_store.winback.gone import DAY


async def valued(session, amounts, *, key="day:1", of=None):
    """A finished valuation: members with what is expected of them, in minor units."""
    run = await value.begin(session, key=key)
    run.finished_at, run.buyers = run.at, len(amounts)
    found = of or [await make_member(session) for _ in amounts]
    for member, amount in zip(found, amounts, strict=True):
        session.add(
            MemberValue(
                run_id=run.id, member_id=member.id, spend_minor=0, orders=1, purchases=1, recency=1, frequency=1,
                monetary=1, expected_orders=1, lifetime_minor=amount, is_vital=False, stage=LifeStage.FIRST_BUYER,
                attitude=None,
            )
        )  # fmt: skip
    await session.flush()
    return found


async def listed(session):
    return [each.member.id for each in await thanks.listing(session)]


class TestRefill:
    async def test_the_top_share_and_no_more_than_the_policy_says(self, session, frozen_clock):
        found = await valued(session, [100, 900, 500, 700])
        with changed("thanks: {top_share: 0.3, most: 10}"):
            assert await thanks.refill(session) == 2  # 0.3 of four, rounded up
            assert await listed(session) == [found[1].id, found[3].id]
            assert await thanks.refill(session) == 0
        with changed("thanks: {top_share: 1, most: 3}"):
            assert await thanks.refill(session) == 1
            assert await listed(session) == [found[1].id, found[3].id, found[2].id]

    async def test_who_is_overtaken_leaves_the_list_and_keeps_the_thanks(self, session, frozen_clock):
        found = await valued(session, [900, 500])
        agent = await make_agent(session)
        with changed("thanks: {top_share: 0.5}"):
            await thanks.refill(session)
            await thanks.thank(session, found[0].id, how="call", agent_id=agent, key="k")
            frozen_clock.move(DAY)
            await valued(session, [100, 500], key="day:2", of=found)
            assert await thanks.refill(session) == 2
            assert await listed(session) == [found[1].id]
            with pytest.raises(NotOnTheList):
                await thanks.thank(session, found[0].id, how="call", agent_id=agent, key="other")
            frozen_clock.move(DAY)
            await valued(session, [900, 500], key="day:3", of=found)
            await thanks.refill(session)
        [back] = await thanks.listing(session)
        assert back.due_at == frozen_clock.moment - 2 * DAY + policy().thanks.every

    async def test_nothing_before_the_first_valuation(self, session):
        assert await thanks.refill(session) == 0

    async def test_who_leaves_is_not_shown(self, session, frozen_clock):
        found = await valued(session, [900])
        await thanks.refill(session)
        await members.request_cancellation(session, found[0])
        assert await listed(session) == []


class TestThank:
    async def test_due_again_after_the_policys_time(self, session, frozen_clock):
        found = await valued(session, [900, 500, 700])
        agent = await make_agent(session)
        with changed("thanks: {top_share: 1}"):
            await thanks.refill(session)
            await thanks.thank(session, found[0].id, how=ThankedBy.CARD, agent_id=agent, key="a")
            assert await listed(session) == [found[2].id, found[1].id, found[0].id]
            every = policy().thanks.every
            for place in (2, 1):
                await thanks.thank(session, found[place].id, how="call", agent_id=agent, key=f"{place}")
            frozen_clock.move(every)
            for place in (1, 2):
                frozen_clock.move(DAY)
                await thanks.thank(session, found[place].id, how="call", agent_id=agent, key=f"again {place}")
            due, *others = await thanks.listing(session)
        assert (due.member.id, due.last.how) == (found[0].id, "card")
        assert [each.member.id for each in others] == [found[1].id, found[2].id]

    async def test_a_tick_counts_once(self, session, frozen_clock):
        [member] = await valued(session, [900])
        agent = await make_agent(session)
        await thanks.refill(session)
        first = await thanks.thank(session, member.id, how="call", agent_id=agent, key="k")
        assert (await thanks.thank(session, member.id, how="call", agent_id=agent, key="k")).id == first.id
        with pytest.raises(KeyReused):
            await thanks.thank(session, member.id, how="card", agent_id=agent, key="k")
