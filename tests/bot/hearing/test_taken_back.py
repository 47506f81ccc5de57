"""A bare "cancel it" means what was arranged or done last, and amid a form the form; never an order nobody spoke of."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

AT = {"done": 8, "callback": 8}


def done(act: str, **focus: Any) -> Context:
    return Context(focus={"done": act, "topic": act, "at": AT, **focus})


@pytest.mark.parametrize("text", ["取消吧", "還是取消好了", "please cancel it", "算了，帮我取消"])
def test_after_a_call_was_arranged_it_is_the_call(text: str) -> None:
    (step,) = hear(said(text, "cancel_order", 0.97), done("request_callback", callback=4)).steps
    assert step.intent == "cancel_callback"


@pytest.mark.parametrize("act", ["redeem_points", "return_or_refund", "make_complaint", "opt_out"])
def test_after_another_act_it_is_that_act(act: str) -> None:
    (step,) = hear(said("撤销吧", "cancel_order", 0.9), done(act)).steps
    assert step.intent == "undo"


@pytest.mark.parametrize(
    "text", ["唉我后悔了，还能不退吗", "我改主意了", "欸我反悔 可以嗎", "i changed my mind about that"]
)
@pytest.mark.parametrize("act", ["cancel_membership", "redeem_points"])
def test_regret_right_after_an_act_takes_it_back(text: str, act: str) -> None:
    (step,) = hear(said(text, "return_or_refund", 0.7), done(act)).steps
    assert step.intent == "undo"


def test_regret_of_nothing_that_was_done_is_no_undoing() -> None:
    (step,) = hear(said("我后悔了，这鞋想退", "return_or_refund", 0.9), Context()).steps
    assert step.intent == "return_or_refund"


def test_with_its_reason_beside_it_it_still_is() -> None:
    message = said(
        "不约了，我去店里问，取消吧", "cancel_order", 0.9, ("cancel", 0.9), ("inform", 0.5), ("cancel_order", 0.9)
    )
    assert hear(message, done("request_callback")).steps[0].intent in {"cancel_callback", "deny_act"}


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("把那双鞋的订单取消", done("request_callback")),
        ("取消吧", done("request_callback", order="1", at={**AT, "order": 10})),
        ("取消吧", Context()),
    ],
    ids=["something is named", "something else was spoken of since", "nothing was done"],
)
def test_anything_else_stays_a_wish_of_its_own(text: str, context: Context) -> None:
    (step,) = hear(said(text, "cancel_order", 0.97), context).steps
    assert step.intent == "cancel_order"


def test_amid_a_form_it_leaves_the_form() -> None:
    for slot in ("callback_window", "callback_topic"):
        (step,) = hear(said("取消吧", "cancel_order", 0.97), asked(form="callback_form", slot=slot)).steps
        assert step.intent == "cancel"


def test_where_the_form_itself_cancels_it_is_no_farewell() -> None:
    (step,) = hear(
        said("取消吧", "cancel_order", 0.97), asked(form="cancel_order_form", slot="cancel_order_number")
    ).steps
    assert step.intent == "cancel_order"


class TestWhatIsAskedOfWhatWasDone:
    @pytest.mark.parametrize("text", ["那多久能有人答复我", "when will I get a reply"])
    def test_after_a_complaint_when_it_is_answered(self, text: str) -> None:
        context = done("make_complaint", complaint="C-2026-0004", at={"done": 8, "complaint": 8})
        (step,) = hear(said(text, "request_callback", 0.9), context).steps
        assert step.intent == "ask_complaint_status"
        assert step.heard is not None
        assert [each["value"] for each in entities_of(step.heard)] == ["C-2026-0004"]

    def test_when_something_else_comes_is_no_question_about_it(self) -> None:
        context = done("make_complaint", complaint="C-2026-0004", at={"done": 8, "complaint": 8})
        (step,) = hear(said("我的包裹什么时候到", "ask_parcel", 0.9), context).steps
        assert step.intent == "ask_parcel"

    @pytest.mark.parametrize("text", ["積分退回來了沒", "have my points come back now"])
    def test_after_a_redemption_was_undone_whether_the_points_are_back(self, text: str) -> None:
        (step,) = hear(said(text, "dispute_points", 0.9), done("undo_redemption")).steps
        assert step.intent == "ask_points_balance"


class TestAStoryThatWasAskedFor:
    WAITS = asked(form="complaint_form", slot="complaint_description")

    def test_its_clauses_are_no_wishes_apart(self) -> None:
        message = said(
            "打电话问退款，客服不理人", "make_complaint", 0.6, ("ask_refund_status", 0.95), ("make_complaint", 0.95)
        )
        (step,) = hear(message, self.WAITS).steps
        assert step.text == message.text

    def test_what_is_announced_as_another_matter_is_one(self) -> None:
        message = said(
            "客服骂人，顺便帮我查下积分", "make_complaint", 0.6, ("make_complaint", 0.95), ("ask_points_balance", 0.95)
        )
        assert {step.intent for step in hear(message, self.WAITS).steps} == {"make_complaint", "ask_points_balance"}

    def test_what_it_denies_is_part_of_it(self) -> None:
        (step,) = hear(said("我说了不要退货，他还骂人", "make_complaint", 0.9), self.WAITS).steps
        assert step.intent == "make_complaint"
