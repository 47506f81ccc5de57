"""What a return would bring back, or cost in points, is asked of one's own purchase and begins nothing."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import said

TOLD = Context(focus={"sum_back": {"lines": [[1, 1]], "asked": ["money"]}, "order": "20261101-0001", "age": 0})


def choices(text: str, context: Context, *parts: tuple[str, float], **entities: str) -> list[Any]:
    steps = hear(said(text, "return_or_refund", 0.8, *parts, **entities), context).steps
    return [each["value"] for step in steps for each in (step.heard or {})["entities"] if each["entity"] == "choice"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("How much will I get back if I return only the mug?", "money"), ("退T恤能退回多少钱", "money"),
        ("退掉圍巾會退我多少", "money"), ("我淨係退個奶樽，攞返幾多錢", "money"),
        ("what would I get refunded for just the tote?", "money"), ("如果我退掉T恤，积分扣多少", "points"),
    ],
)  # fmt: skip
def test_the_sum_is_asked(text: str, asked: str) -> None:
    assert choices(text, Context()) == [f"sum_back:{asked}"]


def test_two_clauses_of_one_question_are_one_step() -> None:
    parts = (("return_or_refund", 0.9), ("ask_points_balance", 0.8))
    assert choices("如果我退掉T恤，积分扣多少", Context(), *parts) == ["sum_back:points"]


@pytest.mark.parametrize(
    "text",
    [
        "退款几天到账", "退货运费多少钱", "退货要扣积分吗", "how long does a refund take", "脚背高，该拿几码",
        "how many points do I have", "升银卡还差多少积分",
    ],
)  # fmt: skip
def test_other_questions_are_not_taken(text: str) -> None:
    assert not any(str(each).startswith("sum_back") for each in choices(text, Context()))


@pytest.mark.parametrize("text", ["and with the lunch box too?", "兩樣都退呢", "只退一个呢"])
def test_another_thing_or_number_goes_on_with_the_sum_just_told(text: str) -> None:
    assert choices(text, TOLD, product="lunch box") == ["sum_back:money"]
    assert choices(text, Context(), product="lunch box") != ["sum_back:money"]


def test_points_alone_go_on_with_it() -> None:
    assert choices("how many points would I lose", TOLD) == ["sum_back:points"]


def test_amid_a_return_it_is_asked_of_that_one_and_amid_another_form_not_at_all() -> None:
    amid = Context(Expectation(form="return_form", slot="return_confirmed"))
    assert choices("那能退我多少钱", amid) == ["sum_back:money"]
    other = Context(Expectation(form="callback_form", slot="callback_time"))
    assert "sum_back:money" not in choices("那能退我多少钱", other)
