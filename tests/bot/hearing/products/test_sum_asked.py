"""What goods come to or cost to have sent is a question of goods, and asks nobody who they are."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "intent", "things"),
    [
        ("three mugs and a towel, what would that come to?", "ask_order_status", "mugs"),
        ("what's postage on a single scarf?", "ask_parcel", "scarf"),
        ("四條圍巾總共多少", "ask_order_status", "圍巾"),
        ("一个台灯加一把刀一共多少钱", "ask_recommendation", "台灯"),
        ("保溫杯兩個寄到澳門，連運費多少", "ask_faq", "保溫杯"),
    ],
)
def test_is_a_question_of_goods(text: str, intent: str, things: str) -> None:
    steps = hear(said(text, intent, 0.8, product=things), asked()).steps
    assert [step.intent for step in steps] == ["ask_product"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what was the total of the scarf I bought", "ask_order_status"),
        ("postage when I return the scarf?", "ask_faq"),
        ("圍巾退貨運費誰出", "ask_faq"),
        ("换围巾一共要多少积分", "ask_rewards"),
    ],
)
def test_what_was_bought_goes_back_or_costs_points_is_another(text: str, intent: str) -> None:
    steps = hear(said(text, intent, 0.9, product="scarf"), asked()).steps
    assert [step.intent for step in steps] == [intent]


def test_a_sum_written_out_and_what_stands_beside_it() -> None:
    text = "so 459 x 3 = ? and do you ship to Japan?"
    heard_so = said(text, "nlu_fallback", 0.3, ("nlu_fallback", 0.3), ("ask_faq", 0.95))
    assert [step.intent for step in hear(heard_so, asked()).steps] == ["ask_product", "ask_faq"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我脚长24.5厘米该穿什么码", "ask_faq"),
        ("身高172 70公斤 穿L還是XL", "update_profile"),
        ("he is 183, which size?", "inform"),
    ],
)
def test_a_size_for_figures_of_a_body_is_a_question_of_goods(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.7), asked()).steps] == ["ask_product"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("差在哪裡啊", "nlu_fallback"),
        ("多买几个有优惠吗", "ask_promotion"),
        ("any deal if i buy two", "ask_promotion"),
        ("會不會生鏽", "ask_recommendation"),
        ("how old should the kid be, what age", "nlu_fallback"),
    ],
)
def test_what_is_asked_of_what_was_spoken_of(text: str, intent: str) -> None:
    context = asked(topic="ask_product", age=0, product="KNIFE", product_before="PAN", at={"product": 2})
    assert [step.intent for step in hear(said(text, intent, 0.7), context).steps] == ["ask_product"]


def test_postage_right_after_goods_is_of_goods_though_none_was_made_out() -> None:
    heard_so = said("and the postage for only a tin?", "ask_parcel", 0.9)
    assert [step.intent for step in hear(heard_so, asked(product="TEA", at={"product": 2})).steps] == ["ask_product"]
    assert [step.intent for step in hear(heard_so, asked()).steps] == ["ask_parcel"]


def test_two_sums_of_two_sentences_are_two_steps() -> None:
    text = "so the set + shipping is over 370 no? what about the mug and the scarf together, total w shipping"
    message = said(text, "nlu_fallback", 0.3)
    things = [(clause, {**heard, "entities": [{"entity": "product", "value": "mug", "start": 0, "end": 3}]})
              for clause, heard in message.clauses]  # fmt: skip
    steps = hear(Said(text, message.whole, things), asked()).steps
    assert [(step.intent, step.text.startswith("so the set")) for step in steps] == [
        ("ask_product", True),
        ("ask_product", False),
    ]


def test_how_they_are_to_be_wrapped_is_no_fault() -> None:
    message = said("mug and scarf wrapped, whats the total all in", "nlu_fallback", 0.3,
                   ("inform", 0.6), ("report_fault", 0.94), ("ask_points_balance", 0.6), product="mug")  # fmt: skip
    assert [step.intent for step in hear(message, asked()).steps] == ["ask_product"]
