"""A night's cases: who is worth one and may be asked, as many as a day has room for, some left alone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm_store import complaints, departures, followups, members, proactive, winback
from crm_store.departures import Departure, ExitInterview, InterviewBy, Way
from crm_store.errors import NotFound
from crm_store.followups import Approach, Arm, Proof, ProvedBy
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.proactive import Topic
from crm_store.winback import NotNow, WinBackCase, WinBackState, filling, rules
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.winback.gone import DAY, assessed, bought, leaving, silent

NOBODY_HELD = "win_back: {held_back: 0}"


async def cases(database):
    async with database.reading() as session:
        return list(await session.scalars(select(WinBackCase).order_by(WinBackCase.id)))


class TestFill:
    async def test_the_most_valuable_first_and_no_more_than_a_day_holds(self, database, frozen_clock):
        with changed("win_back: {held_back: 0, cases_a_day: 2}"):
            async with database.transaction() as session:
                ids = [(await silent(session, yuan=yuan)).id for yuan in (600, 3_000, 900, 400)]
            assert (await winback.fill(database)).opened == 2
            assert [each.member_id for each in await cases(database)] == [ids[1], ids[2]]
            assert (await winback.fill(database)).opened == 0
            frozen_clock.move(DAY)
            assert (await winback.fill(database)).opened == 1  # ¥400 is worth no case
        found = await cases(database)
        assert [each.member_id for each in found] == [ids[1], ids[2], ids[0]]
        assert {(each.way, each.state, each.arm, each.cause) for each in found} == {("silent", "open", "treated", None)}
        assert found[0].departed_at == frozen_clock.moment - 301 * DAY
        assert found[0].due_at > found[0].opened_at

    async def test_those_who_may_not_be_asked_take_no_transaction_each(self, database, frozen_clock):
        with changed(NOBODY_HELD):
            async with database.transaction() as session:
                people = [await silent(session) for _ in range(12)]
                for each in people[1:6]:
                    each.marketing_consent = False
                for each in people[6:]:
                    await proactive.stop(session, each, [Topic.OFFERS])
                wanted = await proactive.wanted_by(session, people)
                assert wanted == {each.id: await proactive.wanted(session, each) for each in people}
            before = database.traffic.writing
            assert (await winback.fill(database)).opened == 1
            # One proves earlier cases, one opens the only case.
            assert database.traffic.writing - before == 2
        assert [each.member_id for each in await cases(database)] == [people[0].id]

    async def test_two_nights_at_once_open_each_case_once(self, database, frozen_clock):
        with changed("win_back: {held_back: 0, cases_a_day: 3}"):
            async with database.transaction() as session:
                for _ in range(4):
                    await silent(session)
            await asyncio.gather(winback.fill(database), winback.fill(database))
        found = await cases(database)
        assert len(found) == 3
        assert len({each.member_id for each in found}) == 3

    async def test_those_left_alone_take_no_room_and_stay_hidden(self, database, frozen_clock):
        with changed("win_back: {held_back: 0.5, cases_a_day: 100}"):
            async with database.transaction() as session:
                for _ in range(24):
                    await silent(session)
            filled = await winback.fill(database)
        found = await cases(database)
        held = [each for each in found if each.state == WinBackState.HELD]
        assert (filled.held, filled.opened) == (len(held), 24 - len(held))
        assert {each.arm for each in held} == {Arm.CONTROL}
        assert 3 <= len(held) <= 21
        async with database.reading() as session:
            with pytest.raises(NotFound):
                await winback.get(session, held[0].id)

    async def test_the_way_back_and_another_silence_make_another_case(self, database, frozen_clock):
        with changed(NOBODY_HELD):
            async with database.transaction() as session:
                member = await silent(session)
            await winback.fill(database)
            frozen_clock.move(10 * DAY)
            async with database.transaction() as session:
                await bought(session, await members.get(session, member.id), days_ago=1)
            assert (await winback.fill(database)).proved == 1
            frozen_clock.move(400 * DAY)
            async with database.transaction() as session:
                await assessed(session, await members.get(session, member.id))
            await winback.fill(database)
        assert [each.state for each in await cases(database)] == [WinBackState.WON_BACK, WinBackState.OPEN]


class TestNotNow:
    async def reason(self, session, member, frozen_clock):
        return await filling.open_for(session, member.id, at=frozen_clock.moment)

    async def test_who_has_just_left_is_left_in_peace(self, session, frozen_clock):
        member = await leaving(session)
        await departures.interview(
            session, member.id, by=InterviewBy.MEMBER, key="a", causes=["price"], may_contact=True
        )
        rest = policy().win_back.rest_after_leaving
        frozen_clock.move(rest - timedelta(seconds=1))
        assert await self.reason(session, member, frozen_clock) is NotNow.JUST_LEFT
        frozen_clock.move(timedelta(seconds=1))
        case = await self.reason(session, member, frozen_clock)
        assert (case.cause, case.arm, case.state, case.approach) == ("price", None, "open", "price")

    @pytest.mark.parametrize("answer", [None, False])
    async def test_who_left_without_a_yes_is_not_asked(self, session, frozen_clock, answer):
        member = await leaving(session)
        await departures.interview(session, member.id, by=InterviewBy.MEMBER, key="a", may_contact=answer)
        frozen_clock.move(30 * DAY)
        assert await self.reason(session, member, frozen_clock) is NotNow.REFUSED

    async def test_silent_ones_need_the_consent_to_offers(self, session, frozen_clock):
        member = await silent(session, consents=False)
        assert await self.reason(session, member, frozen_clock) is NotNow.REFUSED
        other = await silent(session)
        await proactive.stop(session, other, [Topic.OFFERS])
        assert await self.reason(session, other, frozen_clock) is NotNow.REFUSED

    async def test_a_complaint_is_settled_first(self, session, frozen_clock):
        member = await silent(session)
        await complaints.file(
            session, member_id=member.id, conversation_id=None, category="price", description="太贵", key="c1",
            identity_id=None,
        )  # fmt: skip
        assert await self.reason(session, member, frozen_clock) is NotNow.COMPLAINT_OPEN

    async def test_a_follow_up_is_not_doubled(self, session, frozen_clock):
        member = await silent(session)
        await followups.open(
            session, member_id=member.id, cause="buying_less:1", reasons=[], score=0.9, due_at=frozen_clock.moment,
            suggested_approach=Approach.INVITE_BACK, arm=Arm.CONTROL,
        )  # fmt: skip
        assert await self.reason(session, member, frozen_clock) is NotNow.FOLLOWED_UP

    async def test_who_is_worth_little_is_not(self, session, frozen_clock):
        member = await silent(session, yuan=499)
        assert await self.reason(session, member, frozen_clock) is NotNow.WORTH_TOO_LITTLE
        assert isinstance(await self.reason(session, await silent(session, yuan=500), frozen_clock), WinBackCase)

    async def test_who_is_back_needs_none(self, session, frozen_clock):
        member = await silent(session, at=frozen_clock.moment - 2 * DAY)
        await bought(session, member, days_ago=1)
        assert await self.reason(session, member, frozen_clock) is NotNow.BACK


@given(
    status=st.sampled_from(list(MemberStatus)),
    answer=st.sampled_from([None, True, False]),
    offers=st.booleans(),
    stopped_after=st.sampled_from([None, -1, 1]),
)
def test_nobody_is_asked_back_against_their_word(status, answer, offers, stopped_after):
    """Whoever said no, stopped all marketing after a yes, was erased, or left without a yes is never asked."""
    said = datetime(2026, 11, 1, tzinfo=UTC)
    member = Member(status=status, opted_out_at=None if stopped_after is None else said + stopped_after * DAY)
    interview = ExitInterview(may_contact=answer, at=said, amended_at=None)
    allowed = rules.may_ask(member, interview, wanted={Topic.OFFERS} if offers else set())
    if answer is False or status == MemberStatus.ERASED or (answer and stopped_after == 1):
        assert not allowed
    elif answer:
        assert allowed
    else:
        assert allowed == (status == MemberStatus.ACTIVE and offers)


@given(st.integers(1, 10_000), st.dates())
def test_who_is_left_alone_is_drawn_alike_every_time(member_id, day):
    departure = Departure(
        member=Member(id=member_id), way=Way.SILENT, key=f"silent:{day}", since=None, value_minor=1, last_order_at=None
    )
    assert filling._arm(departure) == filling._arm(departure)


class TestProof:
    async def opened(self, database):
        async with database.transaction() as session:
            member = await silent(session)
        await winback.fill(database)
        return member

    async def test_only_a_purchase_wins_back_whatever_was_clicked(self, database, frozen_clock):
        with changed(NOBODY_HELD):
            member = await self.opened(database)
            async with database.transaction() as session:
                [case] = await session.scalars(select(WinBackCase))
                with pytest.raises(winback.OutcomeIsProved):
                    await winback.record_outcome(session, case, outcome=WinBackState.WON_BACK, agent_id=1)
            frozen_clock.move(3 * DAY)
            async with database.transaction() as session:
                await bought(session, await members.get(session, member.id), days_ago=1)
            assert (await winback.fill(database)).proved == 1
        [case] = await cases(database)
        assert (case.state, case.proof, case.proved_by) == ("won_back", Proof.SAVED, ProvedBy.PURCHASE)
        assert case.proved_at == frozen_clock.moment - DAY
        assert (await winback.fill(database)).proved == 0

    async def test_a_purchase_after_the_time_comes_too_late(self, database, frozen_clock):
        with changed(NOBODY_HELD):
            member = await self.opened(database)
            within = policy().win_back.proof_within
            frozen_clock.move(within)
            assert (await winback.fill(database)).proved == 0
            frozen_clock.move(timedelta(hours=1))
            async with database.transaction() as session:
                await bought(session, await members.get(session, member.id), days_ago=0.01)
            assert (await winback.fill(database)).proved == 1
        [case] = await cases(database)
        assert (case.state, case.proof, case.proved_by) == ("lapsed", Proof.LOST, ProvedBy.SILENCE)

    async def test_both_groups_are_proved_and_compared(self, database, frozen_clock):
        with changed("win_back: {held_back: 0.5, cases_a_day: 100}"):
            async with database.transaction() as session:
                for _ in range(24):
                    await silent(session)
            filled = await winback.fill(database)
            back = (await cases(database))[0]
            frozen_clock.move(5 * DAY)
            async with database.transaction() as session:
                await bought(session, await members.get(session, back.member_id), days_ago=1)
            frozen_clock.move(policy().win_back.proof_within)
            assert (await winback.fill(database)).proved == 24
        async with database.reading() as session:
            report = await winback.report(session, over=timedelta(days=365))
        assert (report.treated.members, report.control.members) == (filled.opened, filled.held)
        assert report.treated.saved + report.control.saved == 1
        assert report.waiting == 0
        assert sum(report.states.values()) == filled.opened
        assert report.uplift is not None
