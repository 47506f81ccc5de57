"""Rewards: choosing by words, redeeming, cancelling, using the code."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, points, rewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import KeyReused, NotFound
from crm_store.points import InsufficientPoints
from crm_store.rewards import (
    RedemptionNotCancellable,
    RedemptionNotUsable,
    RedemptionStatus,
    Reward,
    RewardUnavailable,
    UndoTooLate,
)
from tests.crm_store.policy.shop_files import changed

VOUCHER = "voucher-50"
SET = "coffee-set"


async def offer(session: AsyncSession) -> None:
    session.add_all(
        [
            Reward(
                code=VOUCHER,
                kind="coupon",
                cost=1000,
                value_minor=50_00,
                min_spend_minor=99_00,
                valid_days=92,
                names={"zh-Hans": "50 元优惠券", "zh-Hant": "50 元優惠券", "en": "¥50 voucher"},
                keywords=["coupon", "代金券"],
            ),
            Reward(
                code="voucher-20",
                kind="coupon",
                cost=450,
                value_minor=20_00,
                names={"zh-Hans": "20 元优惠券", "zh-Hant": "20 元優惠券", "en": "¥20 voucher"},
            ),
            Reward(
                code=SET,
                kind="gift",
                cost=1500,
                stock=3,
                names={"zh-Hans": "手冲咖啡套装", "zh-Hant": "手沖咖啡組", "en": "Pour-over coffee set"},
            ),
            Reward(
                code="tea-tin",
                kind="gift",
                cost=800,
                stock=0,
                names={"zh-Hans": "茶叶罐", "zh-Hant": "茶葉罐", "en": "Tea tin"},
            ),
            Reward(code="old", kind="gift", cost=1, active=False, names={"zh-Hans": "旧礼品", "en": "Old gift"}),
        ]
    )
    await session.flush()


async def member_with(session: AsyncSession, amount: int) -> int:
    member = await members.create(session)
    await points.earn(session, member.id, points=amount, reason="purchase", key=f"seed:{member.id}")
    return member.id


async def stock_of(session: AsyncSession, code: str) -> int | None:
    return await session.scalar(select(Reward.stock).where(Reward.code == code))


class TestChoosing:
    async def test_what_the_points_are_enough_for(self, session: AsyncSession) -> None:
        await offer(session)
        assert [reward.code for reward in await rewards.affordable(session, 1220)] == [VOUCHER, "voucher-20"]
        assert "old" not in [reward.code for reward in await rewards.catalogue(session)]

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("那个咖啡的", SET),
            ("手沖咖啡組", SET),
            ("the coffee sets pls", SET),
            ("五十块的券", VOUCHER),
            ("50元優惠券", VOUCHER),
            ("ok the ¥20 voucher then", "voucher-20"),
            ("tea", "tea-tin"),
            ("代金券", VOUCHER),
        ],
    )
    async def test_found_by_the_customers_words(self, session: AsyncSession, said: str, expected: str) -> None:
        await offer(session)
        assert (await rewards.find_by_words(session, said))[0].code == expected

    @pytest.mark.parametrize("said", ["你好", "where is my parcel", "", "？？"])
    async def test_other_words_find_nothing(self, session: AsyncSession, said: str) -> None:
        await offer(session)
        assert await rewards.find_by_words(session, said) == []

    async def test_a_word_that_fits_two_offers_both(self, session: AsyncSession) -> None:
        await offer(session)
        assert {reward.code for reward in await rewards.find_by_words(session, "优惠券")} == {VOUCHER, "voucher-20"}


class TestRedeem:
    async def test_takes_points_gives_a_code_until_the_day_told(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await offer(session)
        member_id = await member_with(session, 1220)
        redemption = await rewards.redeem(session, member_id, VOUCHER, key="m1:redeem")
        assert re.fullmatch(
            r"HK-[2346789ACDEFGHJKMNPQRTVWXY]{4}-[2346789ACDEFGHJKMNPQRTVWXY]{2}", redemption.coupon_code
        )
        assert redemption.valid_until == datetime(2027, 2, 22, 15, 59, 59, tzinfo=UTC)
        assert await points.balance(session, member_id) == 220
        again = await rewards.redeem(session, member_id, VOUCHER, key="m1:redeem")
        assert again.id == redemption.id
        assert await points.balance(session, member_id) == 220

    async def test_too_few_points_take_nothing_even_when_the_refusal_is_caught(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 1220)
        with pytest.raises(InsufficientPoints) as refusal:
            await rewards.redeem(session, member_id, SET, key="m1:redeem")
        assert refusal.value.missing == 280
        assert await stock_of(session, SET) == 3
        assert await points.balance(session, member_id) == 1220

    async def test_out_of_stock_inactive_and_unknown(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 5000)
        for code, reason in (("tea-tin", "out_of_stock"), ("old", "inactive")):
            with pytest.raises(RewardUnavailable) as refusal:
                await rewards.redeem(session, member_id, code, key=code)
            assert refusal.value.reason == reason
        with pytest.raises(NotFound):
            await rewards.redeem(session, member_id, "moon", key="moon")
        assert await points.balance(session, member_id) == 5000

    async def test_a_key_stands_for_one_redemption(self, session: AsyncSession) -> None:
        await offer(session)
        one, other = await member_with(session, 3000), await member_with(session, 3000)
        await rewards.redeem(session, one, VOUCHER, key="k")
        with pytest.raises(KeyReused):
            await rewards.redeem(session, one, SET, key="k")
        with pytest.raises(KeyReused):
            await rewards.redeem(session, other, VOUCHER, key="k")

    async def test_the_database_itself_refuses_stock_below_zero(self, session: AsyncSession) -> None:
        await offer(session)
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(text("UPDATE rewards SET stock = -1 WHERE code = 'coffee-set'"))


class TestCancel:
    async def test_gives_points_and_stock_back_once(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 1500)
        redemption = await rewards.redeem(session, member_id, SET, key="k")
        assert await stock_of(session, SET) == 2
        for _ in range(2):
            await rewards.cancel_redemption(session, redemption, reason="changed my mind")
        assert redemption.status == RedemptionStatus.CANCELLED
        assert await stock_of(session, SET) == 3
        assert await points.balance(session, member_id) == 1500
        assert (await points.verify(session, member_id)).agrees
        with pytest.raises(RedemptionNotUsable):
            await rewards.use(session, redemption.coupon_code, used_on="20261122-0001")

    async def test_a_used_code_stays_used(self, session: AsyncSession) -> None:
        await offer(session)
        redemption = await rewards.redeem(session, await member_with(session, 1500), VOUCHER, key="k")
        await rewards.use(session, redemption.coupon_code, used_on="20261122-0001")
        with pytest.raises(RedemptionNotCancellable):
            await rewards.cancel_redemption(session, redemption, reason="x")


class TestUse:
    async def test_typed_in_any_way_once(self, session: AsyncSession) -> None:
        await offer(session)
        redemption = await rewards.redeem(session, await member_with(session, 1500), VOUCHER, key="k")
        typed = redemption.coupon_code.replace("-", " ").lower()
        used = await rewards.use(session, typed, used_on="20261122-0001")
        assert (await rewards.use(session, typed[3:], used_on="20261122-0001")).id == used.id
        with pytest.raises(RedemptionNotUsable) as refusal:
            await rewards.use(session, typed, used_on="20261122-0002")
        assert refusal.value.reason == "used"
        with pytest.raises(NotFound):
            await rewards.use(session, "HK-AAAA-AA", used_on="20261122-0001")

    async def test_not_after_its_last_day(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await offer(session)
        redemption = await rewards.redeem(session, await member_with(session, 1500), VOUCHER, key="k")
        frozen_clock.to(redemption.valid_until + timedelta(seconds=1))
        with pytest.raises(RedemptionNotUsable) as refusal:
            await rewards.use(session, redemption.coupon_code, used_on="20261122-0001")
        assert refusal.value.reason == "expired"


class TestAtTheSameTime:
    async def test_fifty_redemptions_of_one_balance(self, database: Database) -> None:
        async with database.transaction() as session:
            await offer(session)
            member_id = await member_with(session, 7300)

        async def redeem(number: int) -> str | None:
            try:
                async with database.transaction() as session:
                    return (await rewards.redeem(session, member_id, VOUCHER, key=f"k{number}")).coupon_code
            except InsufficientPoints:
                return None

        codes = [code for code in await asyncio.gather(*(redeem(number) for number in range(50))) if code]
        assert len(codes) == len(set(codes)) == 7
        async with database.transaction() as session:
            assert await points.balance(session, member_id) == 300
            assert (await points.verify(session, member_id)).agrees
            assert len(await rewards.for_member(session, member_id, limit=100)) == 7

    async def test_many_members_want_the_last_three(self, database: Database) -> None:
        async with database.transaction() as session:
            await offer(session)
            ids = [await member_with(session, 1500) for _ in range(12)]

        async def redeem(member_id: int) -> bool:
            try:
                async with database.transaction() as session:
                    await rewards.redeem(session, member_id, SET, key=f"k{member_id}")
            except RewardUnavailable:
                return False
            return True

        assert (await asyncio.gather(*(redeem(member_id) for member_id in ids))).count(True) == 3
        async with database.transaction() as session:
            assert await stock_of(session, SET) == 0
            assert sorted([await points.balance(session, i) for i in ids]) == [0] * 3 + [1500] * 9

    async def test_redeeming_and_cancelling_do_not_block_each_other(self, database: Database) -> None:
        async with database.transaction() as session:
            await offer(session)
            member_id = await member_with(session, 6000)
            first = await rewards.redeem(session, member_id, SET, key="first")

        async def cancel() -> None:
            async with database.transaction() as session:
                found = (await rewards.for_member(session, member_id, limit=100))[-1]
                await rewards.cancel_redemption(session, found, reason="x")

        async def redeem(number: int) -> None:
            async with database.transaction() as session:
                await rewards.redeem(session, member_id, VOUCHER, key=f"k{number}")

        await asyncio.gather(*(cancel() for _ in range(5)), *(redeem(number) for number in range(4)))
        async with database.transaction() as session:
            assert await points.balance(session, member_id) == 2000
            assert await stock_of(session, SET) == 3
            assert first.id is not None
            assert (await points.verify(session, member_id)).agrees


class TestSeveralAtOnce:
    async def test_each_has_its_own_code_and_key(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 3000)
        both = await rewards.redeem_several(session, member_id, VOUCHER, count=2, key="k")
        assert len({each.coupon_code for each in both}) == len({each.key for each in both}) == 2
        again = await rewards.redeem_several(session, member_id, VOUCHER, count=2, key="k")
        assert [each.id for each in again] == [each.id for each in both]
        assert await points.balance(session, member_id) == 1000

    async def test_too_few_points_for_all_take_none(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 1999)
        with pytest.raises(InsufficientPoints) as refusal:
            await rewards.redeem_several(session, member_id, VOUCHER, count=3, key="k")
        assert (refusal.value.missing, await points.balance(session, member_id)) == (1001, 1999)

    async def test_too_few_pieces_for_all_take_none(self, session: AsyncSession) -> None:
        await offer(session)
        member_id = await member_with(session, 9000)
        with pytest.raises(RewardUnavailable):
            await rewards.redeem_several(session, member_id, SET, count=4, key="k")
        assert (await stock_of(session, SET), await points.balance(session, member_id)) == (3, 9000)
        assert await rewards.for_member(session, member_id) == []


class TestUndo:
    async def test_an_unused_code_gives_its_points_back_to_their_lots(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await offer(session)
        member_id = await member_with(session, 1500)
        before = await points.expiring(session, member_id, within=timedelta(days=1000))
        redemption = await rewards.redeem(session, member_id, VOUCHER, key="k")
        frozen_clock.move(timedelta(days=7))
        await rewards.undo(session, redemption, reason="changed my mind")
        assert await points.expiring(session, member_id, within=timedelta(days=1000)) == before
        assert redemption.state() == RedemptionStatus.CANCELLED

    async def test_later_than_the_policy_allows_it_stays(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await offer(session)
        redemption = await rewards.redeem(session, await member_with(session, 1500), VOUCHER, key="k")
        frozen_clock.move(timedelta(days=7, seconds=1))
        with pytest.raises(UndoTooLate):
            await rewards.undo(session, redemption, reason="changed my mind")
        with changed("points: {undo_within: 30 days}"):
            await rewards.undo(session, redemption, reason="changed my mind")
        assert redemption.status == RedemptionStatus.CANCELLED


class TestHeld:
    async def test_codes_that_still_work_the_one_that_ends_first_at_the_head(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await offer(session)
        member_id = await member_with(session, 9000)
        late = await rewards.redeem(session, member_id, VOUCHER, key="late")
        soon = await rewards.redeem(session, member_id, "voucher-20", key="soon")
        used = await rewards.redeem(session, member_id, VOUCHER, key="used")
        await rewards.use(session, used.coupon_code, used_on="20261122-0001")
        soon.valid_until = late.at + timedelta(days=1)
        await session.flush()
        assert [redemption.id for redemption, _ in await rewards.held(session, member_id)] == [soon.id, late.id]
        frozen_clock.move(timedelta(days=2))
        assert [redemption.id for redemption, _ in await rewards.held(session, member_id)] == [late.id]
        assert soon.state() == "expired"

    async def test_a_code_is_found_for_its_owner_only(self, session: AsyncSession) -> None:
        await offer(session)
        owner, other = await member_with(session, 1500), await member_with(session, 1500)
        mine = await rewards.redeem(session, owner, VOUCHER, key="k")
        found = await rewards.with_code(session, owner, mine.coupon_code.lower().replace("-", " "))
        assert found is not None
        assert found.id == mine.id
        assert await rewards.with_code(session, other, mine.coupon_code) is None


class TestOneCharacter:
    async def test_a_single_character_of_a_name_finds_it(self, session: AsyncSession) -> None:
        await offer(session)
        assert [reward.code for reward in await rewards.find_by_words(session, "罐")] == ["tea-tin"]
        assert await rewards.find_by_words(session, "车") == []
