"""Somebody is at risk: what to do now, the case on record as urgent, a person at once, and nothing asked."""

import pytest

from actions.talk.danger import ActionReportDanger
from crm_store import complaints, conversations, promises
from crm_store.complaints import Complaint
from crm_store.conversations import Conversation, ConversationState, QueueReason, Urgency
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _conversation(customer: Customer) -> Conversation:
    async with customer.database.reading() as session:
        return await conversations.get(session, customer.conversation_id)


async def _filed(customer: Customer) -> list[Complaint]:
    async with customer.database.reading() as session:
        return list(await complaints.for_conversation(session, customer.conversation_id))


@pytest.mark.parametrize(
    ("kind", "language", "says"),
    [
        ("fire", "zh-Hans", "拔插头"),
        ("child", "zh-Hant", "不要催吐"),
        ("injury", "en", "emergency number"),
        ("fraud", "zh-Hans", "挂失"),
    ],
)
async def test_a_visitor_hears_what_to_do_and_the_case_is_filed(
    customer: Customer, kind: str, language: str, says: str
) -> None:
    ran = await customer.run(
        ActionReportDanger, "出事了", "report_danger", entities={"choice": kind}, language=language
    )
    assert ran.responses == [f"reply_danger_{kind}", "reply_danger_filed"]
    assert says in ran.said[0].text
    (complaint,) = await _filed(customer)
    assert (complaint.severity, complaint.description) == ("critical", "出事了")
    assert complaint.number in ran.said[1].text
    conversation = await _conversation(customer)
    assert (conversation.state, conversation.queue_reason, conversation.urgency) == (
        ConversationState.QUEUE, QueueReason.DELICATE, Urgency.CRITICAL,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["self_harm", "violence", "threat", "other"])
async def test_some_dangers_are_talked_about_and_not_filed(customer: Customer, kind: str) -> None:
    ran = await customer.run(ActionReportDanger, "我受够了", "report_danger", entities={"choice": kind})
    assert ran.responses == [f"reply_danger_{kind}"]
    assert await _filed(customer) == []
    assert (await _conversation(customer)).urgency == Urgency.CRITICAL


async def test_a_member_s_case_is_tied_to_the_thing_that_was_bought(member: Customer) -> None:
    async with member.database.transaction() as session:
        await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        mug = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED)
    await member.run(
        ActionReportDanger, "咖啡杯炸裂，手割伤了", "report_danger", entities={"choice": "injury", "product": "咖啡杯"}
    )
    (complaint,) = await _filed(member)
    assert complaint.order_id == mug.id
    async with member.database.reading() as session:
        assert [each.reference for each in await promises.open_for_member(session, member.member.id)] == [
            complaint.number
        ]


async def test_who_waits_already_is_told_of_the_new_place(customer: Customer) -> None:
    async with customer.database.transaction() as session:
        conversation = await conversations.request_human(
            session, customer.conversation_id, reason=QueueReason.REQUESTED
        )
        conversation.queue_announced_at = conversation.queued_at
    ran = await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities={"choice": "fire"})
    assert ran.responses[-1] == "reply_danger_in_line"


async def test_an_open_form_is_left(customer: Customer) -> None:
    ran = await customer.run(
        ActionReportDanger, "冒烟了", "report_danger", entities={"choice": "fire"},
        active_loop="bind_form", requested_slot="bind_email",
    )  # fmt: skip
    assert ran.leaves_form
    assert ran.followup is None


async def test_the_same_message_twice_files_once(customer: Customer) -> None:
    first = await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities={"choice": "fire"})
    await customer.run(
        ActionReportDanger, "冒烟了", "report_danger", entities={"choice": "fire"}, message_id=first.message_id
    )
    assert len(await _filed(customer)) == 1
