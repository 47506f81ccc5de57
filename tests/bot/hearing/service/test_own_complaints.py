"""Words about complaints that were filed correct the one there is; no second one is begun, and the right one goes."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.steps import Step
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import heard, said

FILED = {"complaint": "C-2026-0102", "done": "make_complaint", "topic": "make_complaint"}


def value(step: Step, name: str) -> object:
    assert step.heard is not None
    return next((each["value"] for each in step.heard["entities"] if each["entity"] == name), None)


@pytest.mark.parametrize(
    "text",
    [
        "不要再登记一次，把投诉内容改一下",
        "唔好再報多次，改返之前嗰單",
        "別重複登記，更正原來那個",
        "do not open a second one, just correct my complaint",
        "投訴寫錯了，幫我改",
        "别撤！我说的是质量问题",
    ],
)
@pytest.mark.parametrize("form", [None, "complaint_form", "callback_form"])
def test_it_is_corrected_and_no_second_one_filed(text: str, form: str | None) -> None:
    slot = "complaint_category" if form == "complaint_form" else None
    step = hear(said(text, "make_complaint"), Context(Expectation(form=form, slot=slot), focus=FILED)).steps[0]
    assert (step.intent, value(step, "choice")) == ("make_complaint", "more")


@pytest.mark.parametrize(
    "text", ["反過來，撤0101，留0102", "keep 0102, withdraw 0101", "第一个投诉撤掉", "drop the first one please"]
)
def test_which_of_them_goes_is_asked_of_the_complaints(text: str) -> None:
    (step,) = hear(said(text, "inform", 0.5), Context(focus=FILED)).steps
    assert (step.intent, value(step, "act")) == ("undo", "make_complaint")


@pytest.mark.parametrize("text", ["撤0101，留0102", "不要登两次"])
def test_where_no_complaint_was_spoken_of_nothing_is_put_to_one(text: str) -> None:
    (step,) = hear(said(text, "inform", 0.5), Context()).steps
    assert value(step, "choice") is None
    assert value(step, "act") is None


def test_amid_another_form_a_correction_goes_to_the_complaint_and_the_time_to_the_call() -> None:
    text = "不是送晚了！是人推我，我不是说了。四点以后打"
    parts = wishes.clauses(text)
    understood = [heard(part.text, "make_complaint") for part in parts[:-1]]
    understood.append(heard(parts[-1].text, "inform", time="16:00"))
    message = Said(text, heard(text, "chase_promise", 0.5), list(zip(parts, understood, strict=True)))
    context = Context(Expectation(form="callback_form", slot="callback_time"), focus=FILED)
    first, second = hear(message, context).steps
    assert (first.intent, value(first, "choice")) == ("make_complaint", "more")
    assert second.text == "四点以后打"
