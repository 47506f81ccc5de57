"""A time said in agreement after a parcel was told of is a wish for its delivery."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

PARCEL = {"parcel": "SF1", "topic": "ask_parcel", "age": 0, "at": {"parcel": 4}}
FILED = {**PARCEL, "topic": "make_complaint", "complaint": "C-1", "done": "make_complaint"}


@pytest.mark.parametrize("focus", [PARCEL, FILED])
@pytest.mark.parametrize(
    ("text", "intent", "sure"),
    [
        ("好吧，那晚上七点以后再送", "change_order", 0.6),
        ("可以 不過要下午兩點後派", "nlu_fallback", 1.0),
        ("ok then, but not before 5 pm", "inform", 0.5),
        ("行，周六上午", "request_callback", 0.9),
        ("deliver it after six please", "inform", 0.7),
    ],
)
def test_it_is_one(focus: dict[str, object], text: str, intent: str, sure: float) -> None:
    (step,) = hear(said(text, intent, sure, time="x"), Context(focus=focus)).steps
    assert step.intent == "change_order"
    named = {each["entity"]: each["value"] for each in (step.heard or {})["entities"]}
    assert named["parcel_number"] == "SF1"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你们说好下午三点送的", "make_complaint"),
        ("they said it would be delivered before 3", "make_complaint"),
        ("下午三点以后能送到吗", "ask_parcel"),
        ("好的，明天三点打给我", "request_callback"),
    ],
)
def test_a_story_a_question_and_a_call_are_none(text: str, intent: str) -> None:
    steps = hear(said(text, intent, time="x"), Context(focus=FILED)).steps
    assert "change_order" not in [step.intent for step in steps]


def test_after_a_call_was_arranged_and_amid_a_form_the_time_is_theirs() -> None:
    called = Context(focus={**PARCEL, "done": "request_callback", "callback": 3})
    message = said("行，下午五点以后", "inform", 0.6, time="x")
    assert "change_order" not in [step.intent for step in hear(message, called).steps]
    in_form = asked(form="callback_form", slot="callback_window", **PARCEL)
    assert "change_order" not in [step.intent for step in hear(message, in_form).steps]


@pytest.mark.parametrize(
    "text", ["今晚送得到嗎？明天要送人的", "will it be delivered today? it is a present for Sunday"]
)
def test_a_question_beside_a_day_is_no_wish(text: str) -> None:
    (step, *_) = hear(said(text, "ask_parcel", 0.7, time="x"), Context(focus=PARCEL)).steps
    assert step.intent == "ask_parcel"


@pytest.mark.parametrize("text", ["得 我等多兩日", "好吧，再等到周一看看", "ok i'll wait until Monday"])
def test_who_waits_some_days_more_moves_no_delivery(text: str) -> None:
    steps = hear(said(text, "hesitate", 0.7, time="x"), Context(focus=PARCEL)).steps
    assert "change_order" not in [step.intent for step in steps]
