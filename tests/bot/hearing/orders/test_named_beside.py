"""A message asks several things of one product, or names in one part what another means."""

from dataclasses import replace

import pytest

from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.orders import named_beside
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


@pytest.mark.parametrize(
    ("text", "thing", "short"),
    [
        ("电饭煲能寄吗，锅多重", "电饭煲", "锅"),
        ("電子鍋可以寄嗎，鍋子多重", "電子鍋", "鍋"),
        ("can you post the rice cooker, how heavy is the cooker", "rice cooker", "cooker"),
    ],
)
def test_a_short_word_is_the_thing_named_before(text: str, thing: str, short: str) -> None:
    first, second = (clause.text for clause in wishes.clauses(text))
    message = _said(text, heard(first, "ask_product", product=thing), heard(second, "ask_product", product=short))
    message = replace(message, clauses=[*message.clauses, (wishes.Clause("防水吗"), heard("防水吗", "ask_product"))])
    steps = named_beside.each_asked(message, Heard.of(Step(text=text, heard=message.whole)), Context()).steps
    assert {str(each["value"]) for step in steps for each in entities_of(step.heard or {})} == {thing}


def test_another_thing_is_no_short_word_for_it() -> None:
    text = "电饭煲能寄吗，杯子多重，锅盖防水吗"
    names = ("电饭煲", "杯子", "锅盖")
    clauses = wishes.clauses(text)
    message = _said(
        text, *(heard(clause.text, "ask_product", product=name) for clause, name in zip(clauses, names, strict=True))
    )
    steps = named_beside.each_asked(message, Heard.of(Step(text=text, heard=message.whole)), Context()).steps
    assert [[each["value"] for each in entities_of(step.heard or {})] for step in steps] == [["杯子"], ["锅盖"]]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("那它能不能煮粥，内胆什么材质的", "那它能不能煮粥"),
        ("它能不能煮稀飯，內鍋什麼材質", "它能不能煮稀飯"),
        ("can it make porridge, what is it made of", "can it make porridge"),
    ],
)
def test_what_no_aspect_is_known_for_is_asked_of_the_product_too(text: str, asks: str) -> None:
    message = said(text, "ask_product", 0.9, ("out_of_scope", 0.4), ("ask_product", 0.9))
    ranked = [{"name": "out_of_scope", "confidence": 0.4}, {"name": "ask_product", "confidence": 0.3}]
    (clause, parsed), *others = message.clauses
    message = replace(message, clauses=[(clause, {**parsed, "intent_ranking": ranked}), *others])
    told = asked(product="RICE", topic="ask_product", at={"product": 3})
    steps = named_beside.each_asked(message, Heard.of(Step(text=text, heard=message.whole)), told).steps
    assert steps[0].text == asks


@pytest.mark.parametrize(
    "text",
    ["亚航能带上去吗，空箱多重", "長榮可以帶上去嗎，空箱多重", "is that fine with ryanair, how heavy is it empty"],
)
def test_an_airline_that_is_named_is_a_question_by_itself(text: str) -> None:
    told = asked(product="CASE", topic="ask_product", at={"product": 3})
    message = said(text, "ask_product", 0.9)
    steps = named_beside.each_asked(message, Heard.of(Step(text=text, heard=message.whole)), told).steps
    assert len(steps) == 2
