"""Another time for a call just arranged, and a question beside it: both are heard, the move first."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.test_calls import ARRANGED, parsed

Part = tuple[str, float, bool]


def said(text: str, whole: str, *parts: Part) -> Said:
    """A message; of each clause the intent, how sure it is, and whether a time stands in it."""
    clauses = wishes.clauses(text)
    heard: list[Parsed] = [
        parsed(clause.text, intent, sure, *(["time"] if timed else []))
        for clause, (intent, sure, timed) in zip(clauses, parts, strict=True)
    ]
    return Said(text, parsed(text, whole, 0.8, "time"), list(zip(clauses, heard, strict=True)))


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (said("make that half five instead, and do I get charged for the call?", "ask_callback",
              ("change_order", 0.9, True), ("ask_faq", 0.6, False)), "ask_callback"),
        (said("挪到晚上七点吧，是谁打来呀？", "ask_callback",
              ("change_callback", 0.6, True), ("ask_callback", 0.9, False)), "ask_callback"),
        (said("改後天下午四點啦，另外點數幾時過期？", "change_callback",
              ("change_callback", 0.9, True), ("ask_points_expiring", 0.9, False)), "ask_points_expiring"),
        (said("push it to 6, will it be in Mandarin?", "change_language",
              ("change_order", 0.9, True), ("change_language", 1.0, False)), "ask_callback"),
    ],
)  # fmt: skip
def test_it_is_moved_and_the_question_answered(message: Said, asked: str) -> None:
    steps = hear(message, Context(focus=ARRANGED)).steps
    assert [step.intent for step in steps] == ["change_callback", asked]


def test_after_another_act_it_is_no_call_that_is_moved() -> None:
    message = said("改到下周三，要多久？", "change_order", ("change_order", 0.9, True), ("ask_faq", 0.9, False))
    focus = {**ARRANGED, "done": "change_order"}
    assert "change_callback" not in [step.intent for step in hear(message, Context(focus=focus)).steps]
