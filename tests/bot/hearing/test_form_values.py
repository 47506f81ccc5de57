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
    assert (step.intent, step.payload, step.text) == ("inform", None, text)


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
