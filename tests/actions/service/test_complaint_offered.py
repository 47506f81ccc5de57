"""A complaint that was only offered is no form the customer began: a yes to something else files nothing, and any other
matter lets the offer go."""

import pytest

from actions.kit.base import ASIDES_SLOT
from actions.points.balance import ActionPointsBalance
from actions.returns.form import ReturnForm
from actions.service.complaints import ComplaintForm
from tests.actions.conftest import Customer

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _offered(member: Customer) -> None:
    form = await member.run(
        ComplaintForm, "气死了，客服什么态度", "make_complaint", anger=0.7, active_loop="complaint_form"
    )
    assert form.asks == "complaint_consent"


@pytest.mark.parametrize(
    ("text", "intent"), [("那换吧", "affirm"), ("对 退货", "return_or_refund"), ("yes refund it", "affirm")]
)
async def test_a_yes_to_something_else_files_nothing(member: Customer, text: str, intent: str) -> None:
    await _offered(member)
    await member.run(ComplaintForm, text, intent)
    assert member.slots.get("complaint_consent") is None


@pytest.mark.parametrize("text", ["好", "登记吧", "嗯，投诉"])
async def test_a_yes_and_the_word_for_it_still_file(member: Customer, text: str) -> None:
    await _offered(member)
    form = await member.run(ComplaintForm, text, "affirm")
    assert member.slots.get("complaint_consent") == "file"
    assert form.asks is None


async def test_the_answer_to_a_question_lets_the_offer_go(member: Customer) -> None:
    await _offered(member)
    ran = await member.run(ActionPointsBalance, "我有多少积分", "ask_points_balance")
    assert ran.responses
    assert ran.followup is None
    assert {"event": "active_loop", "name": None} in [
        {key: event.get(key) for key in ("event", "name")} for event in ran.events
    ]
    assert member.slots.get(ASIDES_SLOT) is None


async def test_another_wish_leaves_nothing_to_take_up_again(member: Customer) -> None:
    await _offered(member)
    await member.run(ReturnForm, "我要退货", "return_or_refund")
    assert "set_aside" not in (member.slots.get("focus") or {})
