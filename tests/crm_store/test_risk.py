import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store import callbacks, complaints, followups, interactions, members, orders, promises, risk, surveys
from crm_store.errors import NotFound
from crm_store.followups import Approach, FollowUpStatus
from crm_store.labels import label
from crm_store.language import Language
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode, record_event
from crm_store.policy import policy
from crm_store.risk import APPROACHES, Known, ReasonCode, RiskLevel, level, score
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member, make_order, make_parcel

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

share = st.floats(0, 1)
some_known = st.builds(
    Known,
    valences=st.lists(st.floats(-1, 1), max_size=8),
    anger=st.lists(st.tuples(share, st.floats(0, 14)), max_size=4),
    open_complaints=st.integers(0, 4),
    breached_complaints=st.integers(0, 4),
    broken_promises=st.integers(0, 4),
    badness=share,
    leaving=st.booleans(),
    late_parcel_hours=st.floats(0, 500),
    stopped=st.none() | share,
    overdue=st.floats(0, 3),
)


def total(known: Known) -> float:
    return score(known, policy().risk).score


async def contact(session, member, **more):
    return await interactions.record(
        session, member_id=member.id, channel="web", **{"outcome": "answered", "sentiment": "neutral", **more}
    )


async def angry(session, member, anger=0.9):
    return await contact(session, member, sentiment="negative", sentiment_confidence=0.9, anger=anger)


async def complain(session, member, *, key="m1:complaint", **more):
    return await complaints.file(
        session,
        member_id=member.id,
        conversation_id=None,
        category="late_delivery",
        description="说好昨天到",
        key=key,
        **more,
    )


async def complain_angrily(session, member, anger=0.9):
    """Says so in a chat, and files it there."""
    conversation = (await receive(session, user=f"u{member.id}")).conversation
    conversation.member_id = member.id
    await contact(
        session, member, conversation_id=conversation.id, sentiment="negative", sentiment_confidence=0.9, anger=anger
    )
    return await complaints.file(
        session,
        member_id=member.id,
        conversation_id=conversation.id,
        category="staff",
        description="太过分了",
        key=f"angry:{member.id}",
    )


async def furious_about_a_late_parcel(session, clock, member=None, *, anger=0.8):
    member = member or await make_member(session)
    order = await make_order(session, member, status=OrderStatus.SHIPPED)
    parcel = await make_parcel(session, order, promised_at=clock.moment - HOUR)
    await angry(session, member, anger)
    complaint = await complain(session, member, parcel_id=parcel.id)
    return member, parcel, complaint


class TestScore:
    def test_a_member_of_whom_nothing_bad_is_known_scores_nothing(self):
        scored = score(Known(valences=[0.5, 0.9], stopped=0.2), policy().risk)
        assert (scored.score, scored.level, scored.reasons) == (0.0, RiskLevel.LOW, ())

    def test_reasons_combine_so_that_what_is_left_multiplies(self):
        scored = score(Known(leaving=True, open_complaints=1), policy().risk)
        first, second = scored.reasons
        assert (first.code, second.code) == (ReasonCode.LEAVING, ReasonCode.COMPLAINT_OPEN)
        assert scored.score == pytest.approx(1 - (1 - first.weight) * (1 - second.weight))
        assert first.weight == policy().risk.weights["leaving"]

    @given(some_known)
    def test_it_stays_within_its_range_and_explains_itself(self, known):
        scored = score(known, policy().risk)
        assert 0 <= scored.score < 1
        assert scored.level == level(scored.score, policy().risk)
        weights = [reason.weight for reason in scored.reasons]
        assert weights == sorted(weights, reverse=True)
        assert (scored.score > 0) == bool(scored.reasons)

    @given(some_known, st.data())
    def test_more_of_anything_bad_never_lowers_it(self, known, data):
        before = total(known)
        worse = [
            replace(known, anger=[*known.anger, data.draw(st.tuples(share, st.floats(0, 14)))]),
            replace(known, open_complaints=known.open_complaints + 1),
            replace(known, breached_complaints=known.breached_complaints + 1),
            replace(known, broken_promises=known.broken_promises + 1),
            replace(known, badness=data.draw(st.floats(known.badness, 1))),
            replace(known, leaving=True),
            replace(known, late_parcel_hours=known.late_parcel_hours + data.draw(st.floats(0, 100))),
            replace(known, stopped=data.draw(st.floats(known.stopped or 0, 1))),
            replace(known, overdue=known.overdue + data.draw(st.floats(0, 2))),
        ]
        assert all(total(each) >= before - 1e-12 for each in worse)

    @given(some_known, st.floats(0, 1))
    def test_a_worse_last_message_never_lowers_it(self, known, step):
        if known.valences:
            *earlier, last = known.valences
            assert total(replace(known, valences=[*earlier, max(-1, last - step)])) >= total(known) - 1e-12

    @given(some_known)
    def test_strong_anger_with_an_open_complaint_and_a_late_parcel_is_high(self, known):
        known = replace(
            known,
            anger=[(0.8, 0.0)],
            open_complaints=max(1, known.open_complaints),
            late_parcel_hours=max(0.01, known.late_parcel_hours),
        )
        assert score(known, policy().risk).level == RiskLevel.HIGH

    def test_anger_fades(self):
        fresh, week, fortnight = (total(Known(anger=[(0.9, days)])) for days in (0, 7, 14))
        assert fresh == pytest.approx(2 * week) == pytest.approx(4 * fortnight)

    def test_a_mood_that_turns_counts_beside_one_that_is_low(self):
        turned = score(Known(valences=[0.8, 0.8, -0.8, -0.8]), policy().risk)
        assert [reason.code for reason in turned.reasons] == [ReasonCode.SENTIMENT_FALLING]
        assert turned.reasons[0].facts == {"before": 0.8, "after": -0.8}

    def test_one_bad_message_counts_half_and_more_of_them_ever_fuller(self):
        full = 0.8 * policy().risk.weights["sentiment_low"]
        one, two, nine = (total(Known(valences=[-0.8] * messages)) for messages in (1, 2, 9))
        assert (one, two, nine) == pytest.approx((full * 1 / 2, full * 2 / 3, full * 9 / 10))

    def test_silence_counts_as_the_chance_of_having_stopped_once_the_next_purchase_is_due(self):
        weight = policy().risk.weights["buying_less"]
        assert total(Known(stopped=0.8)) == pytest.approx(0.8 * weight)
        assert total(Known(stopped=0.8)) >= policy().risk.follow_up_at
        assert total(Known(stopped=0.8, overdue=0.5)) == pytest.approx(0.4 * weight)
        assert total(Known(stopped=0.8, overdue=0.1)) == 0
        assert total(Known(stopped=0.24)) == 0

    def test_who_is_lost_is_a_case_of_its_own_unless_something_else_is_the_matter(self):
        assert score(Known(stopped=0.99, lost=True), policy().risk).level == RiskLevel.LOST
        assert score(Known(stopped=0.99, lost=True, open_complaints=1), policy().risk).level == RiskLevel.HIGH

    @pytest.mark.parametrize(
        ("known", "code", "strength"),
        [
            (Known(anger=[(0.3, 0)]), "anger", 0.3),
            (Known(anger=[(0.9, 14), (0.5, 0)]), "anger", 0.5),
            (Known(valences=[0.5, 0.5, -0.1]), "sentiment_falling", 0),
            (Known(valences=[0.8, 0.4, -1, 0.2, 0]), "sentiment_falling", (0.6 - 0.1) / 2),
            (Known(open_complaints=1), "complaint_open", 0.7),
            (Known(breached_complaints=2), "complaint_breached", 0.91),
            (Known(broken_promises=3), "promise_broken", 0.973),
            (Known(late_parcel_hours=0), "parcel_late", 0),
            (Known(late_parcel_hours=36), "parcel_late", 0.4 + 0.6 / 2),
            (Known(late_parcel_hours=720), "parcel_late", 1),
            (Known(stopped=0.5), "buying_less", 0.5),
            (Known(stopped=1.0, overdue=9), "buying_less", 1),
            (Known(badness=0.5), "score_low", 0.5),
            (Known(leaving=True), "leaving", 1),
        ],
    )
    def test_how_strong_each_reason_is(self, known, code, strength):
        weights = {reason.code: reason.weight for reason in score(known, policy().risk).reasons}
        assert weights.get(code, 0) == pytest.approx(policy().risk.weights[code] * strength)

    def test_reasons_of_equal_weight_stand_in_a_fixed_order(self):
        known = Known(open_complaints=1, broken_promises=1)
        assert [reason.code for reason in score(known, policy().risk).reasons] == ["complaint_open", "promise_broken"]

    def test_a_reason_is_written_down_with_four_digits(self):
        (reason,) = score(Known(anger=[(0.83, 0)]), policy().risk).reasons
        assert reason.as_json()["weight"] == 0.4565

    def test_what_contributes_next_to_nothing_is_no_reason(self):
        weight = policy().risk.weights["score_low"]
        assert score(Known(badness=0.0009 / weight), policy().risk).reasons == ()
        assert len(score(Known(badness=0.0011 / weight), policy().risk).reasons) == 1


class TestAssess:
    async def test_a_calm_member_is_low_without_a_follow_up(self, session, frozen_clock):
        member = await make_member(session)
        await contact(session, member, sentiment="positive", sentiment_confidence=0.9)
        assessed = await risk.assess(session, member.id)
        assert (assessed.score, assessed.level, assessed.reasons) == (0, RiskLevel.LOW, [])
        assert assessed.follow_up_id is None
        assert await risk.latest(session, member.id) is assessed

    async def test_furious_about_a_late_parcel(self, session, frozen_clock):
        member, parcel, complaint = await furious_about_a_late_parcel(session, frozen_clock)
        assessed = await risk.assess(session, member.id)
        assert assessed.level == RiskLevel.HIGH
        facts = {reason["code"]: reason["facts"] for reason in assessed.reasons}
        assert set(facts) == {"anger", "complaint_open", "parcel_late", "sentiment_low"}
        assert facts["parcel_late"]["number"] == parcel.number
        assert facts["complaint_open"]["number"] == complaint.number
        follow_up = await followups.get(session, assessed.follow_up_id)
        assert (follow_up.status, follow_up.suggested_approach) == (FollowUpStatus.OPEN, Approach.CALM_AND_LISTEN)
        assert follow_up.due_at == frozen_clock.moment + 2 * HOUR
        assert follow_up.reasons == assessed.reasons

    async def test_each_source_is_seen(self, session, frozen_clock):
        member = await make_member(session)
        await complain(session, member)
        start = frozen_clock.moment + 2 * HOUR
        await callbacks.request(
            session, member_id=member.id, phone="138", window_start=start, window_end=start + HOUR, key="c1"
        )
        await surveys.record_answer(session, kind="nps", score=2, key="s1", member_id=member.id)
        for feeling in ("positive", "positive", "negative", "negative"):
            await contact(session, member, sentiment=feeling, sentiment_confidence=0.9)
        await contact(session, member, sentiment="negative", sentiment_confidence=0.9, intent="cancel_membership")
        await angry(session, member)
        order = await make_order(session, member, placed_at=frozen_clock.moment - 200 * DAY)
        await make_parcel(session, order, promised_at=frozen_clock.moment)
        frozen_clock.move(2 * DAY)
        assessed = await risk.assess(session, member.id)
        # The complaint nobody answered is one reason: it is not told a second time as an open one.
        assert {reason["code"] for reason in assessed.reasons} == set(ReasonCode) - {ReasonCode.COMPLAINT_OPEN}
        assert (await followups.get(session, assessed.follow_up_id)).suggested_approach == Approach.ASK_WHY_LEAVING

    async def test_what_was_settled_counts_no_more(self, session, frozen_clock):
        agent = await make_agent(session)
        member, parcel, complaint = await furious_about_a_late_parcel(session, frozen_clock)
        before = await risk.assess(session, member.id)
        await record_event(session, parcel, code=ParcelCode.DELIVERED, at=frozen_clock.moment)
        await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        frozen_clock.move(15 * DAY)
        after = await risk.assess(session, member.id)
        assert after.score < before.score
        assert {reason["code"] for reason in after.reasons} == {"sentiment_low"}

    async def test_a_promise_nobody_swept_yet_is_broken_all_the_same(self, session, frozen_clock):
        member = await make_member(session)
        made = await promises.make(
            session, member_id=member.id, kind="reply", text="?", due_at=frozen_clock.moment + HOUR, key="p1"
        )
        frozen_clock.move(2 * HOUR)
        before = await risk.assess(session, member.id)
        await promises.break_overdue(session)
        after = await risk.assess(session, member.id)
        assert before.score == after.score > 0
        assert after.reasons[0]["facts"]["promise_kind"] == made.kind == "reply"

    async def test_a_later_good_score_makes_up_for_a_bad_one(self, session, frozen_clock):
        member = await make_member(session)
        await surveys.record_answer(session, kind="csat", score=1, key="s1", member_id=member.id)
        assert (await risk.assess(session, member.id)).score > 0
        frozen_clock.move(DAY)
        await surveys.record_answer(session, kind="csat", score=5, key="s2", member_id=member.id)
        assert (await risk.assess(session, member.id)).score == 0

    async def test_a_cancelled_order_is_no_purchase(self, session, frozen_clock):
        member = await make_member(session)
        await make_order(session, member, placed_at=frozen_clock.moment - 200 * DAY)
        recent = await make_order(session, member)
        assert (await risk.assess(session, member.id)).score == 0
        await orders.cancel(session, recent, key="m1")
        assert [r["code"] for r in (await risk.assess(session, member.id)).reasons] == ["buying_less"]

    @pytest.mark.parametrize(
        ("code", "days"), [("sentiment_low", 30), ("anger", 14), ("leaving", 30), ("score_low", 180)]
    )
    async def test_each_thing_is_looked_for_so_many_days_back_and_never_ahead(self, session, frozen_clock, code, days):
        member = await make_member(session)
        said = {"sentiment": "negative", "sentiment_confidence": 0.9, "anger": 0.9, "intent": "cancel_membership"}
        await contact(session, member, **said)
        await surveys.record_answer(session, kind="csat", score=1, key="s1", member_id=member.id)
        moment = frozen_clock.moment

        async def counts(at):
            return code in {reason["code"] for reason in (await risk.assess(session, member.id, at=at)).reasons}

        assert not await counts(moment - timedelta(seconds=1))
        assert await counts(moment)
        # Anger fades: after fourteen days a quarter of it is left, which still counts.
        assert await counts(moment + days * DAY - timedelta(seconds=1))
        assert not await counts(moment + days * DAY)

    async def test_a_broken_promise_is_held_against_us_for_ninety_days(self, session, frozen_clock):
        member = await make_member(session)
        due = frozen_clock.moment + HOUR
        made = await promises.make(session, member_id=member.id, kind="reply", text="?", due_at=due, key="p1")

        async def counts(at):
            return {reason["code"] for reason in (await risk.assess(session, member.id, at=at)).reasons}

        assert await counts(due) == set()
        assert await counts(due + timedelta(seconds=1)) == {"promise_broken"}
        assert await counts(due + 90 * DAY - timedelta(seconds=1)) == {"promise_broken"}
        assert await counts(due + 90 * DAY) == set()
        await promises.keep(session, made, at=due)
        assert await counts(due + HOUR) == set()

    async def test_a_late_parcel_is_forgotten_two_weeks_after_it_came(self, session, frozen_clock):
        member = await make_member(session)
        order = await make_order(session, member, status=OrderStatus.SHIPPED)
        parcel = await make_parcel(session, order, promised_at=frozen_clock.moment)

        async def counts(at):
            return {reason["code"] for reason in (await risk.assess(session, member.id, at=at)).reasons}

        assert await counts(frozen_clock.moment) == set()
        delivered = frozen_clock.moment + DAY
        frozen_clock.move(DAY)
        await record_event(session, parcel, code=ParcelCode.DELIVERED, at=delivered)
        assert await counts(delivered + 14 * DAY - timedelta(seconds=1)) == {"parcel_late"}
        assert await counts(delivered + 14 * DAY) == set()

    async def test_of_many_contacts_the_last_twenty_count(self, session, frozen_clock):
        member = await make_member(session)
        for feeling in ["negative"] * 5 + ["positive"] * 20:
            await contact(session, member, sentiment=feeling, sentiment_confidence=0.9)
        assert (await risk.assess(session, member.id)).score == 0

    async def test_other_members_troubles_are_not_counted(self, session, frozen_clock):
        await furious_about_a_late_parcel(session, frozen_clock)
        assert (await risk.assess(session, (await make_member(session)).id)).score == 0

    async def test_unknown(self, session):
        with pytest.raises(NotFound):
            await risk.assess(session, 404)


class TestFollowUps:
    async def test_one_while_open_and_refreshed(self, session, frozen_clock):
        member, *_ = await furious_about_a_late_parcel(session, frozen_clock)
        first = await risk.assess(session, member.id)
        frozen_clock.move(HOUR)
        await angry(session, member, 1.0)
        second = await risk.assess(session, member.id)
        assert second.follow_up_id == first.follow_up_id
        [follow_up] = await followups.for_member(session, member.id)
        assert follow_up.score == second.score > first.score

    async def test_a_cause_that_was_dealt_with_rests(self, session, frozen_clock):
        agent = await make_agent(session)
        member, *_ = await furious_about_a_late_parcel(session, frozen_clock)
        assessed = await risk.assess(session, member.id)
        follow_up = await followups.get(session, assessed.follow_up_id)
        await followups.record_outcome(session, follow_up, outcome="contacted", agent_id=agent)
        frozen_clock.move(HOUR)
        again = await risk.assess(session, member.id)
        assert (again.level, again.follow_up_id) == (RiskLevel.HIGH, None)

    async def test_after_thirty_days_of_rest_it_may_open_another_one(self, session, frozen_clock):
        agent = await make_agent(session)
        member = await make_member(session)
        await members.request_cancellation(session, member)
        first = await followups.get(session, (await risk.assess(session, member.id)).follow_up_id)
        await followups.record_outcome(session, first, outcome="no_answer", agent_id=agent)
        ended = frozen_clock.moment
        rested = ended + policy().risk.rest
        assert (await risk.assess(session, member.id, at=rested - timedelta(seconds=1))).follow_up_id is None
        assert (await risk.assess(session, member.id, at=rested)).follow_up_id not in (None, first.id)

    async def test_who_leaves_is_called_at_once_anything_calm_within_a_day(self, session, frozen_clock):
        leaving, troubled = await make_member(session), await make_member(session)
        await members.request_cancellation(session, leaving)
        for number in range(3):
            await promises.make(
                session, member_id=troubled.id, kind="reply", text="?", due_at=frozen_clock.moment, key=f"p{number}"
            )
            await complain(session, troubled, key=f"c{number}")
        await surveys.record_answer(session, kind="nps", score=0, key="s1", member_id=troubled.id)
        at = frozen_clock.moment + HOUR
        soon, usual = [
            await followups.get(session, (await risk.assess(session, member.id, at=at)).follow_up_id)
            for member in (leaving, troubled)
        ]
        assert soon.due_at == at
        assert usual.due_at == at + DAY

    async def test_a_new_cause_opens_another_one(self, session, frozen_clock):
        agent = await make_agent(session)
        member, *_ = await furious_about_a_late_parcel(session, frozen_clock)
        first = await risk.assess(session, member.id)
        await followups.record_outcome(
            session, await followups.get(session, first.follow_up_id), outcome="contacted", agent_id=agent
        )
        frozen_clock.move(HOUR)
        await contact(session, member, intent="cancel_membership")
        second = await risk.assess(session, member.id)
        assert second.follow_up_id not in (None, first.follow_up_id)
        follow_up = await followups.get(session, second.follow_up_id)
        assert follow_up.cause.startswith("leaving:")
        assert follow_up.suggested_approach == Approach.ASK_WHY_LEAVING

    async def test_who_said_that_they_leave_is_always_followed_up(self, session, frozen_clock):
        member = await make_member(session)
        await members.request_cancellation(session, member)
        assert (await risk.assess(session, member.id)).follow_up_id is not None

    async def test_who_has_left_is_left_in_peace(self, session, frozen_clock):
        member, *_ = await furious_about_a_late_parcel(session, frozen_clock)
        await members.request_cancellation(session, member)
        await members.leave(session, member)
        assert (await risk.assess(session, member.id)).follow_up_id is None

    async def test_assessed_from_many_sides_at_once_it_is_one(self, database, frozen_clock):
        async with database.transaction() as session:
            member, *_ = await furious_about_a_late_parcel(session, frozen_clock)

        async def one():
            async with database.transaction() as session:
                return (await risk.assess(session, member.id)).follow_up_id

        found = await asyncio.gather(*(one() for _ in range(8)))
        assert len(set(found)) == 1
        assert None not in found


class TestWords:
    @pytest.mark.parametrize("language", list(Language))
    async def test_every_reason_is_a_sentence_with_its_facts(self, session, frozen_clock, language):
        member, parcel, complaint = await furious_about_a_late_parcel(session, frozen_clock)
        await surveys.record_answer(session, kind="csat", score=1, key="s1", member_id=member.id)
        frozen_clock.move(2 * DAY)
        assessed = await risk.assess(session, member.id)
        text = "\n".join(risk.sentence(reason, language) for reason in assessed.reasons)
        assert complaint.number in text
        assert parcel.number in text
        assert "{" not in text

    @pytest.mark.parametrize("language", list(Language))
    def test_every_code_has_its_words(self, language):
        assert set(APPROACHES) == set(ReasonCode)
        for code in ReasonCode:
            assert label("risk_reason", code, language)
            assert label("risk_reason_name", code, language)
            assert label("follow_up_approach", APPROACHES[code], language)


class TestOneComplaintIsOneReason:
    async def test_its_anger_its_mood_and_the_reply_it_is_owed_are_told_with_it(self, session, frozen_clock):
        member = await make_member(session)
        await complain_angrily(session, member)
        fresh = await risk.assess(session, member.id)
        assert [reason["code"] for reason in fresh.reasons] == ["complaint_open"]
        assert fresh.reasons[0]["facts"]["anger"] == 0.9

        frozen_clock.move(2 * DAY)
        await complaints.mark_breached(session)
        await promises.break_overdue(session)
        late = await risk.assess(session, member.id)
        assert [reason["code"] for reason in late.reasons] == ["complaint_breached"]

    async def test_a_furious_one_weighs_more_than_a_calm_one_and_a_late_one_more_than_an_open_one(self, frozen_clock):
        calm, furious = Known(open_complaints=1), Known(open_complaints=1, complaint_anger=[(0.9, 0)])
        late = Known(open_complaints=1, breached_complaints=1)
        assert total(calm) < total(late) < total(replace(late, complaint_anger=[(0.9, 0)]))
        assert total(calm) < total(furious)
        weights = policy().risk.weights
        assert total(furious) == pytest.approx(1 - (1 - 0.7 * weights["complaint_open"]) * (1 - 0.9 * weights["anger"]))

    async def test_once_it_is_settled_the_risk_is_gone_and_comes_back_when_it_is_reopened(self, session, frozen_clock):
        agent = await make_agent(session)
        member = await make_member(session)
        complaint = await complain_angrily(session, member)
        before = await risk.assess(session, member.id)
        await complaints.resolve(session, complaint, resolution="已处理", agent_id=agent)
        assert (await risk.assess(session, member.id)).score == 0
        frozen_clock.move(HOUR)
        await complaints.reopen(session, complaint, reason="没有", key="again")
        assert (await risk.assess(session, member.id)).score == pytest.approx(before.score, abs=0.02)

    async def test_another_bad_talk_counts_for_itself(self, session, frozen_clock):
        member = await make_member(session)
        await complain_angrily(session, member)
        await angry(session, member, 0.6)
        codes = {reason["code"] for reason in (await risk.assess(session, member.id)).reasons}
        assert codes == {"complaint_open", "anger", "sentiment_low"}

    async def test_what_was_said_in_the_same_chat_long_before_is_not_of_the_complaint(self, session, frozen_clock):
        member = await make_member(session)
        complaint = await complain_angrily(session, member)
        at = frozen_clock.moment - HOUR
        await contact(
            session, member, conversation_id=complaint.conversation_id, sentiment="negative", anger=0.8, at=at
        )
        codes = {reason["code"] for reason in (await risk.assess(session, member.id)).reasons}
        assert "anger" in codes

    async def test_a_furious_complaint_asks_for_somebody_soon_who_listens(self, session, frozen_clock):
        member = await make_member(session)
        await complain_angrily(session, member, 0.95)
        await promises.make(session, member_id=member.id, kind="reply", text="?", due_at=frozen_clock.moment, key="p")
        frozen_clock.move(HOUR)
        assessed = await risk.assess(session, member.id)
        follow_up = await followups.get(session, assessed.follow_up_id)
        assert follow_up.suggested_approach == Approach.CALM_AND_LISTEN
        assert follow_up.due_at == frozen_clock.moment + 2 * HOUR
