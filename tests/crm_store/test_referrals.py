"""Members who bring friends."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, points, referrals, returns, tiers
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.referrals import ReferralProblem, ReferralRefused
from crm_store.returns import ReturnStatus
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member, make_order


async def completed(session: AsyncSession, member: Member) -> Order:
    order = await make_order(session, member, status=OrderStatus.DELIVERED)
    await accrual.complete(session, order)
    return order


async def balances(session: AsyncSession, *members: Member) -> list[int]:
    return [await points.balance(session, member.id) for member in members]


@pytest.fixture
async def pair(session: AsyncSession, frozen_clock: FrozenClock) -> tuple[Member, Member]:
    """Who recommends, and a friend who has just joined."""
    await tiers.ensure_defaults(session)
    return await make_member(session), await make_member(session)


class TestFriend:
    async def test_the_first_complete_order_brings_points_to_both_and_the_second_none(
        self, session: AsyncSession, pair: tuple[Member, Member]
    ) -> None:
        member, friend = pair
        code = await referrals.code_of(session, member)
        assert await referrals.code_of(session, member) == code
        for typed in (code, code.lower().replace("-", " ")):
            await referrals.name_code(session, friend, typed)
        assert await balances(session, member, friend) == [0, 0]
        await completed(session, friend)
        await completed(session, friend)
        assert await balances(session, member, friend) == [200, 100 + 2 * 399]
        found = await referrals.standing(session, member.id)
        assert (found.code, found.named, found.rewarded) == (code, 1, 1)

    async def test_an_order_that_goes_back_takes_the_points_of_both(
        self, session: AsyncSession, pair: tuple[Member, Member]
    ) -> None:
        member, friend = pair
        await referrals.name_code(session, friend, await referrals.code_of(session, member))
        order = await completed(session, friend)
        await points.spend(session, member.id, points=150, reason="redeem", key="s")
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="r1")
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            request = await returns.advance(session, request, step)
        assert await balances(session, member, friend) == [0, 0]
        assert await points.owed(session, member.id) == 150

    async def test_above_the_years_number_only_the_friend_is_thanked(
        self, session: AsyncSession, pair: tuple[Member, Member], frozen_clock: FrozenClock
    ) -> None:
        member, _ = pair
        code = await referrals.code_of(session, member)
        with changed("points: {referral: {friends_a_year: 1}}"):
            for wait in (0, 1, 366):
                frozen_clock.move(timedelta(days=wait))
                friend = await make_member(session)
                await referrals.name_code(session, friend, code)
                await completed(session, friend)
                assert await balances(session, friend) == [100 + 399]
        assert await balances(session, member) == [400]


class TestRefused:
    async def test_what_is_no_friend(
        self, session: AsyncSession, pair: tuple[Member, Member], frozen_clock: FrozenClock
    ) -> None:
        member, friend = pair
        third = await make_member(session)
        code, other = await referrals.code_of(session, member), await referrals.code_of(session, third)

        async def problem(who: Member, named: str) -> ReferralProblem:
            with pytest.raises(ReferralRefused) as refused:
                await referrals.name_code(session, who, named)
            return refused.value.problem

        assert await problem(member, code) == ReferralProblem.OWN_CODE
        assert await problem(friend, "T-000000") == ReferralProblem.UNKNOWN_CODE
        await referrals.name_code(session, friend, code)
        assert await problem(friend, other) == ReferralProblem.NAMED_BEFORE
        assert await problem(member, await referrals.code_of(session, friend)) == ReferralProblem.EACH_OTHER
        await completed(session, third)
        assert await problem(third, code) == ReferralProblem.BOUGHT_BEFORE
        late = await make_member(session)
        frozen_clock.move(timedelta(days=31))
        assert await problem(late, code) == ReferralProblem.TOO_LATE
        with changed("points: {referral: {member: 0, friend: 0}}"):
            assert await problem(late, code) == ReferralProblem.NO_PROGRAMME


async def test_of_two_who_name_each_other_at_once_only_one_is_a_friend(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        pair = [await make_member(session) for _ in range(2)]
        codes = [await referrals.code_of(session, member) for member in pair]

    async def name(who: Member, code: str) -> str:
        try:
            async with database.transaction() as session:
                await referrals.name_code(session, who, code)
        except ReferralRefused as refused:
            return refused.problem
        return "named"

    found = await asyncio.gather(name(pair[0], codes[1]), name(pair[1], codes[0]))
    assert sorted(found) == sorted([ReferralProblem.EACH_OTHER, "named"])
