"""An act that is only asked about beside a rule is not begun: "or do I have to send it back and buy it again"."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

RULE, RETURN = ("ask_vouchers", 0.9), ("return_or_refund", 0.9)


@pytest.mark.parametrize(
    "text",
    [
        "can i still use a coupon now that i paid, or do i have to send it back first",
        "付了款还能用券吗，是不是要退了重买",
        "付款後還可以補用優惠券嗎，難道要退掉重訂",
    ],
)
def test_only_the_rule_is_told(text: str) -> None:
    found = hear(said(text, "ask_vouchers", 0.6, RULE, RETURN), Context()).steps
    assert [step.intent for step in found] == ["ask_faq"]


def test_a_return_that_is_wished_is_begun() -> None:
    text = "付了款还能用券吗，还有我要退那双鞋"
    assert "return_or_refund" in [
        step.intent for step in hear(said(text, "ask_vouchers", 0.6, RULE, RETURN), Context()).steps
    ]
