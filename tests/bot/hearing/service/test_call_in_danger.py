"""After a danger a call is arranged at the time that was said; whether somebody comes stays with the danger."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.service import call_in_danger
from crm_store.conversations import Context
from tests.bot.hearing.words import said

FIRE = Context(focus={"danger": "fire", "topic": "report_danger", "age": 0})


@pytest.mark.parametrize(
    "text",
    [
        "我就是要你們打電話給我啊",
        "你们可以打给我吗",
        "让他们打电话给我",
        "麻烦回个电",
        "can you call me",
        "give me a ring please",
        "叫同事打電話俾我",
    ],
)
def test_the_wish_for_a_call_is_booked(text: str) -> None:
    (step,) = hear(said(text, "request_human", 0.5), FIRE).steps
    assert step.intent == "request_callback"


@pytest.mark.parametrize(
    "text", ["什么时候有人打给我", "會不會有人打給我", "will anyone call me", "别打给我", "don't call me", "没人打给我"]
)
def test_no_call_is_wished(text: str) -> None:
    assert not call_in_danger.wishes(text, said(text, "request_callback").whole)


def test_the_time_of_its_own_sentence_counts() -> None:
    text = "早上九點沒辦法盯著看。可以下午打給我嗎"
    times = [
        {"entity": "time", "start": 0, "end": 4, "value": "nine"},
        {"entity": "time", "start": 13, "end": 15, "value": "afternoon"},
    ]
    heard = said(text, "request_callback")
    (step,) = hear(Said(text, {**heard.whole, "entities": times}), FIRE).steps
    assert [each["value"] for each in (step.heard or {})["entities"] if each["entity"] == "time"] == ["afternoon"]
