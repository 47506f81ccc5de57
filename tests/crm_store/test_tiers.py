"""Levels: reached, kept, lost, and what they give."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, earning_rules, members, points, tiers
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.language import Language
from crm_store.members import Member
from crm_store.tiers import TierChange
from tests.crm_store.policy.shop_files import changed

DAY = timedelta(days=1)


async def joined(session: AsyncSession) -> Member:
    await tiers.ensure_defaults(session)
    return await members.create(session)


async def buy(session: AsyncSession, member: Member, amount: int, key: str) -> None:
    await points.earn(session, member.id, points=amount, reason="purchase", key=key)


TEXTS = "{zh-Hans: 一, zh-Hant: 一, en: one}"


def levels(*rows: str) -> str:
    """A policy with those levels, each `code needs rate`."""
    told = "".join(
        f"  - {{code: {code}, needs: {needs}, earn_rate: {rate}, names: {TEXTS}, benefits: {{}}}}\n"
        for code, needs, rate in (row.split() for row in rows)
    )
    return f"complaints: {{reply_share: {{}}, severity_raised: {{}}}}\ntiers:\n{told}"


class TestPolicy:
    async def test_levels_change_their_places_and_one_goes(self, session: AsyncSession) -> None:
        golden, member = await joined(session), await members.create(session)
        await buy(session, golden, 6000, "a")
        await buy(session, member, 1200, "b")
        for each in (golden, member):
            await tiers.recompute(session, each)
        assert (golden.tier_code, member.tier_code) == ("gold", "silver")

        with changed(levels("bronze 0 1", "platinum 1000 2", "silver 5000 3", "amber 20000 4")):
            found = await tiers.ensure_defaults(session)
            table = [(tier.code, tier.rank, tier.threshold_points) for tier in found]
            assert table == [("bronze", 0, 0), ("platinum", 1, 1000), ("silver", 2, 5000), ("amber", 3, 20000)]
            assert [change.to_tier for change in await tiers.changes(session, golden.id)] == ["silver", "gold"]
            assert tiers.name("amber", Language.EN) == "one"
            await tiers.recompute(session, member)
            assert member.tier_code == "platinum"

        assert len(await tiers.ensure_defaults(session)) == 4
        assert tiers.name("amber", Language.EN) == "amber"

    async def test_a_lower_threshold_is_reached_sooner(self, session: AsyncSession) -> None:
        with changed(levels("bronze 0 1", "silver 200 5")):
            member = await joined(session)
            await buy(session, member, 250, "a")
            await tiers.recompute(session, member)
            assert member.tier_code == "silver"
            assert earning_rules.points_for(10_00, await tiers.get(session, "silver")) == 50

    async def test_who_joins_has_the_lowest_level_whatever_it_is_called(self, session: AsyncSession) -> None:
        with changed(levels("paper 0 1", "stone 10 1")):
            assert (await joined(session)).tier_code == "paper"

    async def test_a_benefit_names_the_levels_own_rate(self, session: AsyncSession) -> None:
        own = levels("bronze 0 7").replace("benefits: {}", "benefits: {earn_rate: {zh-Hans: '得 {earn_rate} 分', "
            "zh-Hant: '得 {earn_rate} 分', en: 'earns {earn_rate}'}}")  # fmt: skip
        with changed(own):
            await tiers.ensure_defaults(session)
            (benefit,) = await tiers.benefits(session, "bronze")
            assert benefit.texts["en"] == "earns 7"


class TestDefaults:
    async def test_repeating_changes_nothing(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        levels = await tiers.ensure_defaults(session)
        table = [(tier.code, tier.threshold_points, tier.earn_rate) for tier in levels]
        assert table == [("bronze", 0, 1), ("silver", 1000, 2), ("gold", 5000, 3), ("platinum", 20000, 4)]

    async def test_every_benefit_is_told_in_three_languages(self, session: AsyncSession) -> None:
        for tier in await tiers.ensure_defaults(session):
            assert set(tier.names) == set(Language)
            benefits = await tiers.benefits(session, tier.code)
            assert benefits
            for benefit in benefits:
                assert set(benefit.texts) == set(Language)
                assert all(text.strip() for text in benefit.texts.values())
                assert tiers.benefit_name(benefit.code, Language.EN)
            rate = next(benefit for benefit in benefits if benefit.code == "earn_rate")
            assert all(str(tier.earn_rate) in text for text in rate.texts.values())

    async def test_free_shipping_begins_with_gold(self, session: AsyncSession) -> None:
        member = await joined(session)
        given = {}
        for tier in await tiers.all_tiers(session):
            member.tier_code = tier.code
            given[tier.code] = await tiers.has_benefit(session, member, "free_shipping")
        assert given == {"bronze": False, "silver": False, "gold": True, "platinum": True}


class TestProgress:
    async def test_a_new_member_needs_everything(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        standing = await tiers.progress(session, await joined(session))
        assert (standing.current.code, standing.earned, standing.needed) == ("bronze", 0, 1000)
        assert standing.next is not None
        assert standing.next.code == "silver"
        assert standing.kept_until is None

    async def test_tells_what_is_missing_and_by_when(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await joined(session)
        first = clock.now()
        await buy(session, member, 1200, "o1")
        await tiers.recompute(session, member)
        frozen_clock.move(100 * DAY)
        await buy(session, member, 300, "o2")
        standing = await tiers.progress(session, member)
        assert (standing.current.code, standing.earned, standing.needed) == ("silver", 1500, 3500)
        assert standing.window_end == first.replace(year=first.year + 1)
        assert f"{standing.kept_until:%Y-%m-%d %H:%M:%S %z}" == "2027-12-22 23:59:59 +0800"

    async def test_the_top_needs_nothing_more(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await joined(session)
        await buy(session, member, 20000, "o1")
        await tiers.recompute(session, member)
        standing = await tiers.progress(session, member)
        assert (standing.current.code, standing.next, standing.needed) == ("platinum", None, 0)


class TestRecompute:
    @pytest.mark.parametrize(
        ("earned", "expected"),
        [(999, "bronze"), (1000, "silver"), (4999, "silver"), (5000, "gold"), (19999, "gold"), (20000, "platinum")],
    )
    async def test_thresholds(self, session: AsyncSession, earned: int, expected: str) -> None:
        member = await joined(session)
        await buy(session, member, earned, "o1")
        await tiers.recompute(session, member)
        assert member.tier_code == expected

    async def test_up_and_after_a_year_down_again_each_in_the_history(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await joined(session)
        await buy(session, member, 5200, "o1")
        up = await tiers.recompute(session, member)
        assert up is not None
        assert (up.from_tier, up.to_tier, up.earned_points) == ("bronze", "gold", 5200)
        assert await tiers.recompute(session, member) is None
        frozen_clock.move(200 * DAY)
        await buy(session, member, 1100, "o2")
        assert await tiers.recompute(session, member) is None
        frozen_clock.move(166 * DAY)
        assert (await tiers.progress(session, member)).in_grace
        assert await tiers.recompute(session, member) is None
        frozen_clock.move(29 * DAY)
        assert await tiers.recompute(session, member) is None, "the last day of the grace"
        frozen_clock.move(DAY)
        down = await tiers.recompute(session, member)
        assert down is not None
        assert (down.from_tier, down.to_tier, down.earned_points) == ("gold", "silver", 1100)
        assert [change.to_tier for change in await tiers.changes(session, member.id)] == ["silver", "gold"]

    async def test_gifts_spending_and_expiry_do_not_count_and_returns_take_back(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await joined(session)
        await buy(session, member, 900, "o1")
        await points.adjust(session, member.id, points=500, reason="goodwill", key="g")
        await points.earn(session, member.id, points=300, reason="birthday", key="b", qualifies=False)
        assert await tiers.recompute(session, member) is None
        await buy(session, member, 100, "o2")
        await points.spend(session, member.id, points=1500, reason="redeem", key="r")
        assert await tiers.recompute(session, member) is not None
        await points.reverse(session, entry_key="r", reason="x", key="r:back")
        await points.reverse(session, entry_key="o2", reason="return", key="o2:back")
        change = await tiers.recompute(session, member)
        assert change is not None
        assert (change.to_tier, change.earned_points) == ("bronze", 900)

    async def test_at_once_from_many_sides_writes_one_change(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await joined(session)
            await buy(session, member, 1000, "o1")

        async def recompute() -> None:
            async with database.transaction() as session:
                await tiers.recompute(session, await members.get(session, member.id))

        await asyncio.gather(*(recompute() for _ in range(10)))
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(TierChange)) == 1
