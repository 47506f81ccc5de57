"""What only says again what was told of a parcel asks for no tracking."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

TOLD = Context(focus={"order": "20261127-0001", "topic": "return_or_refund", "age": 0, "at": {"order": 3}})


def intents(text: str, whole: str, context: Context, *parts: tuple[str, float]) -> list[str]:
    return [step.intent for step in hear(said(text, whole, 0.4, *parts), context).steps]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("哦还在路上啊。那现在能拒收其中一个吗", (("ask_parcel", 0.9), ("ask_faq", 0.5))),
        ("喔還在路上喔。那可以現在就拒收其中一個嗎", (("ask_parcel", 0.9), ("ask_faq", 0.5))),
        ("oh it's still on its way. can I refuse one of them?", (("ask_parcel", 0.9), ("ask_faq", 0.5))),
        ("包裹不是还在路上吗 所以现在能拒收吗", (("ask_parcel", 0.9), ("ask_faq", 0.7))),
    ],
)
def test_it_is_a_mere_remark(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    assert "ask_parcel" not in intents(text, "nlu_fallback", TOLD, *parts)


def test_what_is_asked_for_stays() -> None:
    parts = ("ask_parcel", 0.9), ("ask_faq", 0.7)
    assert "ask_parcel" in intents("包裹到哪了？能不能拒收", "nlu_fallback", TOLD, *parts)
    assert "ask_parcel" in intents("包裹还在路上。能不能拒收", "nlu_fallback", Context(), *parts)


@pytest.mark.parametrize(
    "text", ["那可以现在就拒收其中一个吗 还是要等收到再退", "那可以現在就拒收其中一個嗎 還是要等收到再退"]
)
def test_the_other_half_of_a_question_is_no_second_one(text: str) -> None:
    steps = intents(text, "nlu_fallback", TOLD, ("nlu_fallback", 0.4), ("ask_refund_status", 0.5))
    assert steps == ["ask_faq"]
