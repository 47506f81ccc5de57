"""A call or a complaint that nobody wished is left at once, and what stands beside the words is served."""

import pytest

from bot.hearing.forms.left_at_once import declines_call, declines_complaint, declines_leaving
from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

WINDOW = option("今天 19:00–20:00", '/request_callback{"time":"x"}')
CALL_ASKED = asked(WINDOW, form="callback_form", slot="callback_window", order="20261116-9008", age=0)
COMPLAINT_ASKED = asked(
    option("File a complaint", "/affirm"), option("Talk to a person", "/request_human"),
    form="complaint_form", slot="complaint_consent",
)  # fmt: skip


def steps(text: str, context: Context, *parts: tuple[str, float], **named: str) -> list[tuple[str, str]]:
    found = hear(said(text, "change_callback", 0.69, *parts, **named), context)
    return [(step.intent, step.text) for step in found.steps]


@pytest.mark.parametrize(
    "text",
    [
        "谁要你打电话", "打什么电话", "我没要你们打电话", "别打电话了", "誰叫你打電話", "邊個叫你打電話啊",
        "who asked you to call", "i never asked for a call", "no calls pls", "what call", "i dont want a phone call",
    ],
)  # fmt: skip
def test_a_call_is_declined(text: str) -> None:
    assert declines_call(text)


@pytest.mark.parametrize(
    "text",
    [
        "打电话给我",
        "你们怎么没打电话",
        "没有人给我打电话",
        "電話沒打通",
        "不要打错电话",
        "they never called",
        "did you call me",
    ],
)
def test_other_words_of_calls_decline_none(text: str) -> None:
    assert not declines_call(text)


@pytest.mark.parametrize(
    "text", ["no complaint lol", "不是投诉", "我没要投诉", "唔係投訴", "not complaining", "i dont want to complain"]
)
def test_a_complaint_is_denied(text: str) -> None:
    assert declines_complaint(text)


@pytest.mark.parametrize("text", ["我要投诉", "投訴", "没投诉过", "i want to complain", "no reply to my complaint?"])
def test_a_complaint_is_not_denied(text: str) -> None:
    assert text.startswith("no") or not declines_complaint(text)


class TestCall:
    @pytest.mark.parametrize(
        "text", ["谁要你打电话，台灯要退货", "誰叫你打電話，檯燈要退貨", "who asked for a call, return the lamp"]
    )
    def test_the_form_is_left_and_the_wish_served(self, text: str) -> None:
        found = steps(text, CALL_ASKED, ("ask_callback", 0.61), ("return_or_refund", 0.9))
        assert [intent for intent, _ in found] == ["deny_act", "return_or_refund"]

    def test_an_exchange_of_what_was_spoken_of_is_none_of_points(self) -> None:
        message = said("谁要你打电话 换台灯", "change_callback", 0.69, ("ask_callback", 0.61), ("redeem_points", 0.59))
        _clause, parsed = message.clauses[1]
        parsed["entities"] = [{"entity": "product", "value": "台灯", "start": 1, "end": 3, "extractor": "test"}]
        found = hear(message, CALL_ASKED)
        assert [step.intent for step in found.steps] == ["deny_act", "return_or_refund"]
        assert [each["value"] for each in entities_of(found.steps[0].heard or {}) if each["entity"] == "act"] == [
            "request_callback"
        ]

    def test_alone_it_only_leaves(self) -> None:
        assert [intent for intent, _ in steps("谁要你打电话", CALL_ASKED)] == ["deny_act"]

    def test_another_time_for_the_call_goes_on_with_it(self) -> None:
        found = steps("别打电话了，明天再打", CALL_ASKED, ("cancel_callback", 0.6), ("change_callback", 0.9))
        assert "return_or_refund" not in [intent for intent, _ in found]

    def test_elsewhere_nothing_is_left(self) -> None:
        found = steps("谁要你打电话，台灯要退货", Context(), ("ask_callback", 0.61), ("return_or_refund", 0.9))
        assert "deny_act" not in [intent for intent, _ in found][:1]


class TestComplaint:
    def test_the_rest_is_served(self) -> None:
        text = "no complaint lol. how much is shipping to the uk"
        found = steps(text, COMPLAINT_ASKED, ("deny_act", 0.86), ("ask_faq", 0.95))
        assert [intent for intent, _ in found] == ["deny_act", "ask_faq"]
        assert found[1][1] == "how much is shipping to the uk"

    def test_what_happened_is_told_on(self) -> None:
        found = steps("no reply at all. the courier was rude", COMPLAINT_ASKED, ("deny", 0.6), ("make_complaint", 0.9))
        assert "deny_act" not in [intent for intent, _ in found]


@pytest.mark.parametrize(
    "text",
    [
        "i was just wondering", "only asking", "i never said im leaving", "i don't want to close my account",
        "我只是问问", "随便了解一下而已", "我没说要注销", "誰說我要退會", "唔想退会",
    ],
)  # fmt: skip
def test_leaving_is_declined(text: str) -> None:
    assert declines_leaving(text)


@pytest.mark.parametrize(
    "text",
    ["close my account", "i want to leave", "退会吧", "我要註銷帳號", "i don't want to leave my number", "问了也没用"],
)
def test_leaving_that_is_wished_goes_on(text: str) -> None:
    assert not declines_leaving(text)
