import asyncio

import pytest
from sqlalchemy import select

from crm_store import agents, compensation, complaints, points, rewards
from crm_store.agents import Role
from crm_store.compensation import (
    Compensation,
    CompensationDecided,
    CompensationInvalid,
    CompensationStatus,
    LimitExceeded,
)
from crm_store.errors import KeyReused
from crm_store.rewards import RedemptionStatus, Reward
from tests.crm_store.inbox import make_agent
from tests.crm_store.shop import make_member


@pytest.fixture
def voucher():
    return Reward(
        code="COUPON20",
        names={"zh-Hans": "20 元券", "zh-Hant": "20 元券", "en": "¥20"},
        kind="coupon",
        cost=400,
        stock=3,
        value_minor=2_000,
    )


async def agent_of(session, role=Role.AGENT):
    agent = await agents.get(session, await make_agent(session))
    return await agents.update_profile(session, agent, role=role)


async def complain(session, member):
    return await complaints.file(
        session,
        member_id=member.id if member else None,
        conversation_id=None,
        category="late_delivery",
        description="晚了三天",
        key="c1",
    )


async def give(session, complaint, agent, *, kind="points", amount=300, key="k1", reason="晚了三天", **more):
    return await compensation.propose(
        session, complaint, kind=kind, amount=amount, agent=agent, reason=reason, key=key, **more
    )


def kinds(complaint):
    return [event.kind for event in complaint.events]


class TestWithinTheLimit:
    async def test_points_are_in_the_account_at_once_and_the_history_says_so(self, session, frozen_clock):
        member, agent = await make_member(session), await agent_of(session)
        complaint = await complain(session, member)
        given = await give(session, complaint, agent, amount=500)
        assert (given.status, given.decided_by_id) == (CompensationStatus.GRANTED, agent.id)
        assert await points.balance(session, member.id) == 500
        [entry] = await points.history(session, member.id)
        assert (entry.reason, entry.reference, entry.qualifies) == ("goodwill", complaint.number, False)
        assert kinds(await complaints.get(session, complaint.id)) == ["filed", "comp_granted"]

    async def test_the_same_key_again_gives_nothing_more(self, session, frozen_clock):
        member, agent = await make_member(session), await agent_of(session)
        complaint = await complain(session, member)
        first = await give(session, complaint, agent)
        again = await give(session, complaint, agent)
        assert again is first
        assert await points.balance(session, member.id) == 300
        for other in ({"kind": "refund"}, {"amount": 301}):
            with pytest.raises(KeyReused):
                await give(session, complaint, agent, **other)

    async def test_a_coupon_is_a_code_of_the_stock_that_costs_no_points(self, session, frozen_clock, voucher):
        member, agent = await make_member(session), await agent_of(session)
        session.add(voucher)
        complaint = await complain(session, member)
        given = await give(session, complaint, agent, kind="coupon", amount=0, reward_code="COUPON20")
        assert (given.status, given.amount) == (CompensationStatus.GRANTED, 2_000)
        [(held, reward)] = await rewards.held(session, member.id)
        assert (held.coupon_code, held.points, held.entry_id) == (given.coupon_code, 0, None)
        assert reward.stock == 2

    async def test_a_given_coupon_taken_back_returns_to_the_stock_and_no_points_come_of_it(
        self, session, frozen_clock, voucher
    ):
        member = await make_member(session)
        session.add(voucher)
        await session.flush()
        agent = await agent_of(session)
        once = {"given_for": "service", "agent_id": agent.id, "key": "g1"}
        given = await rewards.give(session, member.id, "COUPON20", **once)
        assert await rewards.give(session, member.id, "COUPON20", **once) is given
        cancelled = await rewards.cancel_redemption(session, given, reason="by mistake")
        assert cancelled.status == RedemptionStatus.CANCELLED
        assert await points.balance(session, member.id) == 0
        assert (await rewards.by_code(session, "COUPON20")).stock == 3

    async def test_a_refund_is_written_down_for_finance_also_for_a_visitor(self, session, frozen_clock):
        agent = await agent_of(session)
        given = await give(session, await complain(session, None), agent, kind="refund", amount=5_000)
        assert (given.status, given.member_id) == (CompensationStatus.GRANTED, None)


class TestAboveTheLimit:
    async def test_it_waits_and_nothing_is_given(self, session, frozen_clock):
        member, agent = await make_member(session), await agent_of(session)
        complaint = await complain(session, member)
        asked = await give(session, complaint, agent, amount=501)
        assert asked.status == CompensationStatus.WAITING
        assert await points.balance(session, member.id) == 0
        assert [each.id for each in await compensation.waiting(session)] == [asked.id]
        assert kinds(await complaints.get(session, complaint.id)) == ["filed", "comp_asked"]

    async def test_small_steps_do_not_get_round_it(self, session, frozen_clock):
        member, agent = await make_member(session), await agent_of(session)
        complaint = await complain(session, member)
        await give(session, complaint, agent, amount=300)
        second = await give(session, complaint, agent, amount=201, key="k2")
        assert second.status == CompensationStatus.WAITING
        assert await points.balance(session, member.id) == 300

    async def test_a_supervisor_grants_it_once(self, session, frozen_clock):
        member, agent, lead = await make_member(session), await agent_of(session), await agent_of(session, "supervisor")
        asked = await give(session, await complain(session, member), agent, amount=2_000)
        granted = await compensation.decide(session, asked, agent=lead, approve=True)
        assert (granted.status, granted.decided_by_id) == (CompensationStatus.GRANTED, lead.id)
        assert await points.balance(session, member.id) == 2_000
        with pytest.raises(CompensationDecided):
            await compensation.decide(session, asked, agent=lead, approve=True)
        assert await points.balance(session, member.id) == 2_000

    async def test_refused_with_a_reason_nothing_is_given(self, session, frozen_clock):
        member, agent, lead = await make_member(session), await agent_of(session), await agent_of(session, "supervisor")
        complaint = await complain(session, member)
        asked = await give(session, complaint, agent, amount=2_000)
        with pytest.raises(CompensationInvalid):
            await compensation.decide(session, asked, agent=lead, approve=False, refusal=" ")
        refused = await compensation.decide(session, asked, agent=lead, approve=False, refusal="太多了")
        assert (refused.status, refused.refusal) == (CompensationStatus.REFUSED, "太多了")
        assert await points.balance(session, member.id) == 0
        assert (await complaints.get(session, complaint.id)).events[-1].text == f"{asked.id}\n太多了"

    async def test_nobody_decides_their_own_or_more_than_their_role_may(self, session, frozen_clock):
        member, lead = await make_member(session), await agent_of(session, "supervisor")
        complaint = await complain(session, member)
        asked = await give(session, complaint, lead, amount=5_001)
        with pytest.raises(LimitExceeded) as own:
            await compensation.decide(session, asked, agent=lead, approve=True)
        assert own.value.limit is None
        other = await agent_of(session, "supervisor")
        with pytest.raises(LimitExceeded) as above:
            await compensation.decide(session, asked, agent=other, approve=True)
        assert above.value.limit == 5_000
        admin = await agent_of(session, "admin")
        assert (await compensation.decide(session, asked, agent=admin, approve=True)).status == "granted"


class TestInvalid:
    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"amount": 0}, "amount"),
            ({"reason": " "}, "no_reason"),
            ({"kind": "coupon"}, "no_reward"),
        ],
    )
    async def test_nothing_is_written(self, session, frozen_clock, more, reason):
        agent = await agent_of(session)
        complaint = await complain(session, await make_member(session))
        with pytest.raises(CompensationInvalid) as refused:
            await give(session, complaint, agent, **more)
        assert refused.value.reason == reason
        assert (await session.execute(select(Compensation))).first() is None

    async def test_points_for_a_visitor(self, session, frozen_clock):
        agent = await agent_of(session)
        with pytest.raises(CompensationInvalid) as refused:
            await give(session, await complain(session, None), agent)
        assert refused.value.reason == "no_member"


async def test_two_supervisors_at_once_give_it_once(database):
    async with database.transaction() as session:
        member, agent = await make_member(session), await agent_of(session)
        leads = [await agent_of(session, "supervisor") for _ in range(2)]
        asked = await give(session, await complain(session, member), agent, amount=2_000)

    async def decide(lead):
        async with database.transaction() as session:
            try:
                await compensation.decide(session, asked, agent=lead, approve=True)
            except CompensationDecided:
                return False
            return True

    assert sorted(await asyncio.gather(*(decide(lead) for lead in leads))) == [False, True]
    async with database.reading() as session:
        assert await points.balance(session, member.id) == 2_000
