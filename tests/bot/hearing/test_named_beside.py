"""A message asks several things of one product, or names in one part what another means."""

import pytest

from bot.hearing import named_beside, wishes
from bot.hearing.said import Said
from bot.hearing.steps import Heard, Step, entities_of
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.words import asked, heard, said

JUNE = {"from": "2026-06-01T00:00:00+08:00", "to": "2026-07-01T00:00:00+08:00", "grain": "month"}


def _month(parsed: Parsed) -> Parsed:
    entity = {"entity": "time", "value": JUNE, "start": 0, "end": 1, "extractor": "test"}
    return {**parsed, "entities": [*entities_of(parsed), entity]}


def _said(text: str, *parts: Parsed) -> Said:
    clauses = wishes.clauses(text)
    assert len(clauses) == len(parts), clauses
    return Said(text, heard(text, "ask_product"), list(zip(clauses, parts, strict=True)))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("续航多久，防水吗，有什么颜色", ["续航多久", "防水吗", "有什么颜色"]),
        ("有多重？會不會生鏽", ["有多重", "會不會生鏽"]),
        ("how heavy is it? and does it rust", ["how heavy is it", "and does it rust"]),
    ],
)
def test_each_thing_that_is_asked_of_it_is_a_step(text: str, asks: list[str]) -> None:
    told = asked(product="BAG", topic="ask_product", at={"product": 3})
    message = said(text, "ask_product", 0.9)
    whole = Heard.of(Step(text=text, heard=message.whole))
    assert [step.text for step in named_beside.each_asked(message, whole, told).steps] == asks


@pytest.mark.parametrize(
    "text", ["续航多久，多少钱", "這兩個比，哪個輕，防水嗎", "how heavy is it, and which one is lighter"]
)
def test_one_thing_a_price_and_a_comparison_stay_whole(text: str) -> None:
    message = said(text, "ask_product", 0.9)
    whole = Heard.of(Step(text=text, heard=message.whole))
    told = asked(product="BAG", topic="ask_product")
    assert named_beside.each_asked(message, whole, told) is whole


def test_of_nothing_that_was_named_nothing_is_asked_apart() -> None:
    message = said("续航多久，防水吗", "ask_product", 0.9)
    whole = Heard.of(Step(text=message.text, heard=message.whole))
    assert named_beside.each_asked(message, whole, Context()) is whole


def test_it_is_what_was_named_last() -> None:
    text = "保温杯防水吗，背包多重"
    message = _said(
        text, heard("保温杯防水吗", "ask_product", product="保温杯"), heard("背包多重", "ask_product", product="背包")
    )
    whole = Heard.of(Step(text=text, heard=message.whole))
    steps = named_beside.each_asked(message, whole, Context()).steps
    assert [[each["value"] for each in entities_of(step.heard or {})] for step in steps] == [["保温杯"], ["背包"]]


@pytest.mark.parametrize(
    ("text", "asks"),
    [("箱子轮子断了，六月那个，还有保修吗", "还有保修吗"), ("箱子輪子斷了，六月那個，還有保固嗎", "還有保固嗎")],
)
def test_the_warranty_is_asked_of_the_thing_and_the_month_that_are_named_beside_it(text: str, asks: str) -> None:
    fault, month, own = (clause.text for clause in wishes.clauses(text))
    message = _said(
        text, heard(fault, "report_fault", product="箱子"), _month(heard(month, "inform")), heard(own, "ask_faq")
    )
    of_focus = {"entity": "order_number", "value": "1", "start": 0, "end": 0, "extractor": "focus"}
    step = Step(text=asks, heard={**heard(asks, "ask_faq"), "entities": [of_focus]})
    (meant,) = named_beside.meant(message, Heard.of(step)).steps
    assert [each["value"] for each in entities_of(meant.heard or {})] == ["箱子", JUNE]


def test_a_reason_to_buy_the_thing_wishes_for_no_others() -> None:
    text = "电饭煲还有货吗，想买来送我妈"
    stock, gift = (clause.text for clause in wishes.clauses(text))
    message = _said(text, heard(stock, "ask_product", product="电饭煲"), heard(gift, "ask_recommendation"))
    steps = [
        Step(text=gift, heard=heard(gift, "ask_recommendation")),
        Step(text=stock, heard=heard(stock, "ask_product")),
    ]
    assert [step.text for step in named_beside.meant(message, Heard.of(*steps)).steps] == [stock]
