"""A question of a rule amid a form is answered, and what stands beside it still answers the form."""

import pytest

from bot.hearing.forms import bare_amid_form
from bot.hearing.hear import hear
from crm_store.conversations import Context
from crm_store.language import Language
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


CONFIRM = asked(
    option("对，开吧", "/affirm", "yes"), option("先不开", "/deny", "no"), form="invoice_form", slot="invoice_confirmed"
)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("多久会收到", "发票多久会收到"), ("要钱吗", "发票要钱吗"), ("那几天能到", "发票那几天能到"),
        ("什么时候发给我？", "发票什么时候发给我？"), ("免费的吗", "发票免费的吗"),
    ],
)  # fmt: skip
def test_a_question_that_names_nothing_is_asked_of_what_the_form_brings(text: str, question: str) -> None:
    assert steps(text, "ask_faq", CONFIRM) == [("ask_faq", question)]


@pytest.mark.parametrize("text", ["包裹多久到", "退货要钱吗", "运费多少钱", "多久会收到包裹", "对"])
def test_one_that_names_something_is_asked_of_that(text: str) -> None:
    assert not any(question.startswith("发票") for _, question in steps(text, "ask_faq", CONFIRM))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("how long does it take?", "how long does it take the invoice?"), ("is it free", "is it free the invoice?"),
        ("so when would i get it", "so when would i get it the invoice?"),
    ],
)  # fmt: skip
def test_in_english(text: str, named: str) -> None:
    assert bare_amid_form.named(text, "invoice_form", Language.EN) == named


def test_a_form_that_answers_itself_is_left_alone() -> None:
    assert bare_amid_form.named("多久会收到", "return_form", Language.ZH_HANS) is None
