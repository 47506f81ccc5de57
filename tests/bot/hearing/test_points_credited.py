"""What something that was bought brought in points is read from the statement, whatever figure its day looks like."""

from typing import Any

import pytest

from actions.knowledge import figures
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

OF_POINTS = Context(focus={"topic": "ask_points_history", "age": 0, "at": {}})
RETURNED = Context(focus={"topic": "ask_refund_status", "age": 0, "at": {}})


def intents(text: str, intent: str, context: Context, **entities: Any) -> list[str | None]:
    return [step.intent for step in hear(said(text, intent, 0.6, **entities), context).steps]


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("9月15买的那双鞋给我加了多少分", Context()),
        ("買電鍋那筆的點數入帳了沒", Context()),
        ("how many points did I get for the shoes I bought in May", Context()),
        ("不是15块，是9月15号买的鞋，399那单 到账了没", OF_POINTS),
    ],
)
def test_the_statement_tells(text: str, context: Context) -> None:
    assert intents(text, "ask_points_rules", context, product="鞋")[0] == "ask_points_history"


@pytest.mark.parametrize(
    ("text", "context"),
    [("我退货那单的钱到账了没", RETURNED), ("买双鞋能拿多少分", Context()), ("has my order arrived", Context())],
)
def test_money_that_comes_back_and_what_is_not_bought_yet_are_other_matters(text: str, context: Context) -> None:
    assert "ask_points_history" not in intents(text, "ask_refund_status", context)


def test_the_day_of_a_month_is_no_amount() -> None:
    assert figures.amounts("9月15买的那双鞋", bare=True) == []
    assert figures.amounts("买15块的", bare=True) == [1500]
