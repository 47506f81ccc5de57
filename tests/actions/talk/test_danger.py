"""Somebody is at risk: what to do now, the case on record as urgent, a person at once, no answer needed."""

from datetime import timedelta

import pytest

from actions.talk.danger import ActionReportDanger
from crm_store import complaints, conversations, promises
from crm_store.clock import FrozenClock
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
        ("battery", "zh-Hans", "别再充"),
        ("battery", "zh-Hant", "別丟垃圾桶"),
        ("battery", "en", "outdoors"),
        ("acid", "zh-Hant", "流動清水"),
        ("acid", "en", "running water"),
    ],
)
async def test_a_visitor_hears_what_to_do_and_the_case_is_filed(
    customer: Customer, kind: str, language: str, says: str
) -> None:
    ran = await customer.run(
        ActionReportDanger, "出事了", "report_danger", entities={"choice": kind}, language=language
    )
    assert ran.responses == [f"reply_danger_{kind}", "reply_danger_filed", "reply_danger_contact"]
    assert says in ran.said[0].text
    (complaint,) = await _filed(customer)
    assert (complaint.severity, complaint.description) == ("critical", "出事了")
    assert complaint.number in ran.said[1].text
    conversation = await _conversation(customer)
    assert (conversation.state, conversation.queue_reason, conversation.urgency) == (
        ConversationState.QUEUE, QueueReason.DELICATE, Urgency.CRITICAL,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("guidance", "language", "says"),
    [
        ("battery", "en", "no child can reach"), ("acid", "zh-Hans", "20 分钟"),
    ],
)  # fmt: skip
async def test_what_to_do_with_a_battery_is_told_without_a_case(
    customer: Customer, guidance: str, language: str, says: str
) -> None:
    entities = {"choice": f"next:{guidance}"}
    ran = await customer.run(ActionReportDanger, "…", "report_danger", entities=entities, language=language)
    assert says in ran.only.text
    assert await _filed(customer) == []


@pytest.mark.parametrize("kind", ["self_harm", "violence", "threat", "other"])
async def test_some_dangers_are_talked_about_and_not_filed(customer: Customer, kind: str) -> None:
    ran = await customer.run(ActionReportDanger, "我受够了", "report_danger", entities={"choice": kind})
    assert ran.responses[0] == f"reply_danger_{kind}"
    assert "reply_danger_filed" not in ran.responses
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
    assert "reply_danger_in_line" in ran.responses


@pytest.mark.parametrize("kind", ["fire", "fraud", "self_harm", "abuse", "violence", "threat", "other"])
async def test_while_nobody_is_there_nobody_is_promised_at_once(
    customer: Customer, frozen_clock: FrozenClock, kind: str
) -> None:
    ran = await customer.run(ActionReportDanger, "出事了", "report_danger", entities={"choice": kind})
    by_day = ran.said[0].text
    assert "同事" in by_day
    async with customer.database.transaction() as session:
        conversation = await conversations.get(session, customer.conversation_id)
        conversation.queue_announced_at = conversation.queued_at
        conversation.context = None
    frozen_clock.move(timedelta(hours=13))  # 23:00
    customer.slots.clear()
    ran = await customer.run(ActionReportDanger, "出事了", "report_danger", entities={"choice": kind})
    by_night = ran.said[0].text
    assert by_day.startswith(by_night)
    assert "请同事" not in by_night
    assert "请负责的同事" not in by_night
    closed = next(each for each in ran.said if each.response == "reply_danger_in_line_closed")
    assert "明天 09:00 上班后最先看您这件" in closed.text


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


def _chosen(choice: str) -> dict[str, str]:
    return {"choice": choice}


async def test_the_same_alarm_is_never_given_twice(customer: Customer) -> None:
    first = await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities=_chosen("fire"))
    second = await customer.run(ActionReportDanger, "还在冒烟", "report_danger", entities=_chosen("fire:fire"))
    third = await customer.run(ActionReportDanger, "又冒烟", "report_danger", entities=_chosen("fire:fire"))
    assert second.responses == ["reply_danger_next_fire"]
    assert third.responses == ["reply_danger_again_fire"]
    assert len(third.said[0].text) < len(first.said[0].text)
    assert len(await _filed(customer)) == 1


@pytest.mark.parametrize(
    ("choice", "language", "says"),
    [
        ("next:burn", "zh-Hant", "15–20 分鐘"),
        ("next:burn", "en", "15–20 minutes"),
        ("next:number", "zh-Hans", "120"),
        ("next:number", "zh-Hant", "119"),
        ("next:number", "zh-Hant", "999"),
        ("next:number", "en", "local emergency number"),
        ("next:unwell", "zh-Hans", "不要催吐"),
        ("next:fire", "en", "No water"),
        ("next:fraud", "zh-Hans", "冻结"),
        ("next:wet", "zh-Hant", "水電師傅"),
        ("next:wet", "en", "electrician"),
        ("next:hospital", "zh-Hant", "會跟進"),
        ("next:dispose", "zh-Hans", "垃圾桶"),
        ("next:keep", "zh-Hant", "看診的單據"),
        ("next:calm", "en", "good to hear"),
        ("next", "zh-Hans", "先别再用"),
    ],
)
async def test_what_to_do_now_fits_and_files_nothing(customer: Customer, choice: str, language: str, says: str) -> None:
    ran = await customer.run(ActionReportDanger, "怎么办", "report_danger", entities=_chosen(choice), language=language)
    assert says in ran.only.text
    assert await _filed(customer) == []


async def test_a_visitor_is_asked_once_for_a_number_which_the_staff_then_read_with_the_case(
    customer: Customer,
) -> None:
    await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities=_chosen("fire"))
    burnt = await customer.run(ActionReportDanger, "手烫到了", "report_danger", entities=_chosen("injury"))
    assert "reply_danger_contact" not in burnt.responses
    kept = await customer.run(
        ActionReportDanger, "打我 13912345678", "report_danger", entities={"choice": "contact", "phone": "13912345678"}
    )
    assert kept.responses == ["reply_danger_contact_kept"]
    assert "13912345678" not in kept.only.text
    (complaint,) = await _filed(customer)
    assert any("13912345678" in (event.text or "") for event in complaint.events)


async def test_who_is_in_despair_hears_where_to_call_once_and_is_listened_to_afterwards(customer: Customer) -> None:
    await customer.run(ActionReportDanger, "不想活了", "report_danger", entities=_chosen("self_harm"))
    for response in ("reply_danger_next_self_harm", "reply_danger_here", "reply_danger_here"):
        ran = await customer.run(ActionReportDanger, "难受", "report_danger", entities=_chosen("next:self_harm"))
        assert ran.responses == [response]


async def test_a_member_is_asked_for_no_number(member: Customer) -> None:
    ran = await member.run(ActionReportDanger, "冒烟了", "report_danger", entities=_chosen("fire"))
    assert "reply_danger_contact" not in ran.responses


async def test_a_false_alarm_is_called_off_with_its_case(customer: Customer) -> None:
    await customer.run(ActionReportDanger, "卡被盗刷了", "report_danger", entities=_chosen("fraud"))
    ran = await customer.run(ActionReportDanger, "谁让你投诉，撤了", "report_danger", entities=_chosen("off"))
    assert ran.responses == ["reply_danger_off_ask"]
    (complaint,) = await _filed(customer)
    assert complaint.number in ran.said[0].text
    assert complaint.is_open
    assert (await _conversation(customer)).urgency == Urgency.CRITICAL
    ran = await customer.run(ActionReportDanger, "是", "report_danger", entities=_chosen("off:yes"))
    assert ran.responses == ["reply_danger_off_withdrawn"]
    (complaint,) = await _filed(customer)
    assert not complaint.is_open
    conversation = await _conversation(customer)
    assert (conversation.urgency, conversation.queue_reason, conversation.bot_invited) == (
        Urgency.NORMAL, QueueReason.REQUESTED, True,
    )  # fmt: skip


async def test_a_case_that_is_kept_keeps_its_urgent_mark(customer: Customer) -> None:
    await customer.run(ActionReportDanger, "插头冒火花", "report_danger", entities=_chosen("fire"))
    await customer.run(ActionReportDanger, "我问的是保修，不是投诉", "report_danger", entities=_chosen("off"))
    ran = await customer.run(ActionReportDanger, "别撤", "report_danger", entities=_chosen("off:no"))
    assert ran.responses == ["reply_danger_off_kept"]
    (complaint,) = await _filed(customer)
    assert complaint.is_open
    assert (await _conversation(customer)).urgency == Urgency.CRITICAL


async def test_a_complaint_the_customer_filed_stays_when_the_alarm_is_called_off(customer: Customer) -> None:
    async with customer.database.transaction() as session:
        own = await complaints.file(
            session, member_id=None, identity_id=customer.identity_id, conversation_id=customer.conversation_id,
            category="quality", description="开线", key="own",
        )  # fmt: skip
    await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities=_chosen("fire"))
    ran = await customer.run(ActionReportDanger, "误会了，撤掉", "report_danger", entities=_chosen("off"))
    assert ran.responses == ["reply_danger_off"]
    (complaint,) = await _filed(customer)
    assert (complaint.number, complaint.is_open) == (own.number, True)


@pytest.mark.parametrize(("language", "says"), [("zh-Hans", "凉水"), ("zh-Hant", "冷水"), ("en", "running water")])
async def test_a_burn_is_cooled_first_and_nothing_is_said_of_swallowing(
    customer: Customer, language: str, says: str
) -> None:
    ran = await customer.run(
        ActionReportDanger, "烫了", "report_danger", entities=_chosen("injury:burn"), language=language
    )
    assert ran.responses[:2] == ["reply_danger_burn", "reply_danger_filed"]
    assert says in ran.said[0].text
    told = [await customer.run(ActionReportDanger, "手", "report_danger", entities=_chosen("next:burn")) for _ in "abc"]
    assert [each.responses for each in told] == [
        ["reply_danger_next_burn"], ["reply_danger_again_burn"], ["reply_danger_again_burn"],
    ]  # fmt: skip


async def test_what_makes_it_worse_is_stopped_beside_the_alarm(customer: Customer) -> None:
    ran = await customer.run(
        ActionReportDanger, "the battery is swollen, it is in the freezer now", "report_danger",
        entities=_chosen("fire:fridge"), language="en",
    )  # fmt: skip
    assert ran.responses[:2] == ["reply_danger_fire", "reply_danger_next_fridge"]
    assert "freezer" in ran.said[1].text


async def test_a_burn_told_after_the_alarm_stands_in_the_case(customer: Customer) -> None:
    await customer.run(ActionReportDanger, "冒烟了", "report_danger", entities=_chosen("fire"))
    ran = await customer.run(ActionReportDanger, "她手指红了", "report_danger", entities=_chosen("next:burn"))
    assert ran.responses == ["reply_danger_next_burn"]
    (complaint,) = await _filed(customer)
    async with customer.database.reading() as session:
        filed = await complaints.get(session, complaint.id)
        assert "她手指红了" in [event.text for event in filed.events_for(complaints.Audience.STAFF)]


@pytest.mark.parametrize("kind", ["swallowed", "scam", "wet"])
async def test_what_is_only_told_files_nothing_calls_nobody_and_leaves_no_form(customer: Customer, kind: str) -> None:
    ran = await customer.run(
        ActionReportDanger, "是你们发的吗", "report_danger", entities=_chosen(kind),
        active_loop="bind_form", requested_slot="bind_email",
    )  # fmt: skip
    assert ran.responses == [f"reply_danger_{kind}"]
    assert ran.followup == "bind_form"
    assert await _filed(customer) == []
    assert (await _conversation(customer)).state == ConversationState.BOT
