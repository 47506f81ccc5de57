"""Money taken twice for one purchase is told as such, in whatever words; points and mere suppositions are not."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.orders.charged_twice import CHARGED_TWICE
from crm_store.conversations import Context
from tests.bot.hearing.words import said


def choices(text: str, intent: str) -> list[str]:
    steps = hear(said(text, intent, 0.8), Context()).steps
    return [str(each["value"]) for step in steps for each in (step.heard or {}).get("entities", []) if each["value"]]


@pytest.mark.parametrize(
    "text",
    [
        "信用卡被扣了两次",
        "同一笔钱扣了我两遍",
        "你们重复扣款了",
        "帳上被刷了兩次",
        "錢被重複扣款",
        "my card was billed twice for the same lamp",
        "there's a duplicate charge on my statement",
        "you took the money twice",
    ],
)
@pytest.mark.parametrize("intent", ["dispute_points", "ask_order_status", "ask_faq", "nlu_fallback"])
def test_it_is_told(text: str, intent: str) -> None:
    assert CHARGED_TWICE in choices(text, intent)


@pytest.mark.parametrize(
    "text",
    [
        "换保温杯扣了两次积分",
        "要是重复扣款会退吗",
        "I was charged 200 points twice",
        "分期会扣两次吗",
        "电话打了两次没人接",
    ],
)
def test_what_is_none_of_it(text: str) -> None:
    assert CHARGED_TWICE not in choices(text, "dispute_points")
