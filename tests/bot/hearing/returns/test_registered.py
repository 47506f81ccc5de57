"""What is said of a registered return, exchange or repair, by its number or its kind."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, option, said

RETURN, STATUS = "return_or_refund", "ask_refund_status"
QUESTION = (
    option("Withdraw it", '/undo{"act":"return_or_refund","choice":"R-2026-0021"}', "yes"),
    option("Leave it as it is", '/undo{"act":"return_or_refund","choice":"keep"}', "no"),
)
PROFILE = Context(expects=Expectation(form="profile_form", slot="profile_value"))


def entities(step: Step) -> dict[str, str]:
    return {str(each["entity"]): str(each["value"]) for each in entities_of(step.heard or {})}


class TestWithdrawn:
    @pytest.mark.parametrize(
        ("text", "intent", "sure"),
        [
            ("please cancel R-2026-0021 and R-2026-0022", "cancel_order", 0.9),
            ("withdraw R-2026-0021", "inform", 0.6),
            ("scrap both of them, the exchange and the repair", "cancel_order", 0.7),
            ("cancel the return R-2026-0021 please, I keep the mug", "cancel_order", 0.62),
            ("R-2026-0021 撤掉", "inform", 0.65),
            ("台灯的维修不要了", "nlu_fallback", 0.35),
            ("檯燈的換貨申請取消好了", "undo", 0.86),
            ("唔使喇，R-2026-0021 取消", "cancel_order", 0.8),
        ],
    )
    @pytest.mark.parametrize("context", [Context(), PROFILE])
    def test_the_return_is_what_is_taken_back(self, text: str, intent: str, sure: float, context: Context) -> None:
        (step,) = hear(said(text, intent, sure), context).steps
        assert (step.intent, entities(step).get("act")) == ("undo", RETURN)

    @pytest.mark.parametrize(
        "text",
        ["cancel the exchange and refund me instead", "换货取消，退钱给我", "維修取消吧，換一個新的給我"],
    )
    def test_another_kind_in_its_place_is_a_wish(self, text: str) -> None:
        (step,) = hear(said(text, RETURN, 0.6), Context()).steps
        assert step.intent == RETURN

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("取消订单，不要退货", "cancel_order"),
            ("cancel my order, no exchange needed", "cancel_order"),
            ("不要了，想退货", RETURN),
            ("别取消我的换货", "deny_act"),
            ("why was my repair cancelled", "chase_promise"),
            ("can I cancel a return after I sent it?", "ask_faq"),
            ("撤回投诉，换货照旧", "undo"),
        ],
    )
    def test_other_things_are_taken_back_or_nothing_is(self, text: str, intent: str) -> None:
        acts = [
            entities(step).get("act") for step in hear(said(text, intent), Context()).steps if step.intent == "undo"
        ]
        assert RETURN not in acts

    def test_another_wish_beside_it_is_served(self) -> None:
        text = "cancel R-2026-0021. how many points have I got"
        steps = hear(said(text, "cancel_order", 0.8, ("cancel_order", 0.9), ("ask_points_balance", 0.95)), Context())
        assert [step.intent for step in steps.steps] == ["ask_points_balance", "undo"]


class TestOneMore:
    @pytest.mark.parametrize("text", ["and the lamp one too", "台灯那个也一起", "連檯燈的也是"])
    def test_both_are_asked_about(self, text: str) -> None:
        (step,) = hear(said(text, "inform", 0.5), asked(*QUESTION)).steps
        assert (step.intent, entities(step)) == ("undo", {"act": RETURN, "choice": "R-2026-0021"})

    def test_a_yes_withdraws_the_one_and_the_other_is_asked_about(self) -> None:
        steps = hear(said("yes withdraw it, and R-2026-0022 as well", "undo", 0.5), asked(*QUESTION)).steps
        assert [step.payload or step.intent for step in steps] == [QUESTION[0]["payload"], "undo"]

    def test_a_plain_yes_is_one(self) -> None:
        (step,) = hear(said("yes, withdraw it", "undo", 0.5), asked(*QUESTION)).steps
        assert step.payload == QUESTION[0]["payload"]

    def test_a_no_with_another_number_is_about_that(self) -> None:
        (step,) = hear(said("no, R-2026-0022", "inform", 0.5), asked(*QUESTION)).steps
        assert (step.intent, entities(step).get("choice")) == ("undo", None)


class TestAskedAbout:
    @pytest.mark.parametrize(
        ("text", "intent", "sure"),
        [
            ("whats happening with R-2026-0021", "inform", 0.5),
            ("R-2026-0021", "inform", 0.97),
            ("how are my exchange and the repair getting on", "ask_faq", 0.5),
            ("换货和维修现在都到哪一步了", "nlu_fallback", 0.35),
            ("R-2026-0021 而家點樣", "ask_complaint_status", 0.4),
        ],
    )
    @pytest.mark.parametrize("context", [Context(), PROFILE])
    def test_its_progress_is_told(self, text: str, intent: str, sure: float, context: Context) -> None:
        assert [step.intent for step in hear(said(text, intent, sure), context).steps] == [STATUS]

    @pytest.mark.parametrize("text", ["有没有给我登记啊", "did you actually register it", "到底登記了沒"])
    def test_whether_it_was_registered(self, text: str) -> None:
        of_return = Context(Expectation(form="return_form", slot="return_reason"))
        assert hear(said(text, "ask_profile", 0.4), of_return).steps[0].intent == STATUS
        assert hear(said(text, "ask_profile", 0.4), Context()).steps[0].intent != STATUS

    def test_a_complaint_or_a_story_is_no_such_question(self) -> None:
        about = said("I want to complain about R-2026-0021", "make_complaint", 0.95)
        assert hear(about, Context()).steps[0].intent == "make_complaint"
        story = Context(Expectation(form="complaint_form", slot="complaint_description"))
        assert hear(said("R-2026-0021 还没处理", "inform", 0.5), story).steps[0].intent != STATUS


DONE = Context(focus={"done": RETURN, "return": "R-2026-0021"})


@pytest.mark.parametrize("text", ["編號多少", "编号是多少来着", "what's the reference number", "俾個編號我"])
def test_its_number_is_asked_right_after(text: str) -> None:
    assert hear(said(text, "ask_profile", 0.7), DONE).steps[0].intent == STATUS


@pytest.mark.parametrize("text", ["會員編號多少", "订单编号多少", "what is my member number"])
def test_another_number_is_not_its(text: str) -> None:
    assert hear(said(text, "ask_profile", 0.7), DONE).steps[0].intent == "ask_profile"
