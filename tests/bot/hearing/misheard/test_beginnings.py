"""A message that only begins is waited for, and asked on; one that says something is answered."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.misheard import beginnings
from tests.bot.hearing.words import asked, option, said


@pytest.mark.parametrize(
    "text", ["我想买个", "帮我", "請問", "可以幫我", "唔該幫我", "I want to", "hi i'd like to buy a"]
)
def test_what_only_begins_is_asked_on_and_leaves_no_topic(text: str) -> None:
    assert beginnings.is_unfinished(text)
    (step,) = hear(said(text, "ask_recommendation", 0.7), asked()).steps
    assert step.intent == "inform"
    assert [each["value"] for each in (step.heard or {})["entities"]] == [beginnings.BEGUN]


@pytest.mark.parametrize("text", ["改收货地址，", "I want the pan, and", "我的單子、"])
def test_a_pause_at_the_end_is_waited_for_and_then_answered_as_it_is(text: str) -> None:
    assert beginnings.is_unfinished(text)
    assert not beginnings.is_bare(text)


@pytest.mark.parametrize(
    "text",
    [
        "我想买个杯子",
        "帮我退货",
        "帮我办吧",
        "I want to return",
        "do you ship",
        "我要投诉",
        "在吗",
        "可以",
        "can you?",
        "好",
    ],
)
def test_what_says_something_is_no_beginning(text: str) -> None:
    assert not beginnings.is_bare(text)


def test_a_beginning_that_answers_yes_or_no_is_left_to_the_question() -> None:
    (step,) = hear(
        said("帮我", "affirm", 0.9), asked(option("好", "/file", "yes"), option("不用", "/deny", "no"))
    ).steps
    assert step.intent != "inform"
