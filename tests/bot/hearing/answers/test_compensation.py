"""Compensation is asked for: a complaint with that wish, never out of scope and never what to do with a battery."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.steps import Step
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

FILED = {
    "complaint": "C-2026-0001", "done": "make_complaint", "topic": "report_danger", "danger": "injury",
    "at": {"complaint": 3, "done": 3, "topic": 3},
}  # fmt: skip


def only(text: str, intent: str, confidence: float, context: Context) -> Step:
    (step,) = hear(said(text, intent, confidence), context).steps
    return step


def more(step: Step) -> bool:
    entities = (step.heard or {}).get("entities") or []
    return any(entity["entity"] == "choice" and entity["value"] == "more" for entity in entities)


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("医药费两百块你们能赔吗", "nlu_fallback", 0.35),
        ("送遲了三天，可以補點點數嗎", "dispute_points", 0.6),
        ("睇醫生用咗四百蚊，賠唔賠", "out_of_scope", 0.7),
        ("will you compensate me for the ruined dress?", "out_of_scope", 0.9),
    ],
)
def test_it_is_offered_as_a_complaint(text: str, intent: str, confidence: float) -> None:
    step = only(text, intent, confidence, Context())
    assert step.intent == "make_complaint"
    assert not more(step)


@pytest.mark.parametrize("text", ["诊所花了一百八，这个药费怎么算，赔不赔", "who pays my doctor's bill of 60 pounds"])
def test_after_a_case_was_filed_it_goes_with_that_one(text: str) -> None:
    assert more(only(text, "out_of_scope", 0.7, Context(focus=FILED)))


def test_the_same_danger_named_again_for_it_is_no_second_alarm() -> None:
    step = only("杯子割伤了我，不赔我就找消协", "report_danger", 0.7, Context(focus=FILED))
    assert step.intent == "make_complaint"


def test_a_danger_told_first_comes_before_it() -> None:
    assert only("杯子割伤了我流血了，赔钱", "report_danger", 0.9, Context()).intent == "report_danger"


@pytest.mark.parametrize("text", ["降价了，差价赔吗", "我不要补偿，就想讨个道歉"])
def test_a_price_that_fell_and_who_wants_none_ask_for_no_compensation(text: str) -> None:
    assert only(text, "ask_faq", 0.6, Context()).intent == "ask_faq"


def test_amid_a_form_the_form_hears_it() -> None:
    context = asked(option("质量问题", '/inform{"choice":"quality"}'), form="return_form", slot="return_reason")
    assert only("坏了，赔钱", "nlu_fallback", 0.35, context).intent == "nlu_fallback"


@pytest.mark.parametrize("asks", ["药费赔不赔", "看病的钱谁出"])
def test_beside_a_yes_it_is_heard_after_the_act(asks: str) -> None:
    context = asked(option("登记", "/affirm"), option("先不退", "/deny"), form="return_form", slot="return_confirmed")
    steps = hear(said(f"登记！{asks}", "out_of_scope", 0.5, ("affirm", 0.9), ("out_of_scope", 0.9)), context).steps
    assert [step.intent or step.payload for step in steps][1:] == ["make_complaint"]
