"""An address told amid an invoice is where that one goes, and no wish to change the account."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import option, said

CONFIRM = Context(
    Expectation(
        form="invoice_form",
        slot="invoice_confirmed",
        options=[option("对，开吧", "/affirm", "yes"), option("先不开", "/deny", "no")],
    )
)
TITLE = Context(Expectation(form="invoice_form", slot="invoice_title", options=[option("个人", "/inform")]))


@pytest.mark.parametrize("context", [CONFIRM, TITLE])
@pytest.mark.parametrize(
    "text",
    [
        "对 邮箱改成 caiwu@shuyu.cn",
        "信箱請換成 billing@yunshan.tw",
        "yes, but send it to accounts@finch.example",
    ],
)
def test_the_form_takes_the_whole_message(text: str, context: Context) -> None:
    (step,) = hear(said(text, "update_profile", 0.9), context).steps
    assert (step.intent, step.payload) == ("inform", None)
    # To the last question a yes before it is none, and is left out (bot/hearing/plain_yes.py).
    assert step.text in (text, text.removeprefix("yes, but "))


@pytest.mark.parametrize(
    "text",
    ["把我会员资料里的邮箱换成 caiwu@shuyu.cn", "change the e-mail on file to billing@finch.example"],
)
def test_the_account_is_another_matter(text: str) -> None:
    steps = hear(said(text, "update_profile", 0.9), CONFIRM).steps
    assert [step.intent for step in steps] == ["update_profile"]


def test_so_is_an_address_outside_an_invoice() -> None:
    steps = hear(said("邮箱换成 caiwu@shuyu.cn", "update_profile", 0.9), Context()).steps
    assert [step.intent for step in steps] == ["update_profile"]


class TestAWrongInvoice:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("開錯可以改嗎", "change_order"),
            ("不是改訂單 我是說發票抬頭萬一寫錯能不能重開", "ask_invoice"),
            ("抬头写错了怎么办", "ask_faq"),
            ("can it be changed if the name on the invoice is wrong", "change_order"),
        ],
    )
    def test_asked_amid_the_form_it_is_a_question_of_the_rule(self, text: str, intent: str) -> None:
        steps = hear(said(text, intent, 0.9), TITLE).steps
        assert [step.intent for step in steps] == ["ask_faq"]

    def test_the_answer_beside_it_is_kept(self) -> None:
        steps = hear(said("抬頭 鼎新文具有限公司，對了開錯可以改嗎", "change_order", 0.9), TITLE).steps
        assert [step.intent for step in steps] == ["inform", "ask_faq"]
        assert "鼎新文具有限公司" in steps[0].text
        assert "改" not in steps[0].text

    @pytest.mark.parametrize("text", ["不对，抬头是鼎新文具有限公司", "写错了，是鼎新文具有限公司"])
    def test_a_correction_asks_nothing(self, text: str) -> None:
        steps = hear(said(text, "inform", 0.9), CONFIRM).steps
        assert [step.intent for step in steps] != ["ask_faq"]
