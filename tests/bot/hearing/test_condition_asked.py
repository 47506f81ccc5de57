"""The state of a thing that is asked, or a no by whom still wants it, at the last question: neither is a no."""

import pytest

from actions.kit.told import return_details
from actions.kit.words import consent
from actions.kit.words.consent import Answer
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

LAST = asked(
    option("Register it", "/affirm", "yes"),
    option("Not now", "/deny", "no"),
    form="return_form",
    slot="return_confirmed",
    topic="return_or_refund",
)
REGISTERED = Context(
    focus={
        "return": "R-2026-0008", "done": "return_or_refund", "topic": "return_or_refund", "age": 1,
        "at": {"return": 9, "done": 9},
    }
)  # fmt: skip
ASKED = [
    "hang on, ive had em on round the house couple days. n i binned the shoe box. still alright?",
    "no i do want it. just asking if it matters theres no box",
    "wait, I've worn them indoors twice, is that ok",
    "I threw the packaging away, does it matter?",
    "等等，盒子我丢了，还能换吗",
    "在家里穿过两次，这样还能退吗",
    "等一下，我在家試穿過了，這樣可以嗎",
    "吊牌我剪掉了，有關係嗎",
]


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("intent", ["deny", "hesitate", "nlu_fallback", "return_or_refund"])
def test_what_state_it_is_in_is_asked_of_the_return(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.8), LAST).steps
    assert (step.intent, step.payload) == ("return_or_refund", None)


@pytest.mark.parametrize(
    "text",
    ["ok so who comes for the tight ones, and what about me having no box", "鞋盒沒有了，這樣可以嗎", *ASKED[2:]],
)
def test_after_it_was_registered_it_is_asked_of_that_return(text: str) -> None:
    (step,) = hear(said(text, "ask_product", 0.8, product="便当盒"), REGISTERED).steps
    assert (step.intent, (step.heard or {}).get("entities")) == ("return_or_refund", [])


@pytest.mark.parametrize(
    "text",
    [
        "no, i do want it",
        "no I still want to exchange them",
        "nah wait, I do want the navy ones",
        "no we really do need it",
        "不是不换",
        "不是，我是要换的",
        "不是啦，我要退",
        "不是不要，只是問一下",
    ],
)
def test_a_no_by_whom_still_wants_it_is_none(text: str) -> None:
    assert consent.read(text).answer is Answer.NOT_YET


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "no thanks",
        "no i don't want it",
        "no, i want to keep them",
        "不，不要了",
        "不是",
        "不要换",
        "算了，不換了",
    ],
)
def test_a_plain_no_stays_one(text: str) -> None:
    assert consent.read(text).answer is not Answer.NOT_YET
    assert hear(said(text, "deny", 0.9), LAST).steps[0].intent != "return_or_refund"


@pytest.mark.parametrize(
    "text",
    [
        "the box is gone",
        "can I get a gift box",
        "I tried to call you, is anyone there",
        "do you have the lunch box in green",
        "我穿37的，有吗",
        "这个盒子能放微波炉吗",
        "試衣間在哪裡",
    ],
)
def test_other_words_ask_nothing_of_its_state(text: str) -> None:
    assert not return_details.asks_of_condition(text)
