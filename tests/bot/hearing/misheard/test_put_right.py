"""What was done to the wrong thing is taken back, and what was meant goes on."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.words import said

RETURNED = Context(focus={"done": "return_or_refund", "return": "R-2026-0007", "at": {"done": 8, "return": 8}})
FILED = Context(
    focus={"done": "make_complaint", "complaint": "C-2026-0100", "topic": "make_complaint", "at": {"done": 8}}
)


def naming(text: str, *products: str) -> Said:
    message = said(text, "inform", 0.7)
    whole: Parsed = {**message.whole, "entities": [{"entity": "product", "value": each} for each in products]}
    return Said(text, whole, message.clauses)


def value(heard: Parsed | None, name: str) -> Any:
    return next((each["value"] for each in (heard or {}).get("entities", []) if each["entity"] == name), None)


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("No!! not the yoga mat. I said the coffee set. Undo that please", ("yoga mat", "coffee set")),
        ("不是瑜伽垫！我说的是咖啡套装，撤掉", ("瑜伽垫", "咖啡套装")),
        ("搞錯了啦，我要的是咖啡組，瑜珈墊那張取消", ("咖啡組", "瑜珈墊")),
        ("唔係瑜伽墊呀，我講嘅係咖啡套裝", ("瑜伽墊", "咖啡套裝")),
    ],
)
def test_a_return_of_the_wrong_thing_is_taken_back(text: str, products: tuple[str, ...]) -> None:
    (step,) = hear(naming(text, *products), RETURNED).steps
    assert (step.intent, value(step.heard, "act")) == ("undo", "return_or_refund")


def test_a_complaint_about_the_wrong_thing_is_asked_about_after_what_was_meant() -> None:
    text = "No!! not the yoga mat. I said the coffee set. Undo that please"
    heard = hear(naming(text, "yoga mat", "coffee set"), FILED)
    assert [(step.intent, value(step.heard, "product")) for step in heard.steps] == [("return_or_refund", "coffee set")]
    assert [(each["intent"]["name"], value(each, "act")) for each in heard.kept] == [("undo", "make_complaint")]


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("不对，是左手那只", ()),
        ("it was the blue one, not the green", ()),
        ("我还买了咖啡套装", ("咖啡套装",)),
        ("what about the coffee set", ("coffee set",)),
    ],
)
def test_a_detail_and_another_subject_take_nothing_back(text: str, products: tuple[str, ...]) -> None:
    for context in (RETURNED, FILED):
        assert all(step.intent != "undo" for step in hear(naming(text, *products), context).steps)
        assert hear(naming(text, *products), context).kept == []


def test_long_after_the_act_it_is_none() -> None:
    old = Context(focus={"done": "return_or_refund", "at": {"done": 2, "product": 20}})
    text = "不是瑜伽垫，我说的是咖啡套装，撤掉"
    assert hear(naming(text, "瑜伽垫", "咖啡套装"), old).steps[0].intent != "undo"
