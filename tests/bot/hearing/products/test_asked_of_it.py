"""Whether something comes with the goods told last, whatever it sounds like."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

TOLD = Context(focus={"topic": "ask_product", "product": "POWER", "age": 0, "at": {"product": 3}})


def choices(heard: Heard) -> list[str]:
    return [str(each["value"]) for step in heard.steps for each in (step.heard or {}).get("entities", ())]


@pytest.mark.parametrize(
    ("text", "intent", "thing"),
    [
        ("does it come with a charger", "report_fault", "charger"),
        ("is a pouch included?", "ask_faq", "pouch"),
        ("送充电器吗", "ask_faq", "充电器"),
        ("有没有附说明书", "report_fault", "说明书"),
        ("有附收納袋嗎", "ask_product", "收纳袋"),
        ("帶不帶電池", "ask_parcel", "电池"),
    ],
)
def test_what_comes_along_is_asked_of_the_goods_told_last(text: str, intent: str, thing: str) -> None:
    heard = hear(said(text, intent, 0.65, product=thing), TOLD)
    assert heard.steps[0].intent == "ask_product"
    # The charger is no product that is asked for.
    assert choices(heard) == ["POWER"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("没送充电线", "report_fault"),
        ("my order didn't come with the cable", "report_fault"),
        ("does it come with a warranty", "ask_faq"),
        ("送货上门吗", "ask_faq"),
        ("能送给朋友吗", "ask_faq"),
        ("帶小孩去門市可以嗎", "ask_faq"),
    ],
)
def test_what_came_without_and_what_is_a_rule_stay_what_they_are(text: str, intent: str) -> None:
    assert hear(said(text, intent), TOLD).steps[0].intent == intent


def test_nothing_is_asked_of_goods_that_were_not_told_or_amid_a_form() -> None:
    text = "does it come with a lead"
    assert hear(said(text, "ask_faq"), Context()).steps[0].intent == "ask_faq"
    in_form = asked(form="return_form", slot="return_reason", **TOLD.focus)
    assert choices(hear(said(text, "report_fault", 0.6), in_form)) == []
