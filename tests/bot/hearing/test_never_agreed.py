"""Who protests that something was done without a yes has it taken back; who denies a wish is offered nothing of it."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import option, said

RETURNED = Context(
    focus={
        "return": "R-2026-0007",
        "done": "return_or_refund",
        "topic": "return_or_refund",
        "at": {"done": 4, "order": 6},
    }
)
ASKED = Context(
    Expectation(
        form="return_form",
        slot="return_confirmed",
        options=[option("登记", "/affirm", "yes"), option("先不退", "/deny", "no")],
    )
)


class TestDoneWithoutAYes:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("我没同意啊，怎么就给我登记了", "bind_account"),
            ("誰叫你登記的，我還沒決定", "bind_account"),
            ("hey i never said yes to that", "affirm"),
        ],
    )
    def test_it_is_taken_back(self, text: str, intent: str) -> None:
        (step,) = hear(said(text, intent, 0.9), RETURNED).steps
        assert step.intent == "undo"

    @pytest.mark.parametrize("text", ["我还没说登记呢，怎么就登了", "i never agreed to anything"])
    def test_what_is_only_asked_about_stays_undone(self, text: str) -> None:
        (step,) = hear(said(text, "bind_account", 0.9), ASKED).steps
        assert step.intent == "hesitate"

    @pytest.mark.parametrize("text", ["我没收到验证码，登不进去", "how do i sign in"])
    def test_signing_in_is_another_matter(self, text: str) -> None:
        assert [step.intent for step in hear(said(text, "bind_account", 0.9), RETURNED).steps] == ["bind_account"]


class TestDenied:
    @pytest.mark.parametrize(
        ("text", "act"),
        [
            ("不想入会，你就告诉我有没有货", "join_membership"),
            ("我唔想做會員", "join_membership"),
            ("i don't want to sign up, just tell me the price", "join_membership"),
            ("谁要投诉了，我就问一句", "make_complaint"),
            ("邊個話要投訴呀", "make_complaint"),
        ],
    )
    def test_nothing_of_it_begins(self, text: str, act: str) -> None:
        steps = hear(said(text, act, 0.9), Context()).steps
        assert act not in [step.intent for step in steps]
        assert act in {str(each["value"]) for step in steps for each in entities_of(step.heard or {})}

    @pytest.mark.parametrize(
        ("text", "intent"),
        [("我想入会", "join_membership"), ("i'd like to join", "join_membership"), ("谁要给我打电话", "chase_promise")],
    )
    def test_a_wish_or_a_question_does(self, text: str, intent: str) -> None:
        assert [step.intent for step in hear(said(text, intent, 0.9), Context()).steps] == [intent]
