"""Which of the goods that were just told is asked of these, and is no wish for others."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import asked, said

PAIR = [
    {"title": "轻跑鞋", "payload": '/ask_product{"choice":"LITE"}'},
    {"title": "越野跑鞋", "payload": '/ask_product{"choice":"TRAIL"}'},
]
TOLD = asked(listed=PAIR, topic="ask_product")


def is_choice(text: str, intent: str, context: Context = TOLD) -> bool:
    steps = hear(said(text, intent, 0.7), context).steps
    return any(each["value"] == "between" for step in steps for each in entities_of(step.heard or {}))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我膝盖不太好 下雨天也去 选哪个", "out_of_scope"),
        ("跑鞋啊大哥 上面那两双里挑", "inform"),
        ("落雨著行，邊對好啲", "ask_recommendation"),
        ("which one would you take for rain", "ask_recommendation"),
        ("of those two, please", "inform"),
    ],
)
def test_is_asked_of_what_was_told(text: str, intent: str) -> None:
    assert is_choice(text, intent)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("下雨天穿的外套有吗", "ask_recommendation"),
        ("which one would you take for 500 points in the rain", "ask_rewards"),
        ("我买的那两双下雨进水了，选哪个退", "return_or_refund"),
        ("which one has free delivery", "ask_faq"),
    ],
)
def test_other_wishes_are_none(text: str, intent: str) -> None:
    assert not is_choice(text, intent)


def test_nor_is_it_where_nothing_was_told_or_a_form_is_open() -> None:
    assert not is_choice("which one would you take for rain", "ask_recommendation", asked())
    assert not is_choice("那两双里挑", "inform", Context(Expectation(form="return_form"), TOLD.focus))
