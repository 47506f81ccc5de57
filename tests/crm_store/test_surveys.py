from datetime import timedelta

import pytest

from crm_store import complaints, conversations, followups, low_scores, members, messages, proactive, surveys
from crm_store.errors import KeyReused
from crm_store.policy import policy
from crm_store.proactive import Topic
from crm_store.surveys import SCALES, ScoreOutOfRange, SurveyKind
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member

MINUTE = timedelta(minutes=1)


class TestRecordAnswer:
    @pytest.mark.parametrize(("kind", "low", "high"), [("csat", 1, 5), ("ces", 1, 7), ("nps", 0, 10)])
    async def test_the_whole_scale_and_nothing_beside_it(self, session, kind, low, high):
        for score in range(low, high + 1):
            await surveys.record_answer(session, kind=kind, score=score, key=f"{kind}{score}")
        for score in (low - 1, high + 1):
            with pytest.raises(ScoreOutOfRange) as refused:
                await surveys.record_answer(session, kind=kind, score=score, key="outside")
            assert (refused.value.low, refused.value.high) == (low, high)

    async def test_twice_by_key_counts_once_and_a_later_comment_is_added(self, session):
        member = await make_member(session)
        first = await surveys.record_answer(session, kind="csat", score=2, key="m1", member_id=member.id)
        again = await surveys.record_answer(
            session, kind="csat", score=5, key="m1", member_id=member.id, comment="等太久"
        )
        assert again is first
        assert (first.score, first.comment) == (2, "等太久")
        assert list(await surveys.for_member(session, member.id)) == [first]
        with pytest.raises(KeyReused):
            await surveys.record_answer(session, kind="nps", score=5, key="m1", member_id=member.id)


class TestMayAsk:
    @pytest.mark.parametrize("kind", list(SurveyKind))
    async def test_not_again_too_soon_even_without_an_answer(self, session, frozen_clock, kind):
        member = await make_member(session)
        assert await surveys.may_ask(session, member.id, kind)
        await surveys.record_asked(session, kind=kind, member_id=member.id, key="a1")
        await surveys.record_asked(session, kind=kind, member_id=member.id, key="a1")
        frozen_clock.move(policy().surveys.ask_again_after[kind] - MINUTE)
        assert not await surveys.may_ask(session, member.id, kind)
        frozen_clock.move(MINUTE)
        assert await surveys.may_ask(session, member.id, kind)

    async def test_the_rest_holds_for_the_same_kind_too(self, session, frozen_clock):
        member = await make_member(session)
        await surveys.record_asked(session, kind="csat", member_id=member.id, key="a1")
        with changed("surveys: {ask_again_after: {csat: 1 day}}"):
            frozen_clock.move(timedelta(days=13))
            assert not await surveys.may_ask(session, member.id, "csat")
            frozen_clock.move(timedelta(days=1))
            assert await surveys.may_ask(session, member.id, "csat")

    async def test_an_answer_nobody_asked_for_counts_too(self, session, frozen_clock):
        member = await make_member(session)
        await surveys.record_answer(session, kind="csat", score=5, key="m1", member_id=member.id)
        assert not await surveys.may_ask(session, member.id, "csat")

    async def test_after_one_kind_rest_from_all_others(self, session, frozen_clock):
        member = await make_member(session)
        await surveys.record_asked(session, kind="csat", member_id=member.id, key="a1")
        frozen_clock.move(policy().surveys.rest - MINUTE)
        assert not await surveys.may_ask(session, member.id, "nps")
        frozen_clock.move(MINUTE)
        assert await surveys.may_ask(session, member.id, "nps")

    @pytest.mark.parametrize("kind", list(SurveyKind))
    async def test_nothing_is_asked_while_a_complaint_is_open(self, session, kind):
        member = await make_member(session)
        await complaints.file(
            session, member_id=member.id, conversation_id=None, category="other", description="?", key="m1"
        )
        assert not await surveys.may_ask(session, member.id, kind)

    async def test_who_wants_no_surveys_is_not_asked(self, session):
        member = await make_member(session)
        await proactive.stop(session, member, [Topic.SURVEYS])
        assert not await surveys.may_ask(session, member.id, "csat")
        await proactive.want(session, member, [Topic.SURVEYS])
        assert await surveys.may_ask(session, member.id, "csat")
        with changed("proactive: {topics: {surveys: off}}"):
            assert not await surveys.may_ask(session, member.id, "csat")

    async def test_who_opted_out_or_is_leaving_is_left_in_peace(self, session):
        leaving, silent = await make_member(session), await make_member(session)
        await members.request_cancellation(session, leaving)
        silent.opted_out_at = silent.joined_at
        assert not await surveys.may_ask(session, leaving.id, "csat")
        assert not await surveys.may_ask(session, silent.id, "csat")
        assert not await surveys.may_ask(session, 404, "csat")


class TestMeasure:
    @pytest.mark.parametrize(
        ("kind", "scores", "value"),
        [
            ("csat", [5, 4, 3, 1], 0.5),
            ("ces", [7, 6, 2], 5.0),
            ("nps", [10, 9, 8, 7, 6, 0, 10, 9], 25.0),
            ("nps", [], None),
        ],
    )
    async def test_by_the_usual_formulas(self, session, frozen_clock, kind, scores, value):
        since = frozen_clock.moment
        for number, score in enumerate(scores):
            await surveys.record_answer(session, kind=kind, score=score, key=f"k{number}")
        frozen_clock.move(MINUTE)
        await surveys.record_answer(session, kind=kind, score=SCALES[kind].low, key="after the period")
        measured = await surveys.measure(session, kind, since=since, until=frozen_clock.moment)
        assert (measured.answers, measured.value) == (len(scores), value)


class TestBadness:
    @pytest.mark.parametrize("kind", list(SurveyKind))
    def test_from_nothing_at_the_first_score_that_is_not_bad_to_one_at_the_lowest(self, kind):
        scale = SCALES[kind]
        bad = [scale.badness(score) for score in range(scale.low, scale.high + 1)]
        assert bad == sorted(bad, reverse=True)
        assert bad[0] == 1.0
        assert scale.badness(scale.bad) > 0
        assert scale.badness(scale.bad + 1) == 0


async def spoken_with_an_agent(session):
    """The identity, its conversation, and the agent who wrote in it."""
    conversation = (await receive(session, "在吗")).conversation
    agent = await make_agent(session)
    await conversations.take(session, conversation.id, agent)
    await conversations.agent_reply(session, conversation.id, agent_id=agent, text="在的", key="k")
    assert await messages.last_agent(session, conversation.id) == agent
    return conversation.identity_id, conversation.id, agent


class TestOneConversation:
    async def test_the_last_score_counts_and_knows_who_spoke(self, session):
        identity, conversation, agent = await spoken_with_an_agent(session)
        told = {"kind": "csat", "identity_id": identity, "conversation_id": conversation}
        await surveys.record_answer(session, score=5, key="r1", comment="很快", **told)
        last = await surveys.record_answer(session, score=1, key="r2", agent_id=agent, **told)
        assert (last.score, last.comment, last.agent_id) == (1, "很快", agent)
        assert (await surveys.measure(session, "csat", since=last.at - MINUTE, until=last.at + MINUTE)).answers == 1

    async def test_the_first_one_sent_again_does_not_bring_it_back(self, session):
        identity, conversation, _ = await spoken_with_an_agent(session)
        told = {"kind": "csat", "identity_id": identity, "conversation_id": conversation}
        await surveys.record_answer(session, score=5, key="r1", **told)
        await surveys.record_answer(session, score=1, key="r2", **told)
        again = await surveys.record_answer(session, score=1, key="r2", **told)
        assert again.score == 1


class TestSample:
    def test_the_same_thing_is_always_in_or_out_and_about_the_share_is_in(self):
        things = [f"2026-Q4:{number}" for number in range(2000)]
        asked = [thing for thing in things if surveys.is_sampled("nps", thing)]
        assert asked == [thing for thing in things if surveys.is_sampled("nps", thing)]
        assert 900 < len(asked) < 1100
        with changed("surveys: {sample: {nps: 0}}"):
            assert not any(surveys.is_sampled("nps", thing) for thing in things)
        with changed("surveys: {sample: {nps: 1}}"):
            assert all(surveys.is_sampled("nps", thing) for thing in things)

    def test_turns_come_on_every_day_of_the_quarter(self):
        days = {surveys.day_in(f"2026-Q4:{number}", 90) for number in range(3000)}
        assert days == set(range(90))


class TestLastAsked:
    async def test_what_was_asked_of_this_very_member_and_lately(self, session, frozen_clock):
        member, other = await make_member(session), await make_member(session)
        identity = (await receive(session, "在吗")).conversation.identity_id
        ask = await surveys.record_asked(session, kind="ces", key="a", member_id=member.id, reference="R-1")
        since = frozen_clock.moment - MINUTE
        found = await surveys.last_asked(session, "ces", member_id=member.id, identity_id=identity, since=since)
        assert found is ask
        for kind, who, at in (("nps", member, since), ("ces", other, since), ("ces", member, since + 2 * MINUTE)):
            assert await surveys.last_asked(session, kind, member_id=who.id, identity_id=identity, since=at) is None


class TestLowScores:
    async def answer(self, session, member, score, *, kind="csat", reference="C-1", key="k"):
        answer = await surveys.record_answer(
            session, kind=kind, score=score, key=key, member_id=member.id, reference=reference
        )
        return await low_scores.follow_up(session, answer)

    @pytest.mark.parametrize(("kind", "low"), [("csat", 2), ("ces", 3), ("nps", 4)])
    async def test_as_low_as_the_policy_says(self, session, frozen_clock, kind, low):
        fine, sorry = await make_member(session), await make_member(session)
        assert await self.answer(session, fine, low + 1, kind=kind, key="a") is None
        opened = await self.answer(session, sorry, low, kind=kind, key="b")
        assert (opened.member_id, opened.suggested_approach, opened.cause) == (
            sorry.id, "ask_what_went_wrong", "score_low:C-1",
        )  # fmt: skip
        assert opened.reasons[0]["facts"]["score"] == low

    async def test_one_for_one_event_also_after_it_has_ended(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        opened = await self.answer(session, member, 1, key="a")
        assert await self.answer(session, member, 1, kind="ces", key="b") is None
        await followups.record_outcome(session, opened, outcome="contacted", agent_id=agent)
        assert await self.answer(session, member, 1, kind="nps", key="c") is None
        assert await self.answer(session, member, 1, key="d", reference="R-9") is not None

    async def test_a_stranger_cannot_be_followed_up(self, session):
        answer = await surveys.record_answer(session, kind="csat", score=1, key="k")
        assert await low_scores.follow_up(session, answer) is None
