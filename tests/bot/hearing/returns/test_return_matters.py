"""While a return is in hand, bare questions are asked of it: amid its form, and after it was registered."""

from dataclasses import replace
from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

RETURN = "return_or_refund"
LAST = asked(
    option("Register it", "/affirm"), option("Not now", "/deny"),
    form="return_form", slot="return_confirmed", order="20261125-9010", product="PACK-CITY",
)  # fmt: skip
FOCUS: dict[str, Any] = {
    "done": RETURN, "return": "R-2026-0009", "topic": RETURN, "age": 0, "at": {"return": 4, "done": 4}
}  # fmt: skip
REGISTERED = Context(focus=FOCUS)


def choice(step: Step) -> object:
    return next((each["value"] for each in entities_of(step.heard or {}) if each["entity"] == "choice"), None)


@pytest.mark.parametrize(
    ("text", "guess", "matters"),
    [
        ("how long till the new one is with me?", "ask_points_expiry", "when"),
        ("新的多久能到", "ask_parcel", "when"),
        ("can i drop it off there on monday", "ask_parcel", "hand_in"),
        ("下班拿去门店行不行", "nlu_fallback", "hand_in"),
        ("需要列印什麼嗎", "nlu_fallback", "paper"),
        ("is there even a new one in stock", "ask_product", "stock"),
        ("要是检测不出问题呢", "ask_faq", "no_fault"),
    ],
)
@pytest.mark.parametrize("context", [LAST, REGISTERED])
def test_it_is_asked_of_the_return(text: str, guess: str, matters: str, context: Context) -> None:
    if context is REGISTERED and matters == "when":
        return  # every act is asked when: bot/hearing/returns/act_asked.py
    [step] = hear(said(text, guess, 0.9), context).steps
    assert (step.intent, step.text, choice(step)) == (RETURN, text, f"return_asked:{matters}")


def test_a_wish_beside_it_stays_in_the_step() -> None:
    text = "no stock? how would you swap it then. the money back please"
    parts = (("ask_product", 0.9), ("ask_faq", 0.9), (RETURN, 0.9))
    [step] = hear(said(text, "ask_product", 0.9, *parts), LAST).steps
    assert (step.text, choice(step)) == (text, "return_asked:sold_out")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how long does the kettle take to ship", "ask_faq"),
        ("台灯有货吗", "ask_product"),
        ("积分几天到账", "ask_faq"),
        ("几点关门", "ask_faq"),
    ],
)
def test_what_names_another_matter_is_heard_as_ever(text: str, intent: str) -> None:
    for context in (LAST, REGISTERED):
        assert all("return_asked" not in str(choice(step)) for step in hear(said(text, intent), context).steps)


def test_without_a_return_or_after_another_thing_nothing_is_asked_of_it() -> None:
    text = "要打印什么吗"
    other = replace(REGISTERED, focus={**FOCUS, "at": {"return": 4, "done": 4, "parcel": 9}})
    for context in (Context(), other):
        assert all("return_asked" not in str(choice(step)) for step in hear(said(text, "ask_faq"), context).steps)


def test_a_yes_in_front_is_the_answer() -> None:
    heard = hear(said("yes. how long will it take", "affirm", 0.9, ("affirm", 0.95), ("ask_faq", 0.8)), LAST)
    assert heard.steps[0].payload == "/affirm" or heard.steps[0].intent == "affirm"
