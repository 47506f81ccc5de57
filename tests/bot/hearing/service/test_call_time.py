"""The time of something else chooses no call that was offered."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said

OFFERED = Context(
    Expectation(options=[{"title": "约时间回电", "payload": "/request_callback"}], accepts={"time": "request_callback"})
)
PAST = {"from": "2026-11-16T00:00:00+08:00", "to": "2026-11-17T00:00:00+08:00", "grain": "day"}
AHEAD = {"from": "2036-11-16T15:00:00+08:00", "to": "2036-11-16T16:00:00+08:00", "grain": "hour"}


def timed(text: str, value: dict[str, str], intent: str = "inform", **named: str) -> Said:
    message = said(text, intent, 0.5, **named)
    message.whole["entities"] += [{"entity": "time", "value": value, "start": 0, "end": 2, "extractor": "test"}]
    return message


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("我16号下单的护眼台灯要换个新的", {"product": "护眼台灯"}),
        ("16號買的，壞了", {}),
        ("i ordered the lamp on the 16th and it broke", {"product": "lamp"}),
    ],
)
def test_the_day_of_a_purchase_chooses_no_call(text: str, named: dict[str, str]) -> None:
    assert "request_callback" not in [step.intent for step in hear(timed(text, PAST, **named), OFFERED).steps]


@pytest.mark.parametrize("text", ["明天下午三点", "聽日下晝三點", "tomorrow at three"])
def test_a_time_by_itself_does(text: str) -> None:
    assert [step.intent for step in hear(timed(text, AHEAD), OFFERED).steps] == ["request_callback"]


def test_so_does_one_beside_the_wish_for_a_call() -> None:
    message = timed("打给我说台灯的事，明天下午三点", AHEAD, product="台灯")
    assert "request_callback" in [step.intent for step in hear(message, OFFERED).steps]
