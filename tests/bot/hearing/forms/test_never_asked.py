"""Who says that they never asked for what was done just now has it taken back at once."""

import pytest

from bot.hearing.forms import never_asked
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

FILED = Context(focus={"complaint": "C-2026-0009", "done": "make_complaint", "at": {"done": 5, "complaint": 5}})
LONG_AGO = Context(focus={"done": "make_complaint", "at": {"done": 5, "order": 40}})


@pytest.mark.parametrize(
    "text",
    [
        "I never asked you to look into that",
        "hm, I didn't ask for a case",
        "who told you to log a complaint",
        "我没叫你们去核对呀",
        "谁让你登记了",
        "我沒要你們投訴啊",
        "我又沒說要登記",
    ],
)
def test_it_is_taken_back(text: str) -> None:
    assert never_asked.disowns(text, FILED.focus)
    assert [step.intent for step in hear(said(text, "nlu_fallback", 0.4), FILED).steps] == ["undo"]


@pytest.mark.parametrize(
    "text",
    [
        "I didn't ask for an invoice",
        "I never asked the courier to leave it outside",
        "我没让快递放门口",
        "你们没叫我登记邮箱",
        "我沒要發票",
        "nobody asked me anything",
        "we didn't want to wait that long",
    ],
)
def test_what_is_told_of_something_else_takes_nothing_back(text: str) -> None:
    assert not never_asked.disowns(text, FILED.focus)


def test_what_was_done_long_ago_is_not_meant() -> None:
    assert not never_asked.disowns("I never asked you to look into that", LONG_AGO.focus)
    assert not never_asked.disowns("I never asked you to look into that", {})
