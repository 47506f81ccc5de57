import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from crm_store import followups
from crm_store.errors import NotFound
from crm_store.followups import FollowUp, FollowUpDone, FollowUpOutcome, FollowUpStatus, FollowUpTaken
from tests.crm_store.inbox import make_agent
from tests.crm_store.shop import make_member, make_order

REASONS = [{"code": "anger", "weight": 0.5, "facts": {"anger": 0.9}}]


async def task(session, member, clock, *, cause="anger:1", score=0.7, due_in=timedelta(hours=2), **more):
    return await followups.open(
        session,
        member_id=member.id,
        cause=cause,
        reasons=REASONS,
        score=score,
        suggested_approach="calm_and_listen",
        due_at=clock.moment + due_in,
        **more,
    )


class TestOpen:
    async def test_with_the_value_of_the_moment(self, session, frozen_clock):
        member = await make_member(session)
        await make_order(session, member)
        made = await task(session, member, frozen_clock)
        assert (made.value_minor, made.status, made.reasons) == (39_900, FollowUpStatus.OPEN, REASONS)

    async def test_never_two_for_the_same_open_cause(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        first = await task(session, member, frozen_clock)
        due = first.due_at
        frozen_clock.move(timedelta(hours=1))
        again = await task(session, member, frozen_clock, score=0.9)
        assert again is first
        assert (first.score, first.due_at) == (0.9, due)
        await followups.record_outcome(session, first, outcome="contacted", agent_id=agent)
        assert await task(session, member, frozen_clock) is not first

    async def test_another_cause_is_another_task(self, session, frozen_clock):
        member = await make_member(session)
        first, second = [await task(session, member, frozen_clock, cause=cause) for cause in ("anger:1", "leaving")]
        assert list(await followups.for_member(session, member.id)) == [second, first]

    async def test_not_even_at_the_same_moment(self, database, frozen_clock):
        async with database.transaction() as session:
            member = await make_member(session)

        async def one():
            async with database.transaction() as session:
                return (await task(session, member, frozen_clock)).id

        assert len(set(await asyncio.gather(*(one() for _ in range(8))))) == 1


class TestOpenList:
    async def test_most_at_stake_first(self, session, frozen_clock):
        rich, poor, new, newer = [await make_member(session) for _ in range(4)]
        for _ in range(3):
            await make_order(session, rich)
        await make_order(session, poor)
        await task(session, new, frozen_clock, score=0.9)
        await task(session, newer, frozen_clock, score=0.95)
        await task(session, poor, frozen_clock, score=0.95)
        await task(session, rich, frozen_clock, score=0.6)
        listed = await followups.open_list(session)
        assert [each.member for each in listed] == [rich, poor, newer, new]
        assert listed[0].stake_minor == pytest.approx(3 * 39_900 * 0.6)
        assert [each.member for each in await followups.open_list(session, limit=1)] == [rich]

    async def test_of_equals_the_one_due_first_and_then_the_one_opened_first(self, session, frozen_clock):
        later, soon, as_soon = [
            await task(session, await make_member(session), frozen_clock, due_in=timedelta(hours=hours))
            for hours in (3, 1, 1)
        ]
        assert [each.follow_up for each in await followups.open_list(session)] == [soon, as_soon, later]

    async def test_what_is_done_is_gone_and_an_owner_sees_the_own(self, session, frozen_clock):
        one, two, agent = await make_member(session), await make_member(session), await make_agent(session)
        done, mine = await task(session, one, frozen_clock), await task(session, two, frozen_clock)
        await followups.claim(session, mine, agent_id=agent)
        await followups.record_outcome(session, done, outcome="not_needed", agent_id=agent)
        assert [each.follow_up for each in await followups.open_list(session)] == [mine]
        assert [each.follow_up for each in await followups.open_list(session, owner_id=agent)] == [mine]
        assert await followups.open_list(session, owner_id=agent + 1) == []


class TestClaim:
    async def test_one_agent_at_a_time(self, session, frozen_clock):
        first, second = await make_agent(session), await make_agent(session)
        made = await task(session, await make_member(session), frozen_clock)
        for _ in range(2):
            await followups.claim(session, made, agent_id=first)
        with pytest.raises(FollowUpTaken) as refused:
            await followups.claim(session, made, agent_id=second)
        assert refused.value.owner_id == first
        await followups.release(session, made)
        assert (await followups.claim(session, made, agent_id=second)).owner_id == second

    async def test_what_was_written_since_it_was_read_counts(self, session, frozen_clock):
        first, second = await make_agent(session), await make_agent(session)
        made = await task(session, await make_member(session), frozen_clock)
        await session.execute(update(FollowUp).values(owner_id=first), execution_options={"synchronize_session": False})
        with pytest.raises(FollowUpTaken):
            await followups.claim(session, made, agent_id=second)

    async def test_of_two_at_once_one_gets_it(self, database, frozen_clock):
        async with database.transaction() as session:
            agents = [await make_agent(session) for _ in range(4)]
            made = await task(session, await make_member(session), frozen_clock)

        async def one(agent):
            async with database.transaction() as session:
                return await followups.claim(session, made, agent_id=agent)

        results = await asyncio.gather(*(one(agent) for agent in agents), return_exceptions=True)
        assert sum(isinstance(result, FollowUpTaken) for result in results) == 3


class TestGet:
    async def test_by_its_id_or_not_at_all(self, session, frozen_clock):
        made = await task(session, await make_member(session), frozen_clock)
        assert await followups.get(session, made.id) is made
        with pytest.raises(NotFound):
            await followups.get(session, made.id + 1)


class TestRecordOutcome:
    async def test_once_with_who_and_when(self, session, frozen_clock):
        agent, other = await make_agent(session), await make_agent(session)
        made = await task(session, await make_member(session), frozen_clock)
        await followups.record_outcome(session, made, outcome="contacted", agent_id=agent, note="送了一张券")
        assert (made.outcome, made.outcome_by_id, made.outcome_at) == ("contacted", agent, frozen_clock.moment)
        assert (made.status, made.outcome_note) == (FollowUpStatus.DONE, "送了一张券")
        with pytest.raises(FollowUpDone) as refused:
            await followups.record_outcome(session, made, outcome="not_needed", agent_id=other)
        assert (refused.value.outcome, refused.value.by_id) == ("contacted", agent)

    async def test_each_step_has_its_own_moment_and_the_owner_stays(self, session, frozen_clock):
        owner, other = await make_agent(session), await make_agent(session)
        opened, claimed, ended = [frozen_clock.moment - timedelta(hours=hours) for hours in (3, 2, 1)]
        made = await task(session, await make_member(session), frozen_clock, at=opened)
        await followups.claim(session, made, agent_id=owner, at=claimed)
        await followups.claim(session, made, agent_id=owner)
        await followups.record_outcome(session, made, outcome="contacted", agent_id=other, at=ended)
        assert (made.opened_at, made.claimed_at, made.outcome_at) == (opened, claimed, ended)
        assert (made.owner_id, made.outcome_by_id) == (owner, other)

    async def test_who_ends_what_nobody_has_taken_is_its_owner(self, session, frozen_clock):
        agent = await make_agent(session)
        made = await task(session, await make_member(session), frozen_clock)
        assert (await followups.record_outcome(session, made, outcome="not_needed", agent_id=agent)).owner_id == agent

    async def test_an_outcome_that_does_not_exist_is_refused(self, session, frozen_clock):
        made = await task(session, await make_member(session), frozen_clock)
        with pytest.raises(ValueError, match="perhaps"):
            await followups.record_outcome(session, made, outcome="perhaps", agent_id=await make_agent(session))
        assert made.status == FollowUpStatus.OPEN


class TestOutcomes:
    async def test_counted_over_a_period(self, session, frozen_clock):
        agent, since = await make_agent(session), frozen_clock.moment
        for outcome in ("contacted", "contacted", "no_answer"):
            made = await task(session, await make_member(session), frozen_clock)
            await followups.record_outcome(session, made, outcome=outcome, agent_id=agent)
        frozen_clock.move(timedelta(days=1))
        assert await followups.outcomes(session, since=since) == {
            FollowUpOutcome.CONTACTED: 2,
            FollowUpOutcome.NO_ANSWER: 1,
            FollowUpOutcome.NOT_NEEDED: 0,
        }
        assert sum((await followups.outcomes(session, since=frozen_clock.moment)).values()) == 0

    async def test_the_first_moment_counts_and_the_last_does_not(self, session, frozen_clock):
        agent, moment = await make_agent(session), frozen_clock.moment
        made = await task(session, await make_member(session), frozen_clock)
        await followups.record_outcome(session, made, outcome="contacted", agent_id=agent)
        frozen_clock.move(timedelta(days=2))
        day = timedelta(days=1)
        assert (await followups.outcomes(session, since=moment, until=moment + day))["contacted"] == 1
        assert (await followups.outcomes(session, since=moment - day, until=moment))["contacted"] == 0


class TestReleaseAll:
    async def test_what_an_agent_claimed_and_did_not_finish_is_everybodys_again(self, session, frozen_clock):
        member, agent, other = await make_member(session), await make_agent(session), await make_agent(session)
        mine, done = [await task(session, member, frozen_clock, cause=f"anger:{number}") for number in (1, 2)]
        theirs = await task(session, member, frozen_clock, cause="anger:3")
        for follow_up, owner in ((mine, agent), (done, agent), (theirs, other)):
            await followups.claim(session, follow_up, agent_id=owner)
        await followups.record_outcome(session, done, outcome="contacted", agent_id=agent)
        assert await followups.release_all(session, agent) == 1
        assert (mine.owner_id, done.owner_id, theirs.owner_id) == (None, agent, other)
