"""Goodwill: within the limit of the role, counted per member, once per press."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import goodwill, points, rewards, tiers
from crm_store.agents import Agent, Role
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import KeyReused
from crm_store.goodwill import GiftOccasion, GoodwillAboveLimit, GoodwillNotPositive
from crm_store.labels import label
from crm_store.language import Language
from crm_store.policy import policy
from crm_store.rewards import RedemptionStatus, Reward, RewardUnavailable
from tests.crm_store.shop import make_member

LIMIT = policy().goodwill.points["agent"]


async def agent_in(session: AsyncSession, role: Role = Role.AGENT) -> int:
    agent = Agent(email=f"{role}@example.com", name="周晴", password_hash="unusable", role=role)
    session.add(agent)
    await session.flush()
    return agent.id


async def offer(session: AsyncSession, *, cost: int = 400, stock: int | None = 2) -> None:
    session.add(Reward(code="TEA", names={"zh-Hans": "茶罐"}, kind="gift", cost=cost, stock=stock, valid_days=60))
    await session.flush()


class TestPoints:
    async def test_given_once_named_and_not_counted_towards_the_level(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await tiers.ensure_defaults(session)
        member, agent = await make_member(session), await agent_in(session)
        for _ in range(2):
            entry = await goodwill.give_points(
                session, member.id, amount=200, occasion="delay", agent_id=agent, key="g1", reference="20251214-0037"
            )
        assert await points.balance(session, member.id) == 200
        assert (entry.reason, entry.agent_id, entry.reference, entry.qualifies) == (
            "goodwill", agent, "20251214-0037", False,
        )  # fmt: skip
        assert entry.details == {"occasion": "delay"}
        assert (await tiers.progress(session, member)).earned == 0

    async def test_above_the_limit_is_refused_with_what_is_left_and_nothing_is_written(
        self, session: AsyncSession
    ) -> None:
        member, agent = await make_member(session), await agent_in(session)
        await goodwill.give_points(session, member.id, amount=LIMIT - 100, occasion="fault", agent_id=agent, key="g1")
        with pytest.raises(GoodwillAboveLimit) as refusal:
            await goodwill.give_points(session, member.id, amount=101, occasion="fault", agent_id=agent, key="g2")
        assert (refusal.value.wanted, refusal.value.left, refusal.value.limit) == (101, 100, LIMIT)
        await goodwill.give_points(session, member.id, amount=100, occasion="fault", agent_id=agent, key="g3")
        assert await points.balance(session, member.id) == LIMIT
        assert await goodwill.left_for(session, member.id, agent_id=agent) == 0

    async def test_the_same_press_again_at_the_limit_is_no_refusal(self, session: AsyncSession) -> None:
        member, agent = await make_member(session), await agent_in(session)
        for _ in range(2):
            await goodwill.give_points(session, member.id, amount=LIMIT, occasion="thanks", agent_id=agent, key="g1")
        assert await points.balance(session, member.id) == LIMIT

    async def test_a_supervisor_may_give_more_and_another_member_has_a_limit_of_their_own(
        self, session: AsyncSession
    ) -> None:
        member, other = await make_member(session), await make_member(session)
        agent, supervisor = await agent_in(session), await agent_in(session, Role.SUPERVISOR)
        for key, whose, amount, by in (
            ("g1", member, LIMIT + 1, supervisor), ("g2", member, LIMIT, agent), ("g3", other, LIMIT, agent),
        ):  # fmt: skip
            await goodwill.give_points(session, whose.id, amount=amount, occasion="fault", agent_id=by, key=key)
        assert await points.balance(session, member.id) == 2 * LIMIT + 1

    async def test_after_the_span_the_limit_is_whole_again(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, agent = await make_member(session), await agent_in(session)
        await goodwill.give_points(session, member.id, amount=LIMIT, occasion="other", agent_id=agent, key="g1")
        frozen_clock.move(policy().goodwill.within - timedelta(minutes=1))
        assert await goodwill.left_for(session, member.id, agent_id=agent) == 0
        frozen_clock.move(timedelta(minutes=2))
        assert await goodwill.left_for(session, member.id, agent_id=agent) == LIMIT

    async def test_points_taken_back_are_left_again(self, session: AsyncSession) -> None:
        member, agent = await make_member(session), await agent_in(session)
        entry = await goodwill.give_points(session, member.id, amount=300, occasion="other", agent_id=agent, key="g1")
        await points.reverse(session, entry_id=entry.id, reason="goodwill", key="r1")
        assert await goodwill.left_for(session, member.id, agent_id=agent) == LIMIT

    @pytest.mark.parametrize("amount", [0, -5])
    async def test_nothing_and_less_are_refused(self, session: AsyncSession, amount: int) -> None:
        member, agent = await make_member(session), await agent_in(session)
        with pytest.raises(GoodwillNotPositive):
            await goodwill.give_points(session, member.id, amount=amount, occasion="other", agent_id=agent, key="g1")

    async def test_two_gifts_at_once_cannot_both_find_the_limit_untouched(self, database: Database) -> None:
        async with database.transaction() as session:
            member, agent = await make_member(session), await agent_in(session)

        async def give(key: str) -> str:
            try:
                async with database.transaction() as session:
                    await goodwill.give_points(
                        session, member.id, amount=LIMIT, occasion="other", agent_id=agent, key=key
                    )
            except GoodwillAboveLimit:
                return "refused"
            return "given"

        assert sorted(await asyncio.gather(*(give(f"g{n}") for n in range(4)))) == ["given", *["refused"] * 3]


class TestRewards:
    async def test_a_code_without_points_one_less_in_stock_and_counted_with_its_cost(
        self, session: AsyncSession
    ) -> None:
        await offer(session)
        member, agent = await make_member(session), await agent_in(session)
        for _ in range(2):
            given = await goodwill.give_reward(
                session, member.id, "TEA", occasion=GiftOccasion.SERVICE, agent_id=agent, key="g1"
            )
        assert (given.points, given.is_gift, given.given_by_id, given.given_for) == (0, True, agent, "service")
        assert (await rewards.by_code(session, "TEA")).stock == 1
        assert [held.coupon_code for held, _ in await rewards.held(session, member.id)] == [given.coupon_code]
        assert await goodwill.left_for(session, member.id, agent_id=agent) == LIMIT - 400
        assert await points.balance(session, member.id) == 0

    async def test_void_brings_the_piece_back_but_no_points(self, session: AsyncSession) -> None:
        await offer(session)
        member, agent = await make_member(session), await agent_in(session)
        given = await goodwill.give_reward(session, member.id, "TEA", occasion="other", agent_id=agent, key="g1")
        await rewards.cancel_redemption(session, given, reason="agent", agent_id=agent)
        assert given.status == RedemptionStatus.CANCELLED
        assert (await rewards.by_code(session, "TEA")).stock == 2
        assert await points.balance(session, member.id) == 0
        assert await goodwill.left_for(session, member.id, agent_id=agent) == LIMIT

    async def test_what_costs_more_than_is_left_is_refused_and_the_stock_untouched(self, session: AsyncSession) -> None:
        await offer(session, cost=LIMIT + 1)
        member, agent = await make_member(session), await agent_in(session)
        with pytest.raises(GoodwillAboveLimit):
            await goodwill.give_reward(session, member.id, "TEA", occasion="other", agent_id=agent, key="g1")
        assert (await rewards.by_code(session, "TEA")).stock == 2

    async def test_none_left_and_another_reward_under_the_same_key(self, session: AsyncSession) -> None:
        await offer(session, cost=100, stock=0)
        session.add(Reward(code="CUP", names={"zh-Hans": "杯"}, kind="gift", cost=100))
        member, agent = await make_member(session), await agent_in(session)
        with pytest.raises(RewardUnavailable):
            await goodwill.give_reward(session, member.id, "TEA", occasion="other", agent_id=agent, key="g1")
        await goodwill.give_reward(session, member.id, "CUP", occasion="other", agent_id=agent, key="g2")
        with pytest.raises(KeyReused):
            await goodwill.give_reward(session, member.id, "TEA", occasion="other", agent_id=agent, key="g2")

    async def test_a_gift_cannot_be_exchanged_for_points_by_the_member(self, session: AsyncSession) -> None:
        await offer(session)
        member, agent = await make_member(session), await agent_in(session)
        given = await goodwill.give_reward(session, member.id, "TEA", occasion="thanks", agent_id=agent, key="g1")
        assert not given.undoable_now
        with pytest.raises(rewards.UndoTooLate):
            await rewards.undo(session, given, reason="member")
        assert given.status == RedemptionStatus.ISSUED


@pytest.mark.parametrize("language", list(Language))
def test_every_occasion_has_a_name(language: Language) -> None:
    assert all(label("gift_occasion", occasion, language) for occasion in GiftOccasion)
