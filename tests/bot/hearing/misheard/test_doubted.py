"""What was told is disputed with a reason: it is looked at once more, and never answered by a menu."""

import pytest

from actions.kit.base import ANSWER_DOUBTED
from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from crm_store.conversations import Context, Expectation, LastAnswer
from tests.bot.hearing.words import said

TOLD = Context(Expectation(), answered=LastAnswer("answer", "message", 1), focus={"article": "return_window"})


def doubts(text: str, intent: str = "nlu_fallback", confidence: float = 0.35, context: Context = TOLD) -> bool:
    steps = hear(said(text, intent, confidence), context).steps
    return any(each.get("value") == ANSWER_DOUBTED for step in steps for each in entities_of(step.heard or {}))


@pytest.mark.parametrize(
    "text",
    [
        "¥8-12 from england?? really? thats a parcel round the corner lol",
        "that can't be right, the page says twelve pounds",
        "are you sure? 55 is more than 40 last time I looked",
        "不是吧，我11/20才买的耶",
        "怎么可能，官网写的是三十天",
        "你確定？網頁上寫免運欸",
        "唔啱喎，上次收我二十蚊",
    ],
)
def test_a_doubt_with_its_reason(text: str) -> None:
    assert doubts(text)


@pytest.mark.parametrize("text", ["really?", "不是吧", "你确定吗", "你確定嗎"])
def test_a_bare_doubt_gives_no_reason(text: str) -> None:
    assert not doubts(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i really want a refund for the lamp", "return_or_refund"),
        ("不可能，我要投诉你们", "make_complaint"),
        ("你確定包裹今天會到嗎", "ask_parcel"),
    ],
)
def test_a_wish_beside_it_stays_one(text: str, intent: str) -> None:
    assert not doubts(text, intent, 0.95)


def test_before_any_answer_nothing_is_disputed() -> None:
    assert not doubts("不是吧，我11/20才买的耶", context=Context())
