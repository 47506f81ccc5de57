"""A question of a rule amid a form is answered, and what stands beside it still answers the form."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

NAME = asked(form="join_form", slot="join_name")
CONSENT = asked(option("可以", "/affirm", "yes"), option("不用", "/deny", "no"), form="join_form", slot="join_consent")
TITLE = asked(form="invoice_form", slot="invoice_title")
RETURN = asked(form="return_form", slot="return_reason")


def steps(text: str, intent: str, context: Context) -> list[tuple[str, str]]:
    return [(step.intent or str(step.payload), step.text) for step in hear(said(text, intent, 0.7), context).steps]


@pytest.mark.parametrize(
    "text",
    ["请问能用 LINE Pay 付吗", "你們會把我的資料分享給第三方嗎", "do you share my data with anyone, sell my data?"],
)
def test_the_rule_alone_is_answered(text: str) -> None:
    assert "ask_faq" in [intent for intent, _ in steps(text, "inform", NAME)]


def test_what_stands_before_it_answers_the_form() -> None:
    assert steps("0987654321 可以用LINE Pay嗎", "inform", NAME) == [
        ("inform", "0987654321"), ("ask_faq", "可以用LINE Pay嗎"),
    ]  # fmt: skip


def test_a_no_before_it_is_a_no() -> None:
    assert [intent for intent, _ in steps("不用了謝謝 LINE Pay行不行", "inform", CONSENT)] == ["/deny", "ask_faq"]


def test_a_turn_of_speech_before_it_is_no_answer() -> None:
    assert [intent for intent, _ in steps("我是說，會不會把電話給別的公司", "inform", NAME)] == ["ask_faq"]


def test_of_the_invoice_the_special_one_is_answered() -> None:
    assert ("ask_faq", "能开专票不") in steps("公司的 能开专票不", "ask_invoice", TITLE)


@pytest.mark.parametrize(
    ("text", "context"),
    [("林小雯", NAME), ("我想用LINE聯絡", NAME), ("LINE Pay可以退嗎", RETURN), ("深圳某某公司", TITLE)],
)
def test_answers_and_other_forms_are_left(text: str, context: Context) -> None:
    assert "ask_faq" not in [intent for intent, _ in steps(text, "inform", context)]
