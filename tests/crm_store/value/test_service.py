"""A run over everybody, and single members by its yardstick."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.jobs.value import value_members
from crm_store import interactions, members, surveys, value
from crm_store.clock import FrozenClock, now
from crm_store.db import Database
from crm_store.value import LifeStage, MemberValue, Method, ValueRun
from tests.crm_store.shop import SHOES, TEA, make_member, make_order

pytestmark = pytest.mark.usefixtures("frozen_clock")
DAY = timedelta(days=1)


async def shop(database: Database, count: int = 8) -> list[int]:
    """Members of whom each bought once more than the one before; the first never."""
    async with database.transaction() as session:
        ids = []
        for number in range(count):
            member = await make_member(session, joined_at=now() - 400 * DAY)
            ids.append(member.id)
            for order in range(number):
                await make_order(session, member, placed_at=now() - (order * 20 + number) * DAY)
        return ids


class TestRun:
    async def test_once_a_day_and_a_members_page_says_the_same(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        ids = await shop(database)
        assert await value_members(database) == 8
        assert await value_members(database) == 0
        async with database.reading() as session:
            rows = {each.member_id: each for each in await session.scalars(select(MemberValue))}
            for member_id in ids:
                row, page = rows[member_id], await value.of_member(session, member_id)
                assert (page.rfm, page.lifetime_minor, page.stage, page.is_vital, page.purchases, page.spend_minor) == (
                    f"{row.recency}{row.frequency}{row.monetary}",
                    row.lifetime_minor, row.stage, row.is_vital, row.purchases, row.spend_minor,
                )  # fmt: skip
            run = await value.latest_run(session)
        assert run is not None
        assert (run.members, run.buyers, run.spend_minor) == (8, 7, 28 * 39_900)
        assert run.curve[-1] == [1, 1]

    async def test_a_shop_that_is_filled_during_the_day_is_valued_that_day(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        assert await value_members(database) == 0
        await shop(database)
        assert await value_members(database) == 8

    async def test_the_next_night_takes_the_place_of_the_last(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await shop(database, 3)
        await value_members(database)
        frozen_clock.move(DAY)
        assert await value_members(database) == 3
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(ValueRun)) == 2
            assert await session.scalar(select(func.count()).select_from(MemberValue)) == 3

    async def test_a_run_under_way_is_left_alone_and_one_that_died_is_begun_anew(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await shop(database, 3)
        async with database.transaction() as session:
            died = await value.begin(session, key="day:2026-11-22")
            assert died is not None
        assert await value_members(database) == 0
        frozen_clock.move(timedelta(hours=3))
        assert await value_members(database) == 3
        async with database.reading() as session:
            assert [run.finished_at is not None for run in await session.scalars(select(ValueRun))] == [True]

    async def test_nothing_is_seen_of_a_run_before_it_has_finished(self, database: Database) -> None:
        [_, buyer] = await shop(database, 2)
        async with database.transaction() as session:
            run = await value.begin(session, key="k")
            assert run is not None
        async with database.reading(bulk=True) as session:
            appraised = value.appraise(await value.everybody(session, at=now()))
        async with database.transaction() as session:
            for rows in appraised.rows(run.id, 10):
                await value.write(session, rows)
            assert await value.latest_run(session) is None
            assert await value.most_valuable(session, limit=5) == []
            await value.finish(session, run.id, appraised)
            assert (await value.latest_run(session)) is not None
        assert buyer in appraised.found.member_ids

    async def test_who_left_is_not_valued_and_who_joined_later_neither(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        left, stayed, _ = await shop(database, 3)
        async with database.transaction() as session:
            await members.leave(session, await members.get(session, left))
            await make_member(session, joined_at=now() + DAY)
        frozen_clock.move(timedelta(hours=1))
        async with database.reading(bulk=True) as session:
            found = await value.everybody(session, at=now())
        assert left not in found.member_ids
        assert stayed in found.member_ids
        assert len(found.member_ids) == 2

    async def test_a_shop_without_members(self, database: Database) -> None:
        assert await value_members(database) == 0
        async with database.reading() as session:
            run = await value.latest_run(session)
        assert run is not None
        assert (run.members, run.curve) == (0, [])

    @pytest.mark.parametrize("repeats", [20, 105])
    async def test_with_enough_buyers_models_are_fitted(self, database: Database, repeats: int) -> None:
        await buyers(database, repeats)
        await value_members(database)
        async with database.reading() as session:
            run = await value.latest_run(session)
            assert run is not None
            best = await value.most_valuable(session, limit=3)
        assert value.Yardstick.of(run.yardstick).method is (Method.PAST_RATE if repeats < 100 else Method.BG_NBD)
        amounts = [each.lifetime_minor for _, each in best]
        assert amounts == sorted(amounts, reverse=True)
        assert len(amounts) == 3

    async def test_models_are_sought_once_a_week_and_after_an_import(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await buyers(database, 105)
        fitted = []
        for days, key in ((0, None), (1, None), (1, "import:1"), (1, None), (6, None)):
            frozen_clock.move(days * DAY)
            await value_members(database, key=key)
            async with database.reading() as session:
                fitted.append((await value.yardstick_in_force(session)).fitted_at)
        began, after_import, a_week_later = fitted[0], fitted[2], fitted[4]
        assert fitted == [began, began, after_import, after_import, a_week_later]
        assert began < after_import < a_week_later


async def buyers(database: Database, count: int) -> None:
    """Members who came back once or twice, at paces of their own."""
    async with database.transaction() as session:
        for number in range(count):
            member = await make_member(session)
            for order in range(2 + number % 2):
                at = now() - (number + order * (7 + number % 50)) * DAY
                await make_order(session, member, items=[SHOES] if order % 2 else [TEA], placed_at=at)


class TestWorth:
    async def test_of_who_stays_away_it_is_what_they_used_to_spend(self, database: Database) -> None:
        ids = await shop(database)
        await value_members(database)
        async with database.reading() as session:
            worth = await value.worth_by_member(session, ids)
            spent = await value.spend_by_member(session, ids)
            rows = {each.member_id: each for each in await session.scalars(select(MemberValue))}
        assert worth == {each: max(spent[each], rows[each].lifetime_minor) for each in ids}
        assert worth[ids[0]] == 0


class TestOfMember:
    async def test_money_in_other_currencies_is_told_apart(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            await make_order(session, member)
            await make_order(session, member, currency="USD", items=[TEA])
            found = await value.of_member(session, member.id)
            assert (found.spend_minor, found.orders, found.purchases) == (39_900, 2, 2)
            assert found.elsewhere == {"USD": 16_000}
            assert await value.spend_by_member(session, [member.id]) == {member.id: 39_900}

    async def test_stage_rises_with_what_the_member_does(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            stages = [(await value.of_member(session, member.id)).stage]
            await interactions.record(session, member_id=member.id, channel="web", outcome="answered")
            stages.append((await value.of_member(session, member.id)).stage)
            for _ in range(2):
                await make_order(session, member)
                stages.append((await value.of_member(session, member.id)).stage)
            for score, key in ((3, "a"), (9, "b")):
                at = now() - (DAY if key == "a" else timedelta())
                await surveys.record_answer(session, kind="nps", score=score, member_id=member.id, key=key, at=at)
            stages.append((await value.of_member(session, member.id)).stage)
        assert stages == list(LifeStage)

    async def test_a_discount_or_a_price_below_the_list_is_a_reduced_purchase(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await make_member(session)
            await make_order(session, member)
            await make_order(session, member, discount_minor=5_000)
            found = await value.everybody(session, at=now(), only=[member.id])
        assert (found.purchases[0], found.reduced[0], found.spend[0]) == (2, 1, 39_900 + 34_900)
