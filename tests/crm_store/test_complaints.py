import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from crm_store import complaints, promises
from crm_store.clock import business_zone
from crm_store.complaints import (
    Audience,
    Complaint,
    ComplaintCategory,
    ComplaintClosed,
    ComplaintNotReopenable,
    ComplaintStatus,
    ComplaintUnsettled,
    EventKind,
    Severity,
    due_at,
    severity_for,
)
from crm_store.errors import KeyReused, NotFound
from crm_store.policy import policy
from crm_store.promises import PromiseStatus
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member, make_order, make_parcel


def shop(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=business_zone())


async def complain(session, member=None, *, key="m1:complaint", category="late_delivery", **more):
    return await complaints.file(
        session,
        member_id=member.id if member else None,
        conversation_id=more.pop("conversation_id", None),
        category=category,
        description=more.pop("description", "说好昨天到"),
        key=key,
        **more,
    )


class TestSeverityFor:
    @pytest.mark.parametrize(
        ("category", "anger", "tier", "severity"),
        [
            ("late_delivery", 0.0, "bronze", Severity.NORMAL),
            ("late_delivery", 0.7, "bronze", Severity.HIGH),
            ("late_delivery", 0.92, "gold", Severity.CRITICAL),
            ("late_delivery", 0.9, None, Severity.CRITICAL),
            ("late_delivery", 0.89, None, Severity.HIGH),
            ("late_delivery", 0.6, None, Severity.HIGH),
            ("late_delivery", 0.59, None, Severity.NORMAL),
            ("price", 0.0, None, Severity.LOW),
            ("price", 0.0, "platinum", Severity.NORMAL),
            ("staff", 0.0, "bronze", Severity.HIGH),
            ("staff", 1.0, "platinum", Severity.CRITICAL),
        ],
    )
    def test_category_anger_and_level(self, category, anger, tier, severity):
        assert severity_for(category, anger=anger, tier=tier) == severity

    @pytest.mark.parametrize("category", list(ComplaintCategory))
    def test_more_anger_is_never_less_severe(self, category):
        steps = [list(Severity).index(severity_for(category, anger=anger / 20)) for anger in range(21)]
        assert steps == sorted(steps)


class TestDueAt:
    @pytest.mark.parametrize(
        ("severity", "tier", "start", "due"),
        [
            (Severity.CRITICAL, "bronze", shop(22, 10), shop(22, 12)),
            (Severity.HIGH, "gold", shop(22, 20), shop(23, 10)),
            (Severity.NORMAL, "silver", shop(22, 10), shop(23, 10)),
            (Severity.LOW, "bronze", shop(22, 10), shop(24, 10)),
            (Severity.NORMAL, "platinum", shop(22, 10), shop(22, 16, 30)),
            (Severity.CRITICAL, None, shop(22, 23), shop(23, 11)),
        ],
    )
    def test_service_hours_by_severity_and_level(self, severity, tier, start, due):
        assert due_at(severity, tier=tier, start=start) == due

    def test_more_severe_and_higher_levels_never_wait_longer(self):
        for tier in ("bronze", "silver", "gold", "platinum"):
            dues = [due_at(severity, tier=tier, start=shop(22, 10)) for severity in Severity]
            assert dues == sorted(dues, reverse=True)


class TestFile:
    async def test_a_number_a_due_time_a_promise_and_the_words(self, session, frozen_clock):
        member = await make_member(session, tier="gold", language="zh-Hant")
        complaint = await complain(session, member, anger=0.92)
        assert complaint.number == "C-2026-0001"
        assert (complaint.severity, complaint.status) == (Severity.CRITICAL, ComplaintStatus.OPEN)
        assert complaint.due_at == shop(22, 11, 30)
        assert not complaint.joined
        [promise] = await promises.open_for_member(session, member.id)
        assert (promise.due_at, promise.reference) == (complaint.due_at, complaint.number)
        assert promise.text == "11 月 22 日 11:30 前由專人回覆投訴 C-2026-0001"
        assert [(e.kind, e.audience, e.text) for e in complaint.events] == [("filed", "member", "说好昨天到")]

    async def test_the_same_key_is_the_same_complaint(self, session, frozen_clock):
        member = await make_member(session)
        first = await complain(session, member)
        again = await complain(session, member)
        assert again is first
        assert not again.joined
        assert len(first.events) == 1
        with pytest.raises(KeyReused):
            await complain(session, await make_member(session))

    async def test_one_that_was_taken_down_earlier_is_filed_with_its_own_moment(self, session, frozen_clock):
        complaint = await complain(session, await make_member(session), at=shop(21, 10))
        assert (complaint.filed_at, complaint.due_at) == (shop(21, 10), shop(22, 10))

    async def test_about_nothing_in_particular_and_in_no_conversation_each_is_its_own(self, session, frozen_clock):
        member = await make_member(session)
        first, second = [await complain(session, member, key=key) for key in ("m1", "m2")]
        assert not second.joined
        assert first.number != second.number

    async def test_a_category_that_does_not_exist_is_refused(self, session):
        with pytest.raises(ValueError, match="weather"):
            await complain(session, await make_member(session), category="weather")

    async def test_a_stranger_may_complain_too(self, session, frozen_clock):
        received = await receive(session)
        where = {"conversation_id": received.conversation.id, "identity_id": received.conversation.identity_id}
        complaint = await complain(session, **where)
        assert (complaint.member_id, complaint.number) == (None, "C-2026-0001")
        again = await complain(session, key="m2:complaint", **where)
        assert again is complaint
        assert again.joined


class TestJoining:
    async def test_the_same_parcel_is_the_same_complaint(self, session, frozen_clock):
        member = await make_member(session)
        parcel = await make_parcel(session, await make_order(session, member))
        first = await complain(session, member, parcel_id=parcel.id)
        due, number = first.due_at, first.number
        frozen_clock.move(timedelta(minutes=10))
        again = await complain(
            session, member, key="m2:complaint", parcel_id=parcel.id, anger=0.95, description="还没到"
        )
        assert (again.number, again.joined) == (number, True)
        assert again.severity == Severity.CRITICAL
        assert again.due_at == shop(22, 12, 30) < due
        assert [event.kind for event in again.events] == [EventKind.FILED, EventKind.JOINED]
        [promise] = await promises.open_for_member(session, member.id)
        assert promise.due_at == again.due_at
        repeated = await complain(session, member, key="m2:complaint", parcel_id=parcel.id)
        assert repeated.joined
        assert len(repeated.events) == 2

    async def test_a_calmer_word_does_not_make_it_less_severe_or_later(self, session, frozen_clock):
        member = await make_member(session)
        order = await make_order(session, member)
        first = await complain(session, member, order_id=order.id, anger=0.95)
        due = first.due_at
        frozen_clock.move(timedelta(hours=1))
        again = await complain(session, member, key="m2", order_id=order.id, category="price")
        assert (again.severity, again.due_at) == (Severity.CRITICAL, due)

    async def test_a_parcel_is_the_same_as_its_order(self, session):
        member = await make_member(session)
        order = await make_order(session, member)
        parcel = await make_parcel(session, order)
        await complain(session, member, order_id=order.id)
        again = await complain(session, member, key="m2", parcel_id=parcel.id)
        assert (again.joined, again.parcel_id) == (True, parcel.id)

    async def test_two_parcels_of_one_order_are_two_complaints(self, session):
        member = await make_member(session)
        order = await make_order(session, member)
        one, two = await make_parcel(session, order), await make_parcel(session, order)
        await complain(session, member, parcel_id=one.id)
        assert not (await complain(session, member, key="m2", parcel_id=two.id)).joined

    async def test_harm_by_a_thing_is_no_part_of_a_late_delivery_of_the_same_order(self, session):
        member = await make_member(session)
        order = await make_order(session, member)
        late = await complain(session, member, order_id=order.id)
        fire = await complain(session, member, key="m2", order_id=order.id, category="quality", same_category=True)
        assert (fire.joined, fire.number) == (False, "C-2026-0002")
        again = await complain(session, member, key="m3", order_id=order.id, category="quality", same_category=True)
        assert (again.joined, again.number, late.number) == (True, fire.number, "C-2026-0001")

    async def test_without_an_order_the_same_category_in_the_same_conversation(self, session):
        member = await make_member(session)
        conversation = (await receive(session)).conversation.id
        await complain(session, member, conversation_id=conversation, category="staff")
        same = await complain(session, member, key="m2", conversation_id=conversation, category="staff")
        other = await complain(session, member, key="m3", conversation_id=conversation, category="points")
        assert (same.joined, other.joined) == (True, False)

    async def test_another_member_or_a_settled_complaint_is_not_joined(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        order = await make_order(session, member)
        first = await complain(session, member, order_id=order.id)
        assert not (await complain(session, await make_member(session), key="m2", order_id=order.id)).joined
        await complaints.resolve(session, first, resolution="已补发", agent_id=agent)
        assert not (await complain(session, member, key="m3", order_id=order.id)).joined

    async def test_another_strangers_complaint_is_not_joined(self, session, frozen_clock):
        first, other = [await receive(session, user=user) for user in ("u1", "u2")]
        order = await make_order(session, await make_member(session))
        await complain(session, identity_id=first.conversation.identity_id, order_id=order.id)
        again = await complain(session, key="m2", identity_id=other.conversation.identity_id, order_id=order.id)
        assert not again.joined

    async def test_after_the_reply_new_words_ask_for_another_one(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        order = await make_order(session, member)
        complaint = await complain(session, member, order_id=order.id)
        await complaints.add_event(session, complaint, text="在查", audience=Audience.MEMBER, agent_id=agent)
        frozen_clock.move(timedelta(days=1))
        complaint = await complain(session, member, key="m2", order_id=order.id)
        assert complaint.joined
        assert complaint.replied_at is None
        [promise] = await promises.open_for_member(session, member.id)
        assert promise.due_at == complaint.due_at > frozen_clock.moment


class TestAtTheSameTime:
    async def test_numbers_are_unique_and_without_gaps(self, database):
        async with database.transaction() as session:
            members = [await make_member(session) for _ in range(12)]

        async def one(member):
            async with database.transaction() as session:
                return (await complain(session, member, key=f"m{member.id}")).number

        numbers = await asyncio.gather(*(one(member) for member in members))
        assert sorted(numbers) == [f"C-2026-{number:04d}" for number in range(1, 13)]

    async def test_two_taps_with_different_keys_make_one_complaint(self, database):
        async with database.transaction() as session:
            member = await make_member(session)
            order = await make_order(session, member)

        async def one(key):
            async with database.transaction() as session:
                complaint = await complain(session, member, key=key, order_id=order.id)
                return complaint.number, complaint.joined

        filed = await asyncio.gather(*(one(f"m{number}") for number in range(6)))
        assert len({number for number, _ in filed}) == 1
        assert sorted(joined for _, joined in filed) == [False] + [True] * 5

    async def test_a_number_of_a_failed_filing_is_given_out_again(self, database):
        async with database.transaction() as session:
            member = await make_member(session)

        async def fail_after_filing():
            async with database.transaction() as session:
                await complain(session, member)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail_after_filing()
        async with database.transaction() as session:
            assert (await complain(session, member)).number.endswith("-0001")


class TestAddEvent:
    async def test_an_agents_words_to_the_member_keep_the_promise(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        complaint = await complain(session, member)
        complaint = await complaints.add_event(
            session, complaint, text="我来跟进", audience=Audience.MEMBER, agent_id=agent, key="r1"
        )
        assert (complaint.status, complaint.owner_id) == (ComplaintStatus.IN_PROGRESS, agent)
        assert complaint.replied_at == frozen_clock.moment
        assert (await complaints.promise_of(session, complaint)).status == PromiseStatus.KEPT
        await complaints.add_event(
            session, complaint, text="我来跟进", audience=Audience.MEMBER, agent_id=agent, key="r1"
        )
        assert len(complaint.events) == 2

    async def test_a_note_for_staff_keeps_nothing_and_is_not_shown(self, session):
        member, agent = await make_member(session), await make_agent(session)
        complaint = await complain(session, member)
        await complaints.add_event(session, complaint, text="态度很差", audience=Audience.STAFF, agent_id=agent)
        assert complaint.replied_at is None
        assert (await complaints.promise_of(session, complaint)).status == PromiseStatus.OPEN
        assert [event.kind for event in complaint.events_for(Audience.MEMBER)] == ["filed"]
        assert [event.kind for event in complaint.events_for(Audience.STAFF)] == ["filed", "note"]

    async def test_the_members_own_words_are_no_reply(self, session, frozen_clock):
        complaint = await complain(session, await make_member(session))
        await complaints.add_event(session, complaint, text="还有一件事", audience=Audience.MEMBER)
        assert (complaint.replied_at, complaint.status, complaint.owner_id) == (None, ComplaintStatus.OPEN, None)
        assert complaint.events[-1].kind == EventKind.NOTE

    async def test_whose_complaint_it_is_stays_when_a_colleague_answers(self, session, frozen_clock):
        owner, colleague = await make_agent(session), await make_agent(session)
        complaint = await complain(session, await make_member(session))
        await complaints.assign(session, complaint, owner_id=owner)
        first = frozen_clock.moment - timedelta(minutes=5)
        await complaints.add_event(
            session, complaint, text="在查", audience=Audience.MEMBER, agent_id=colleague, at=first
        )
        await complaints.add_event(session, complaint, text="查到了", audience=Audience.MEMBER, agent_id=colleague)
        assert (complaint.owner_id, complaint.replied_at) == (owner, first)

    async def test_a_reply_at_the_due_time_itself_is_in_time(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        frozen_clock.to(complaint.due_at)
        await complaints.add_event(session, complaint, text="好", audience=Audience.MEMBER, agent_id=agent)
        assert complaint.breached_at is None
        assert not complaints.breached(complaint, at=complaint.due_at + timedelta(days=1))

    async def test_a_reply_after_the_due_time_is_a_breach(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        due = complaint.due_at
        frozen_clock.to(due + timedelta(hours=1))
        await complaints.add_event(session, complaint, text="抱歉", audience=Audience.MEMBER, agent_id=agent)
        assert complaint.breached_at == due
        assert (await complaints.promise_of(session, complaint)).status == PromiseStatus.BROKEN


class TestResolveAndClose:
    async def test_resolving_answers_and_closing_puts_away(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        with pytest.raises(ComplaintUnsettled):
            await complaints.close(session, complaint)
        await complaints.resolve(session, complaint, resolution="运费已退", agent_id=agent)
        assert (complaint.status, complaint.resolution) == (ComplaintStatus.RESOLVED, "运费已退")
        assert (await complaints.promise_of(session, complaint)).status == PromiseStatus.KEPT
        assert (complaint.owner_id, complaint.resolved_at) == (agent, frozen_clock.moment)
        for _ in range(2):
            await complaints.close(session, complaint, agent_id=agent)
            frozen_clock.move(timedelta(hours=1))
        assert complaint.closed_at == complaint.resolved_at
        assert [event.kind for event in complaint.events] == ["filed", "resolved", "closed"]

    async def test_what_was_written_since_it_was_read_counts(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        settled = update(Complaint).values(status=ComplaintStatus.RESOLVED)
        await session.execute(settled, execution_options={"synchronize_session": False})
        with pytest.raises(ComplaintClosed):
            await complaints.resolve(session, complaint, resolution="好", agent_id=agent)

    async def test_found_by_its_id_or_not_at_all(self, session):
        complaint = await complain(session, await make_member(session))
        assert await complaints.get(session, complaint.id) is complaint
        with pytest.raises(NotFound):
            await complaints.get(session, complaint.id + 1)

    async def test_a_settled_complaint_takes_no_more_words(self, session):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        with pytest.raises(ComplaintClosed):
            await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        with pytest.raises(ComplaintClosed):
            await complaints.add_event(session, complaint, text="?", audience=Audience.MEMBER, agent_id=agent)
        with pytest.raises(ComplaintClosed):
            await complaints.assign(session, complaint, owner_id=agent)
        await complaints.add_event(session, complaint, text="供参考", audience=Audience.STAFF, agent_id=agent)
        assert complaint.events[-1].text == "供参考"

    async def test_each_step_may_be_told_with_its_own_moment(self, session, frozen_clock):
        agent, other = await make_agent(session), await make_agent(session)
        complaint = await complain(session, await make_member(session))
        await complaints.assign(session, complaint, owner_id=agent, at=shop(22, 8))
        await complaints.resolve(session, complaint, resolution="好", agent_id=other, at=shop(22, 9))
        await complaints.close(session, complaint, at=shop(22, 9, 30))
        assert (complaint.resolved_at, complaint.closed_at) == (shop(22, 9), shop(22, 9, 30))
        assert [event.at for event in complaint.events[1:]] == [shop(22, 8), shop(22, 9), shop(22, 9, 30)]
        assert complaint.owner_id == agent


class TestWhatNobodyAnswered:
    async def test_is_closed_once_its_time_is_over(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        old = await complain(session, member, key="old")
        await complaints.resolve(session, old, agent_id=agent, resolution="券已补发")
        open_one = await complain(session, member, key="open", category="price")
        frozen_clock.move(policy().complaints.confirm_within)
        assert list(await complaints.close_unanswered(session)) == []
        frozen_clock.move(timedelta(seconds=1))
        assert list(await complaints.close_unanswered(session)) == [old]
        assert (old.status, old.closed_at) == (ComplaintStatus.CLOSED, frozen_clock.moment)
        assert open_one.status == ComplaintStatus.OPEN
        assert list(await complaints.close_unanswered(session)) == []


class TestLastSettled:
    async def test_is_the_members_own_and_the_latest(self, session, frozen_clock):
        member, other, agent = await make_member(session), await make_member(session), await make_agent(session)
        settled = []
        for owner, key in ((member, "first"), (member, "second"), (other, "theirs")):
            settled.append(await complain(session, owner, key=key))
            await complaints.resolve(session, settled[-1], agent_id=agent, resolution="已处理")
            frozen_clock.move(timedelta(hours=1))
        where = {"identity_id": 404, "conversation_id": "elsewhere"}
        assert await complaints.last_settled(session, member_id=member.id, **where) is settled[1]
        assert await complaints.last_settled(session, member_id=None, **where) is None
        frozen_clock.move(policy().complaints.reopen_within)
        assert await complaints.last_settled(session, member_id=member.id, **where) is None


class TestAssign:
    async def test_to_an_agent_it_is_in_progress_and_back_to_nobody_it_stays_so(self, session):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        await complaints.assign(session, complaint, owner_id=None)
        assert (complaint.status, len(complaint.events)) == (ComplaintStatus.OPEN, 1)
        for _ in range(2):
            await complaints.assign(session, complaint, owner_id=agent, by_id=agent)
        assert (complaint.status, complaint.owner_id) == (ComplaintStatus.IN_PROGRESS, agent)
        await complaints.assign(session, complaint, owner_id=None, by_id=agent)
        assert (complaint.status, complaint.owner_id) == (ComplaintStatus.IN_PROGRESS, None)
        assert [event.text for event in complaint.events[1:]] == [str(agent), ""]


class TestReopen:
    async def test_more_severe_with_a_new_due_time_and_promise(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        complaint = await complain(session, member)
        await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        frozen_clock.move(timedelta(days=1))
        complaint = await complaints.reopen(session, complaint, reason="又坏了", key="m9:reopen")
        assert (complaint.status, complaint.severity) == (ComplaintStatus.REOPENED, Severity.HIGH)
        assert complaint.due_at == shop(23, 14)
        [promise] = await promises.open_for_member(session, member.id)
        assert promise.due_at == complaint.due_at
        await complaints.reopen(session, complaint, reason="又坏了", key="m9:reopen")
        assert [event.kind for event in complaint.events].count("reopened") == 1

    async def test_on_the_last_day_and_never_above_the_most_severe(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session), anger=0.95)
        await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        frozen_clock.move(policy().complaints.reopen_within)
        complaint = await complaints.reopen(session, complaint, reason="又坏了", key="m2")
        assert (complaint.severity, complaint.reopened_at) == (Severity.CRITICAL, frozen_clock.moment)

    async def test_not_while_open_and_not_for_ever(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        with pytest.raises(ComplaintNotReopenable):
            await complaints.reopen(session, complaint, reason="?", key="m2")
        await complaints.resolve(session, complaint, resolution="好", agent_id=agent)
        frozen_clock.move(policy().complaints.reopen_within + timedelta(hours=1))
        with pytest.raises(ComplaintNotReopenable):
            await complaints.reopen(session, complaint, reason="?", key="m2")


class TestChangeSeverity:
    async def test_higher_brings_forward_and_lower_never_puts_off(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        assert complaint.due_at == shop(23, 10)
        await complaints.change_severity(session, complaint, Severity.CRITICAL, agent_id=agent)
        assert complaint.due_at == shop(22, 12)
        await complaints.change_severity(session, complaint, Severity.LOW, agent_id=agent)
        assert (complaint.severity, complaint.due_at) == (Severity.LOW, shop(22, 12))
        assert (await complaints.promise_of(session, complaint)).due_at == shop(22, 12)
        told = len(complaint.events)
        await complaints.change_severity(session, complaint, Severity.LOW, agent_id=agent)
        assert len(complaint.events) == told

    async def test_a_higher_level_waits_for_its_share_of_the_time(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session, tier="platinum"), category="other")
        await complaints.change_severity(session, complaint, Severity.CRITICAL, agent_id=agent)
        assert complaint.due_at == due_at(Severity.CRITICAL, tier="platinum", start=shop(22, 10)) < shop(22, 12)

    async def test_once_answered_nothing_is_due_sooner(self, session, frozen_clock):
        agent = await make_agent(session)
        complaint = await complain(session, await make_member(session))
        due = complaint.due_at
        await complaints.add_event(session, complaint, text="在查", audience=Audience.MEMBER, agent_id=agent)
        await complaints.change_severity(session, complaint, Severity.CRITICAL, agent_id=agent)
        assert (complaint.severity, complaint.due_at) == (Severity.CRITICAL, due)


class TestMarkBreached:
    async def test_unanswered_past_the_due_time_once(self, session, frozen_clock):
        agent = await make_agent(session)
        late = await complain(session, await make_member(session))
        answered = await complain(session, await make_member(session), key="m2")
        await complaints.add_event(session, answered, text="好", audience=Audience.MEMBER, agent_id=agent)
        assert await complaints.mark_breached(session, at=late.due_at) == []
        assert not complaints.breached(late, at=late.due_at)
        after = late.due_at + timedelta(seconds=1)
        assert complaints.breached(late, at=after)
        assert await complaints.mark_breached(session, at=after) == [late]
        assert await complaints.mark_breached(session, at=after) == []
        assert late.breached_at == late.due_at
        assert "breached" not in [event.kind for event in late.events_for(Audience.MEMBER)]


class TestLists:
    async def test_open_ones_by_member_by_owner_and_by_due_time(self, session, frozen_clock):
        member, agent = await make_member(session), await make_agent(session)
        slow = await complain(session, member, category="price")
        fast = await complain(session, await make_member(session), key="m2", category="staff")
        await complaints.assign(session, slow, owner_id=agent, by_id=agent)
        assert list(await complaints.open_list(session)) == [fast, slow]
        assert list(await complaints.open_list(session, owner_id=agent)) == [slow]
        assert list(await complaints.open_for_member(session, member.id)) == [slow]
        await complaints.resolve(session, slow, resolution="好", agent_id=agent)
        assert list(await complaints.open_for_member(session, member.id)) == []
        assert list(await complaints.for_member(session, member.id)) == [slow]

    async def test_a_number_is_found_in_any_case_by_its_member_only(self, session):
        member, other = await make_member(session), await make_member(session)
        complaint = await complain(session, member)
        number = complaint.number.lower()
        assert await complaints.by_number(session, number, member_id=member.id) is complaint
        assert await complaints.by_number(session, number, member_id=other.id) is None
