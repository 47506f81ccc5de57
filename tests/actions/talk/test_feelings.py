"""Bare feeling: what went wrong and is open is named at once; else the customer is asked what happened."""

from datetime import timedelta

import pytest

from actions.kit.forms import CrmForm
from actions.service.complaints import ComplaintForm
from actions.service.feedback import ActionPraise, RatingForm
from actions.talk.feelings import ActionVent
from crm_store import complaints, feedback, promises
from crm_store.clock import FrozenClock, now
from crm_store.orders import OrderStatus
from crm_store.promises import PromiseKind
from tests.actions.conftest import Customer
from tests.actions.shop import SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def late_parcel(member: Customer) -> str:
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        parcel = await send(
            session, order, promised_at=now() - timedelta(days=1), arrived_at=now() - timedelta(hours=15)
        )
        return parcel.number


async def complain(customer: Customer) -> str:
    async with customer.database.transaction() as session:
        filed = await complaints.file(
            session,
            member_id=customer.member.id if customer.member else None,
            identity_id=customer.identity_id,
            conversation_id=customer.conversation_id,
            category="quality",
            description="鞋底开胶",
            key="k",
        )
        return filed.number


async def test_a_late_parcel_is_named_with_what_can_be_done(member: Customer) -> None:
    number = await late_parcel(member)
    ran = await member.run(ActionVent, "🤬", "vent", entities={"choice": "anger"})
    assert ran.responses == ["reply_vent_late"]
    assert number in ran.only.text
    assert [payload.partition("{")[0] for payload in ran.only.payloads] == [
        "/make_complaint", "/chase_promise", "/request_human",
    ]  # fmt: skip
    assert ran.slots["focus"]["parcel"] == number


async def test_a_promise_that_was_not_kept_is_owned_up_to(member: Customer, frozen_clock: FrozenClock) -> None:
    async with member.database.transaction() as session:
        await promises.make(
            session, member_id=member.member.id, kind=PromiseKind.REPLY, text="周四前给您回复",
            due_at=now() + timedelta(hours=2), key="k",
        )  # fmt: skip
    frozen_clock.move(timedelta(hours=5))
    ran = await member.run(ActionVent, "无语了", "vent", entities={"choice": "anger"})
    assert ran.responses == ["reply_vent_promise"]
    assert "周四前给您回复" in ran.only.text


async def test_a_visitor_s_complaint_of_this_conversation_is_named(customer: Customer) -> None:
    number = await complain(customer)
    ran = await customer.run(ActionVent, "现在怎么办", "vent", entities={"choice": "what_now"})
    assert ran.responses == ["reply_vent_complaint"]
    assert number in ran.only.text


@pytest.mark.parametrize(
    ("mood", "response"),
    [
        ("anger", "reply_vent_what_happened"),
        ("sarcasm", "reply_vent_what_happened"),
        ("insult", "reply_vent_insult"),
        ("tears", "reply_vent_tears"),
        ("what_now", "reply_vent_what_now"),
    ],
)
async def test_with_nothing_known_to_be_wrong_the_customer_is_asked(
    customer: Customer, mood: str, response: str
) -> None:
    ran = await customer.run(ActionVent, "…", "vent", entities={"choice": mood})
    assert ran.responses == [response]
    assert "/request_human" in ran.only.payloads


@pytest.mark.parametrize("mood", ["grief", "grief_animal"])
async def test_who_grieves_is_met_as_such_whatever_else_is_open(member: Customer, mood: str) -> None:
    await late_parcel(member)
    ran = await member.run(ActionVent, "…", "vent", entities={"choice": mood})
    assert ran.responses == [f"reply_vent_{mood}"]
    assert ran.only.payloads == ["/request_human", "/request_callback"]


async def test_laughter_is_met_lightly_whatever_is_open(member: Customer) -> None:
    await late_parcel(member)
    ran = await member.run(ActionVent, "哈哈哈", "vent", entities={"choice": "light"})
    assert ran.responses == ["reply_vent_light"]


async def test_in_a_form_no_buttons_stand_in_the_way_of_its_question(member: Customer) -> None:
    await late_parcel(member)
    ran = await member.run(ActionVent, "🤬", "vent", entities={"choice": "anger"}, active_loop="complaint_form")
    assert ran.only.buttons == []
    assert ran.followup == "complaint_form"


@pytest.mark.parametrize(
    ("form", "slot", "takes"), [(ComplaintForm, "complaint_description", False), (RatingForm, "rating_comment", True)]
)
async def test_it_tells_nothing_of_what_happened_but_it_is_a_reason_for_a_score(
    customer: Customer, form: type[CrmForm], slot: str, takes: bool
) -> None:
    ran = await customer.run(form, "一群废物", "vent", active_loop=form.form_name, requested_slot=slot)
    assert (ran.slots.get(slot) == "一群废物") is takes


class TestPraise:
    async def test_it_is_not_thanked_for_while_a_parcel_is_late(self, member: Customer) -> None:
        number = await late_parcel(member)
        ran = await member.run(ActionPraise, "你们真棒", "give_praise")
        assert ran.responses == ["reply_praise_late"]
        assert number in ran.only.text
        async with member.database.reading() as session:
            assert list(await feedback.latest(session)) == []

    async def test_it_is_when_nothing_is_open(self, member: Customer) -> None:
        ran = await member.run(ActionPraise, "你们真棒", "give_praise")
        assert ran.responses == ["reply_praise_thanks"]
