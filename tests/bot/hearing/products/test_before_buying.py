"""What is asked before anything was bought is asked of the rule."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    "text",
    [
        "还没买呢，不合脚能退吗",
        "還沒買喔，不合穿可以退嗎",
        "if i buy them and they don't fit can i return them?",
        "i haven't ordered yet, can i send it back if it is too small?",
    ],
)
def test_no_return_begins_where_nothing_was_bought(text: str) -> None:
    assert {step.intent for step in hear(said(text, "return_or_refund"), asked()).steps} <= {"ask_faq"}


@pytest.mark.parametrize("text", ["买了不合脚能退吧", "買了不合腳可以退嗎", "can i return them if they don't fit"])
def test_right_after_goods_were_told_it_is_the_rule_as_well(text: str) -> None:
    told = asked(listed=[{"title": "a", "payload": "/x"}], topic="ask_product")
    assert [step.intent for step in hear(said(text, "return_or_refund"), told).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("买了不合脚能退吧", {}),
        ("买了不合脚能退吧", {"order": "20261119-9004", "product": "LITE"}),
        ("我买的鞋不合脚能退吗", {"product": "LITE"}),
        ("买了不合脚，帮我退了", {"product": "LITE"}),
    ],
)
def test_what_was_bought_goes_back_as_ever(text: str, focus: dict[str, str]) -> None:
    assert [step.intent for step in hear(said(text, "return_or_refund"), asked(**focus)).steps] == ["return_or_refund"]


def test_the_remark_itself_asks_for_nothing_of_ones_own() -> None:
    message = said("我还没买呢查啥身份，就想知道轻跑鞋会不会打滑", "ask_product", 0.7,
                   ("ask_order_status", 0.8), ("ask_product", 0.8))  # fmt: skip
    assert "ask_order_status" not in [step.intent for step in hear(message, asked()).steps]


@pytest.mark.parametrize("text", ["那买了他穿着紧能换吗", "買了她不喜歡可以退嗎", "can he return it after christmas?"])
def test_what_is_considered_since_is_no_old_purchase(text: str) -> None:
    after = asked(product="KNIFE", order="20261004-0004", at={"order": 2, "product": 5})
    assert [step.intent for step in hear(said(text, "return_or_refund"), after).steps] == ["ask_faq"]


def test_a_purchase_that_came_up_later_is_meant() -> None:
    before = asked(product="KNIFE", order="20261004-0004", at={"order": 5, "product": 2})
    heard = hear(said("那买了他穿着紧能换吗", "return_or_refund"), before)
    assert [step.intent for step in heard.steps] == ["return_or_refund"]
