"""A complaint is taken with an apology and the truth, asks only what is not known, and ends with a number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.service.complaint_status import ActionComplaintStatus
from actions.service.complaint_words import category_said
from actions.service.complaints import AskComplaintCategory, AskComplaintConsent, ComplaintForm, FileComplaint
from crm_store import complaints, conversations, promises, risk
from crm_store.clock import FrozenClock, now
from crm_store.complaints import Complaint
from crm_store.conversations import ConversationState, QueueReason, Urgency
from crm_store.orders import OrderStatus
from crm_store.promises import PromiseKind
from tests.actions.conftest import Customer, make_member
from tests.actions.shop import SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

FURIOUS = "你們到底在搞什麼 說好昨天到 今天還沒影 我要投訴！！！"


async def _late_parcel(member: Customer) -> None:
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        await send(
            session, order, promised_at=now() - timedelta(days=1), arrived_at=now() - timedelta(hours=15, minutes=20)
        )


async def _filed(customer: Customer) -> list[Complaint]:
    async with customer.database.reading() as session:
        return list(await session.scalars(select(Complaint).order_by(Complaint.id)))


class TestFiling:
    async def test_a_furious_member_with_a_late_parcel(self, member: Customer) -> None:
        await _late_parcel(member)
        form = await member.run(
            ComplaintForm, FURIOUS, "make_complaint", language="zh-Hant", anger=0.92, sentiment="negative",
            active_loop="complaint_form",
        )  # fmt: skip
        assert form.asks == "complaint_consent"
        asked = await member.run(AskComplaintConsent, FURIOUS, "make_complaint", anger=0.92)
        assert asked.responses == ["reply_complaint_consent_late"]
        assert "昨天 18:40 抵達板橋站" in asked.only.text
        assert "比我們承諾的昨天 10:00 晚了 1 天" in asked.only.text
        assert asked.only.titles == ["登記投訴", "先幫我催", "找真人"]

        form = await member.run(ComplaintForm, "登記 順便找人", "request_human")
        assert form.asks is None
        ran = await member.run(FileComplaint, "登記 順便找人", "request_human")
        assert ran.responses == ["reply_complaint_filed"]
        (complaint,) = await _filed(member)
        assert complaint.number == "C-2026-0001"
        assert (complaint.category, complaint.severity, complaint.description) == ("late_delivery", "critical", FURIOUS)
        assert complaint.parcel_id is not None
        assert complaint.order_id is not None
        assert "C-2026-0001，最晚今天 12:00 前" in ran.only.text
        async with member.database.reading() as session:
            conversation = await conversations.get(session, member.conversation_id)
            assert conversation.state == ConversationState.QUEUE
            assert (conversation.queue_reason, conversation.urgency) == (QueueReason.COMPLAINT, Urgency.CRITICAL)
            made = await promises.open_for_member(session, member.member.id)
            assert [(each.kind, each.reference) for each in made] == [(PromiseKind.COMPLAINT_REPLY, "C-2026-0001")]
            assessed = await risk.latest(session, member.member.id)
            assert assessed is not None
            assert "complaint_open" in {reason["code"] for reason in assessed.reasons}

    async def test_the_same_message_twice_files_once(self, member: Customer) -> None:
        await _late_parcel(member)
        await member.run(ComplaintForm, FURIOUS, "make_complaint", active_loop="complaint_form")
        answered = await member.run(ComplaintForm, "登记", "affirm")
        slots = dict(member.slots)
        first = await member.run(FileComplaint, "登记", "affirm", message_id=answered.message_id)
        second = await member.run(FileComplaint, "登记", "affirm", message_id=answered.message_id, slots=slots)
        assert first.only.values["number"] == second.only.values["number"]
        assert len(await _filed(member)) == 1

    async def test_a_bare_wish_to_complain_is_asked_what_happened(self, member: Customer) -> None:
        form = await member.run(
            ComplaintForm, "i want to complain", "make_complaint", language="en", active_loop="complaint_form"
        )
        assert form.asks == "complaint_consent"
        assert (await member.run(AskComplaintConsent, "x", "make_complaint")).responses == ["reply_complaint_consent"]
        form = await member.run(ComplaintForm, "yes", "affirm")
        assert form.asks == "complaint_description"
        form = await member.run(ComplaintForm, "the cashier in the Jing'an shop shouted at my mother", "make_complaint")
        assert form.asks is None
        await member.run(FileComplaint, "the cashier in the Jing'an shop shouted at my mother", "make_complaint")
        (complaint,) = await _filed(member)
        assert (complaint.category, complaint.severity) == ("staff", "high")

    async def test_the_category_is_asked_only_when_no_word_tells_it(self, member: Customer) -> None:
        await member.run(
            ComplaintForm, "我要投诉，昨天的事太离谱，等个说法", "make_complaint", active_loop="complaint_form"
        )
        form = await member.run(ComplaintForm, "好的", "affirm")
        assert form.asks == "complaint_category"
        asked = await member.run(AskComplaintCategory, "好的", "affirm")
        assert len(asked.only.buttons) == 4
        form = await member.run(ComplaintForm, "/inform", "inform", entities={"choice": "staff"})
        assert form.asks is None
        await member.run(FileComplaint, "/inform", "inform")
        assert [each.category for each in await _filed(member)] == ["staff"]

    async def test_chase_it_first(self, member: Customer) -> None:
        await _late_parcel(member)
        await member.run(ComplaintForm, FURIOUS, "make_complaint", active_loop="complaint_form")
        form = await member.run(ComplaintForm, "/chase_promise", "chase_promise")
        assert form.asks is None
        ran = await member.run(FileComplaint, "/chase_promise", "chase_promise")
        assert ran.responses == ["reply_parcel_chased"]
        assert await _filed(member) == []

    async def test_a_story_of_a_call_that_was_cut_off_is_nothing_to_chase(self, member: Customer) -> None:
        await member.run(ComplaintForm, "我要投诉", "make_complaint", active_loop="complaint_form")
        story = "上午打电话去问水壶，说到一半就把我电话挂了"
        form = await member.run(ComplaintForm, story, "chase_promise")
        assert form.asks == "complaint_consent"
        form = await member.run(ComplaintForm, "对，登记", "affirm")
        if form.asks == "complaint_category":
            form = await member.run(ComplaintForm, "/inform", "inform", entities={"choice": "staff"})
        await member.run(FileComplaint, "对，登记", "affirm")
        (complaint,) = await _filed(member)
        assert story in complaint.description

    async def test_a_person_instead(self, member: Customer) -> None:
        await member.run(ComplaintForm, "投诉你们！衣服破了", "make_complaint", active_loop="complaint_form")
        form = await member.run(ComplaintForm, "/request_human", "request_human")
        assert form.asks is None
        ran = await member.run(FileComplaint, "/request_human", "request_human")
        assert ran.responses == ["reply_complaint_person"]
        async with member.database.reading() as session:
            conversation = await conversations.get(session, member.conversation_id)
        assert (conversation.state, conversation.queue_reason) == (ConversationState.QUEUE, QueueReason.COMPLAINT)

    async def test_no_leaves_nothing_behind(self, member: Customer) -> None:
        await member.run(ComplaintForm, "质量太差了", "make_complaint", active_loop="complaint_form")
        await member.run(ComplaintForm, "算了不用", "deny")
        ran = await member.run(FileComplaint, "算了不用", "deny")
        assert ran.responses == ["reply_complaint_not_filed"]
        assert await _filed(member) == []

    async def test_a_broken_promise_is_admitted_before_anything_is_asked(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        async with member.database.transaction() as session:
            promise = await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.REPLY, text="We reply by 22 November 12:00",
                due_at=now() + timedelta(hours=2), key="k",
            )  # fmt: skip
        frozen_clock.move(timedelta(days=1))
        rant = "third time you lie to me, i am fed up"
        form = await member.run(ComplaintForm, rant, "make_complaint", language="en", active_loop="complaint_form")
        assert form.slots["complaint_category"] == "staff"
        asked = await member.run(AskComplaintConsent, rant, "make_complaint")
        assert "“We reply by 22 November 12:00”" in asked.only.text
        async with member.database.reading() as session:
            assert (await promises.get(session, promise.id)).broken_at is not None

    async def test_words_of_refusal_count_whatever_the_intent(self, member: Customer) -> None:
        await member.run(ComplaintForm, "质量太差了", "make_complaint", active_loop="complaint_form")
        form = await member.run(ComplaintForm, "算了 不投诉了", "ask_complaint_status")
        assert form.slots["complaint_consent"] == "no"

    async def test_the_button_below_the_facts_is_consent(self, member: Customer) -> None:
        await _late_parcel(member)
        form = await member.run(
            ComplaintForm, "/make_complaint", "make_complaint",
            entities={"choice": "file", "parcel_number": "SF1029384756"}, active_loop="complaint_form",
        )  # fmt: skip
        assert form.asks is None
        await member.run(FileComplaint, "/make_complaint", "make_complaint")
        (complaint,) = await _filed(member)
        assert complaint.category == "late_delivery"
        assert "SF1029384756" in complaint.description

    async def test_a_stranger_leaves_a_contact_and_learns_nothing(self, customer: Customer) -> None:
        other = await make_member(customer.database)
        async with customer.database.transaction() as session:
            order = await place(session, other.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() - timedelta(days=1))
        form = await customer.run(
            ComplaintForm, "SF1029384756還沒到 我要投訴", "make_complaint", language="zh-Hant",
            entities={"parcel_number": "SF1029384756"}, active_loop="complaint_form",
        )  # fmt: skip
        asked = await customer.run(AskComplaintConsent, "x", "make_complaint")
        assert asked.responses == ["reply_complaint_consent"]
        form = await customer.run(ComplaintForm, "好", "affirm")
        assert form.asks == "complaint_contact"
        form = await customer.run(ComplaintForm, "0912-345-678", "inform", entities={"phone": "0912-345-678"})
        assert form.asks is None
        ran = await customer.run(FileComplaint, "0912-345-678", "inform")
        assert ran.responses == ["reply_complaint_filed"]
        (complaint,) = await _filed(customer)
        assert (complaint.member_id, complaint.parcel_id) == (None, None)
        staff = [event.text for event in complaint.events_for(complaints.Audience.STAFF)]
        assert any("0912-345-678" in text for text in staff)
        assert all("0912" not in event.text for event in complaint.events_for(complaints.Audience.MEMBER))


class TestStatus:
    async def test_waiting_then_overdue(self, member: Customer, frozen_clock: FrozenClock) -> None:
        async with member.database.transaction() as session:
            await complaints.file(
                session, member_id=member.member.id, conversation_id=member.conversation_id, category="staff",
                description="rude", key="k",
            )  # fmt: skip
        ran = await member.run(ActionComplaintStatus, "我的投诉怎么样了", "ask_complaint_status")
        assert ran.responses == ["reply_complaint_waiting"]
        frozen_clock.move(timedelta(days=2))
        ran = await member.run(ActionComplaintStatus, "C-2026-0001有结果吗", "ask_complaint_status")
        assert ran.responses == ["reply_complaint_overdue"]
        assert ran.only.titles == ["现在转接", "约时间回电"]
        frozen_clock.move(timedelta(hours=13))
        ran = await member.run(ActionComplaintStatus, "C-2026-0001有结果吗", "ask_complaint_status")
        assert "先替您排上队" in ran.only.text
        assert ran.only.titles == ["先排队", "约时间回电"]

    async def test_a_wish_to_complain_taken_for_a_question_begins_the_form(
        self, member: Customer, customer: Customer
    ) -> None:
        for who in (member, customer):
            ran = await who.run(ActionComplaintStatus, "到底什麼時候到？我要投訴你們", "ask_complaint_status")
            assert (ran.said, ran.followup) == ([], "complaint_form")

    async def test_a_foreign_number_is_unknown(self, member: Customer) -> None:
        other = await make_member(member.database)
        async with member.database.transaction() as session:
            await complaints.file(
                session, member_id=other.id, conversation_id=None, category="staff", description="rude", key="k"
            )
        ran = await member.run(ActionComplaintStatus, "c-2026-0001 status", "ask_complaint_status", language="en")
        assert ran.responses == ["reply_complaint_unknown"]

    async def test_several_become_a_list(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            for number, category in enumerate(("staff", "price")):
                await complaints.file(
                    session, member_id=member.member.id, conversation_id=member.conversation_id, category=category,
                    description="…", key=f"k{number}",
                )  # fmt: skip
        ran = await member.run(ActionComplaintStatus, "投诉进度", "ask_complaint_status")
        assert ran.responses == ["reply_complaints"]
        assert len(ran.only.buttons) == 2
        chosen = await member.run(
            ActionComplaintStatus, "/x", "ask_complaint_status", entities={"choice": "C-2026-0002"}
        )
        assert chosen.only.values["number"] == "C-2026-0002"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("送貨的人態度很差還飆髒話", "staff"),
        ("快递员把箱子摔地上还骂人", "staff"),
        ("the courier shouted at me when he brought the parcel", "staff"),
        ("快递三天了还没到", "late_delivery"),
        ("the parcel is late again", "late_delivery"),
        ("箱子到的时候摔坏了", "damaged"),
    ],
)
def test_how_somebody_behaved_is_no_late_parcel(text: str, kind: str) -> None:
    assert category_said(text) == kind
