"""Two terms of a refund that are held against each other are a question about its money."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.returns.dates_compared import BOTH_DATES, REFUND_STATUS
from crm_store.conversations import Context
from tests.bot.hearing.words import said

REGISTERED = Context(focus={"return": "R-2026-0009", "done": "return_or_refund", "topic": "return_or_refund", "age": 0})


@pytest.mark.parametrize(
    "text",
    [
        "whys 14 dec if u said 3 days",
        "why 14 December when you said 3 working days?",
        "为什么写12月14日，不是说3天吗",
        "點解係14號，你哋話3天",
        "怎么要到14号 不是三天吗",
    ],
)
def test_it_is_asked_of_the_registered_return(text: str) -> None:
    (step,) = hear(said(text, "out_of_scope", 0.85), REGISTERED).steps
    assert step.intent == REFUND_STATUS
    assert (step.heard or {})["entities"][-1]["value"] == BOTH_DATES


@pytest.mark.parametrize("text", ["why is it 14 december", "3天内能退吗", "14号能送到吗", "為什麼要三天"])
def test_one_term_alone_is_not_compared(text: str) -> None:
    steps = hear(said(text, "ask_parcel"), REGISTERED).steps
    assert REFUND_STATUS not in [step.intent for step in steps]


def test_without_a_return_it_is_not() -> None:
    steps = hear(said("whys 14 dec if u said 3 days", "out_of_scope", 0.85), Context()).steps
    assert REFUND_STATUS not in [step.intent for step in steps]
