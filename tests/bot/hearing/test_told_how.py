"""How one will be told, asked right after a return was registered: how it goes on."""

import pytest

from actions.kit.asked import return_day
from bot.hearing.hear import hear
from bot.hearing.steps import entities_of
from tests.bot.hearing.words import asked, said

FILED = {"return": "R-2026-0010", "done": "return_or_refund", "age": 0, "at": {"return": 6}}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("do you text me when its approved?", "nlu_fallback"),
        ("ok, how will i know", "ask_faq"),
        ("那批下来了怎么通知我", "nlu_fallback"),
        ("審核好會發訊息嗎", "ask_faq"),
    ],
)
def test_it_is_told_how_the_return_goes_on(text: str, intent: str) -> None:
    [step] = hear(said(text, intent, 0.4), asked(**FILED)).steps
    assert step.intent == "return_or_refund"
    assert return_day.NEXT in [each.get("value") for each in entities_of(step.heard or {})]


def test_without_a_return_it_is_no_question_of_one() -> None:
    steps = hear(said("how will i know", "nlu_fallback", 0.4), asked()).steps
    assert [step.intent for step in steps] == ["nlu_fallback"]
