"""A single word that could mean several things starts nothing."""

from typing import Any

import pytest

from actions.kit.asked import stray_asked
from bot.hearing.hear import hear
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, option, said

NOTHING = Context()
RETURNED = Context(focus={"done": "return_or_refund", "return": "R-2026-0007", "at": {"done": 8, "return": 8}})
CALL = Context(focus={"done": "request_callback", "callback": 3, "at": {"done": 8, "callback": 8}})


def meant(text: str, context: Context, intent: str = "opt_out") -> tuple[str, Any]:
    (step,) = hear(said(text, intent, 0.9), context).steps
    values = {each["entity"]: each["value"] for each in (step.heard or {}).get("entities", [])}
    return step.intent, values.get("choice") or values.get("act")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("change it", "change"), ("sms", "message"), ("Wrong.", "wrong"), ("number", "number"), ("改一下", "change"),
        ("换", "swap"), ("換", "swap"), ("號碼", "number"), ("簡訊", "message"), ("唔啱", "wrong"), ("尺碼", "size"),
    ],
)  # fmt: skip
def test_without_an_act_it_is_asked_back(text: str, word: str) -> None:
    assert meant(text, NOTHING) == ("inform", f"stray:{word}:nothing")


@pytest.mark.parametrize("text", ["改", "change it", "改一下"])
def test_after_an_act_it_is_asked_of_that_act(text: str) -> None:
    assert meant(text, RETURNED) == ("inform", "stray:change:return_or_refund")
    assert meant(text, CALL) == ("inform", "stray:change:request_callback")


@pytest.mark.parametrize("text", ["取消", "cancel", "撤销"])
def test_a_bare_cancel_right_after_a_return_asks_whether_to_withdraw_it(text: str) -> None:
    assert meant(text, RETURNED, "cancel_order") == ("undo", "return_or_refund")


def test_what_was_told_of_since_is_no_longer_the_act() -> None:
    order_since = Context(
        focus={**RETURNED.focus, "order": "20261101-0001", "at": {"done": 2, "return": 2, "order": 9}}
    )
    assert meant("改", order_since) == ("inform", "stray:change:nothing")


@pytest.mark.parametrize("text", ["退货", "exchange", "改地址到北京路 5 号", "cancel my order", "发票"])
def test_words_that_say_what_is_wished_are_no_stray_word(text: str) -> None:
    assert not str(meant(text, NOTHING, "return_or_refund")[1]).startswith("stray:")


def test_an_open_question_takes_the_word_first() -> None:
    form = Context(Expectation(form="callback_form", slot="callback_time"))
    assert all("stray" not in str(step.heard) for step in hear(said("白天", "inform", 0.9), form).steps)
    titled = asked(option("改一下", "/change_order"), option("取消", "/cancel_order"))
    assert meant("改一下", titled)[1] is None or "stray" not in str(meant("改一下", titled)[1])


def test_no_meaning_of_a_word_after_a_return_is_pressed_by_the_wish_for_another_kind() -> None:
    meanings, of_act = stray_asked.meanings("change", "return_or_refund")
    assert of_act
    assert all(each.intent != "return_or_refund" for each in meanings)
