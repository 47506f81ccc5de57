"""A call that was only offered is declined, and something else is asked beside it."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, option, said

OFFERED = asked(option("Arrange a call", "/request_callback"), option("No need", "/deny", "no"))


@pytest.mark.parametrize(
    "text",
    [
        "nah no call. is the box needed for the repair?",
        "不用打电话，修的话要原来的盒子吗",
        "不用打電話啦，維修要附原盒嗎",
    ],
)
def test_what_is_asked_beside_it_is_answered_and_no_call_spoken_of(text: str) -> None:
    steps = hear(said(text, "cancel_callback", 0.81, ("cancel_callback", 0.8), ("ask_faq", 0.9)), OFFERED).steps
    assert [step.intent for step in steps] == ["ask_faq"]


def test_a_call_that_is_arranged_is_called_off() -> None:
    text = "nah no call. is the box needed for the repair?"
    message = said(text, "cancel_callback", 0.81, ("cancel_callback", 0.8), ("ask_faq", 0.9))
    assert "cancel_callback" in [step.intent for step in hear(message, asked(callback="3")).steps]


def test_a_bare_no_call_stays_what_it_is() -> None:
    assert [step.intent for step in hear(said("no call please", "cancel_callback"), asked()).steps] == [
        "cancel_callback"
    ]
