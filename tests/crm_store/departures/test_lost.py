"""Who is lost: by their own word or by their silence, the most valuable first."""

from datetime import timedelta

import pytest

from crm_store import complaints, departures, members, value
from crm_store.departures import ExitCause, InterviewBy, NotDeparted, Way
from crm_store.policy import policy
from crm_store.risk import RiskLevel
from crm_store.value import LifeStage, MemberValue
from tests.crm_store.shop import make_member
from tests.crm_store.winback.gone import DAY, assessed, bought, leaving, silent


async def lost(session, limit=60):
    return await departures.lost(session, limit=limit)


class TestLost:
    async def test_by_word_and_by_silence_the_most_valuable_first(self, session, frozen_clock):
        poor, rich, gone = await silent(session, yuan=300), await silent(session, yuan=5_000), await leaving(session)
        found = await lost(session)
        assert [(each.member.id, each.way, each.value_minor) for each in found] == [
            (rich.id, Way.SILENT, 500_000), (gone.id, Way.LEFT, 90_000), (poor.id, Way.SILENT, 30_000),
        ]  # fmt: skip
        assert [found[0].since, found[1].since] == [frozen_clock.moment - 300 * DAY, frozen_clock.moment]
        assert found[1].last_order_at == frozen_clock.moment - 100 * DAY
        assert len(await lost(session, limit=2)) == 2

    @pytest.mark.parametrize(
        ("stopped", "level", "is_lost"),
        [(0.9, "high", True), (0.899, "high", False), (0.5, "lost", True), (None, "low", False)],
    )
    async def test_silence_counts_from_the_policys_chance_on(self, session, stopped, level, is_lost):
        await silent(session, stopped=stopped, level=RiskLevel(level))
        assert bool(await lost(session)) is is_lost

    async def test_the_newest_assessment_decides(self, session, frozen_clock):
        member = await silent(session, at=frozen_clock.moment - DAY)
        await assessed(session, member, stopped=0.1)
        assert await lost(session) == []

    async def test_whoever_has_bought_since_is_back(self, session, frozen_clock):
        member = await silent(session, at=frozen_clock.moment - 2 * DAY)
        await bought(session, member, days_ago=1)
        assert await lost(session) == []
        assert await departures.of_member(session, member.id) is None

    async def test_whoever_stays_is_not_lost(self, session):
        member = await leaving(session)
        await members.keep(session, member)
        assert await lost(session) == []

    async def test_the_erased_are_nobody_to_win_back(self, session):
        await members.erase(session, await leaving(session))
        assert await lost(session) == []

    async def test_leaving_and_having_left_are_one_departure(self, session, frozen_clock):
        member = await leaving(session)
        [first] = await lost(session)
        frozen_clock.move(timedelta(days=3))
        await members.leave(session, member)
        [second] = await lost(session)
        assert (second.key, second.since) == (first.key, first.since)
        await members.keep(session, member)
        await members.request_cancellation(session, member)
        [third] = await lost(session)
        assert third.key != first.key
        assert third.since == frozen_clock.moment

    async def test_of_silent_ones_only_the_stages_of_the_policy(self, session, frozen_clock):
        """With a valuation its stage decides, and what it expects is added to what was spent."""
        member = await silent(session, yuan=1_000)
        run = await value.begin(session, key="day:1")
        run.finished_at = frozen_clock.moment
        found = MemberValue(
            run_id=run.id, member_id=member.id, spend_minor=0, orders=0, purchases=1, recency=1, frequency=1,
            monetary=1, expected_orders=0.2, lifetime_minor=5_000, is_vital=False, stage=LifeStage.FIRST_BUYER,
            attitude=None,
        )  # fmt: skip
        session.add(found)
        await session.flush()
        assert [each.value_minor for each in await lost(session)] == [105_000]
        found.stage = LifeStage.PROSPECT
        assert LifeStage.PROSPECT not in policy().win_back.stages
        await session.flush()
        assert await lost(session) == []

    async def test_what_is_open_with_them(self, session):
        member = await leaving(session)
        await complaints.file(
            session, member_id=member.id, conversation_id=None, category="price", description="太贵", key="c1",
            identity_id=None,
        )  # fmt: skip
        [found] = await lost(session)
        assert found.open == {"complaints": 1, "promises": 1}


class TestInterview:
    async def test_one_for_each_departure_whoever_tells_it(self, session, frozen_clock):
        member = await leaving(session)
        first = await departures.interview(
            session, member.id, by=InterviewBy.MEMBER, key="chat:1", causes=["price"], words=" 太贵了 "
        )
        assert (first.causes, first.words, first.wish, first.may_contact) == (["price"], "太贵了", "", None)
        frozen_clock.move(DAY)
        second = await departures.interview(
            session, member.id, by=InterviewBy.AGENT, key="call:1", causes=["delivery", "price", "delivery"],
            wish="送快一点", may_contact=True, agent_id=None,
        )  # fmt: skip
        assert second.id == first.id
        assert (second.causes, second.words, second.wish) == (["delivery", "price"], "太贵了", "送快一点")
        assert (second.may_contact, second.by, second.amended_at) == (True, "agent", frozen_clock.moment)

    async def test_a_repeat_changes_nothing_also_after_another(self, session):
        member = await leaving(session)
        for key, words in (("a", "一"), ("b", "二"), ("a", "一")):
            found = await departures.interview(session, member.id, by=InterviewBy.MEMBER, key=key, words=words)
        assert (found.words, found.keys) == ("二", ["a", "b"])

    async def test_another_departure_has_its_own(self, session):
        member = await leaving(session)
        await departures.interview(session, member.id, by=InterviewBy.MEMBER, key="a", causes=["price"])
        await members.keep(session, member)
        await members.request_cancellation(session, member)
        await departures.interview(session, member.id, by=InterviewBy.MEMBER, key="b", causes=["moved"])
        assert sorted(each.causes[0] for each in await departures.interviews(session, member.id)) == ["moved", "price"]

    async def test_who_is_with_us_is_not_asked(self, session):
        member = await make_member(session)
        with pytest.raises(NotDeparted):
            await departures.interview(session, member.id, by=InterviewBy.AGENT, key="a")

    async def test_a_cause_nobody_knows_is_refused(self, session):
        member = await leaving(session)
        with pytest.raises(ValueError, match="weather"):
            await departures.interview(session, member.id, by=InterviewBy.AGENT, key="a", causes=["weather"])


async def test_causes_are_counted_within_the_time(session, frozen_clock):
    told = (["price"], ["price", "delivery"], ["moved"])
    for place, causes in enumerate(told):
        member = await leaving(session)
        at = frozen_clock.moment - (2 - place) * DAY
        await departures.interview(session, member.id, by=InterviewBy.AGENT, key=str(place), causes=causes, at=at)
    since = frozen_clock.moment - 2 * DAY
    found = await departures.causes_told(session, since=since, until=frozen_clock.moment)
    assert (found.interviews, found.counts) == (2, {ExitCause.PRICE: 2, ExitCause.DELIVERY: 1})
    assert list(found.counts) == [ExitCause.PRICE, ExitCause.DELIVERY]
