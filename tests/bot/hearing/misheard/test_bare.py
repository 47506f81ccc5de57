"""A mere question mark, the mere name of a thing, a mere number: each leads somewhere."""

import pytest

from actions.kit.asked.shapes import count_only
from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.words import asked, said

TOLD = Context(focus={"topic": "ask_product", "product": "RUN", "age": 0, "at": {"product": 3}})


def named(text: str, thing: str, intent: str = "nlu_fallback") -> Said:
    at = text.index(thing)
    entity = {"entity": "product", "value": thing, "start": at, "end": at + len(thing)}
    parsed: Parsed = {"text": text, "intent": {"name": intent, "confidence": 0.35}, "entities": [entity]}
    return Said(text, parsed)


@pytest.mark.parametrize("text", ["?", "？？", "???!", "。？"])
def test_question_marks_ask_what_was_meant_and_at_the_beginning_what_is_wished(text: str) -> None:
    for context, choice in ((TOLD, "puzzled"), (Context(), "begun")):
        (step,) = hear(said(text, "nlu_fallback", 0.35), context).steps
        # After an answer it is no misunderstanding that would call a person.
        assert step.intent == ("inform" if choice == "puzzled" else "nlu_fallback")
        assert [each["value"] for each in (step.heard or {})["entities"]] == [choice]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("desk lamp", "desk lamp"),
        ("the rice cooker please", "rice cooker"),
        ("想买毛巾", "毛巾"),
        ("我要個電鍋", "電鍋"),
    ],
)
def test_the_name_of_a_thing_asks_for_it(text: str, thing: str) -> None:
    (step,) = hear(named(text, thing), Context()).steps
    assert step.intent == "ask_product"


@pytest.mark.parametrize("text", ["檯燈", "护手霜", "the wool scarf"])
def test_the_mere_name_of_a_thing_tells_of_no_fault(text: str) -> None:
    thing = text.removeprefix("the ")
    guessed = named(text, thing, "report_fault")
    guessed.whole["intent"]["confidence"] = 0.57
    assert hear(guessed, Context()).steps[0].intent == "ask_product"


@pytest.mark.parametrize(("text", "thing"), [("毛巾起毛了咋整", "毛巾"), ("lamp flickers", "lamp")])
def test_what_says_more_stays_what_it_is(text: str, thing: str) -> None:
    assert hear(named(text, thing), Context()).steps[0].intent != "ask_product"


@pytest.mark.parametrize(
    ("text", "count"),
    [("俩", 2), ("俩呢", 2), ("來兩雙", 2), ("一双", 1), ("买三件多少钱", 3), ("a couple", 2), ("what about two?", 2)],
)
def test_a_number_of_what_was_told_is_of_that(text: str, count: int) -> None:
    assert count_only(text) == count
    (step,) = hear(said(text, "inform", 0.6), TOLD).steps
    assert step.intent == "ask_product"
    assert hear(said(text, "inform", 0.6), Context()).steps[0].intent != "ask_product"


def test_a_form_hears_its_number_itself() -> None:
    in_form = asked(form="redeem_form", slot="redeem_reward", **TOLD.focus)
    assert hear(said("俩", "inform", 0.8), in_form).steps[0].intent == "inform"


@pytest.mark.parametrize("text", ["两点", "a couple of questions", "三期", "第二双", "两双都要退"])
def test_what_is_no_mere_number(text: str) -> None:
    assert count_only(text) is None


@pytest.mark.parametrize("text", ["didnt want a total lol. black, 41, yes or no", "黑的 41 到底有没有啦", "就要黑色41"])
def test_a_size_and_colour_right_after_a_product_are_asked_of_it(text: str) -> None:
    told = Context(focus={"topic": "ask_product", "age": 0, "product": "RUN-LITE", "at": {"product": 3}})
    (step,) = hear(said(text, "nlu_fallback", 0.35), told).steps
    assert step.intent == "ask_product"


def test_without_a_product_they_are_asked_back() -> None:
    (step,) = hear(said("black, 41, yes or no", "nlu_fallback", 0.35), Context()).steps
    assert step.intent == "nlu_fallback"
