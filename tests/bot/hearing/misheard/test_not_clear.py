"""What was told was not understood: nobody says goodbye, agrees or is put in line for it."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

TOLD = Context(focus={"topic": "ask_faq", "article": "delivery_time", "age": 0, "at": {"article": 3}})


def choices(heard: Heard) -> list[str]:
    return [str(each["value"]) for step in heard.steps for each in (step.heard or {}).get("entities", ())]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("sorry, I still don't understand", "deny"),
        ("that makes no sense to me", "vent"),
        ("could you be a bit clearer please", "hesitate"),
        ("没看懂你说的", "deny"),
        ("能不能讲明白一点", "hesitate"),
        ("看不太懂啊", "affirm"),
        ("我還是聽不懂", "deny"),
        ("唔係好明你講咩", "cancel"),
    ],
)
def test_words_that_only_say_so_open_up_what_was_told(text: str, intent: str) -> None:
    heard = hear(said(text, intent, 0.7), TOLD)
    assert heard.steps[0].intent == "inform"
    assert choices(heard) == ["puzzled"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我不懂怎么退货", "ask_faq"),
        ("I don't understand the invoice", "ask_invoice"),
        ("點數怎麼算我不明白", "ask_points_rules"),
        ("ok clear, thanks", "thank"),
        ("知道了，很清楚", "affirm"),
    ],
)
def test_what_names_its_matter_is_heard_as_that(text: str, intent: str) -> None:
    assert "puzzled" not in choices(hear(said(text, intent), TOLD))


def test_nothing_was_told_yet_and_an_open_question_hears_it_itself() -> None:
    assert "puzzled" not in choices(hear(said("I don't get it", "deny"), Context()))
    in_form = asked(option("Size 40", '/inform{"choice":"40"}'), form="return_form", slot="return_size", **TOLD.focus)
    assert "puzzled" not in choices(hear(said("I don't get it", "deny"), in_form))
