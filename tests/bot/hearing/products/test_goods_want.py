"""A want told by clauses together is one wish; a place of the goods told last, and a thing by itself, are of goods."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said

GOODS = [
    {"title": "Tote", "payload": '/ask_product{"choice":"TOTE"}'},
    {"title": "Case", "payload": '/ask_product{"choice":"CASE"}'},
]


class TestOneWant:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("a bag for work, has to be waterproof, any ideas", ["ask_product", "ask_faq", "ask_recommendation"]),
            ("想买双鞋，脚胖，有推荐吗", ["ask_product", "ask_faq", "ask_recommendation"]),
            ("想找個包，要防水，有推薦嗎", ["inform", "ask_product", "ask_recommendation"]),
        ],
    )
    def test_is_heard_as_a_whole(self, text: str, parts: list[str]) -> None:
        message = said(text, "ask_recommendation", 0.7, *((part, 0.9) for part in parts))
        (step,) = hear(message, asked()).steps
        assert (step.intent, step.text) == ("ask_recommendation", text)

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("any ideas for a present, where is my parcel", ["ask_recommendation", "ask_parcel"]),
            ("推荐个茶，我的积分还有多少", ["ask_recommendation", "ask_points_balance"]),
            ("推薦個包，可以用券嗎", ["ask_recommendation", "ask_vouchers"]),
        ],
    )
    def test_another_question_beside_it_stays_one(self, text: str, parts: list[str]) -> None:
        message = said(text, "ask_recommendation", 0.7, *((part, 0.95) for part in parts))
        assert {step.intent for step in hear(message, asked()).steps} >= {parts[1]}


class TestOfTheList:
    @pytest.mark.parametrize("text", ["the second one, do you have it in black", "第二个有黑色吗", "第二個有黑色嗎"])
    def test_a_colour_of_a_place_is_asked_of_goods(self, text: str) -> None:
        context = asked(topic="ask_recommendation", age=0, listed=GOODS)
        (step,) = hear(said(text, "ask_order_status", 0.8), context).steps
        assert step.intent == "ask_product"

    def test_not_where_something_else_was_listed(self) -> None:
        context = asked(topic="ask_order_status", age=0, listed=[{"title": "O", "payload": '/ask_parcel{"x":"1"}'}] * 2)
        (step,) = hear(said("the second one, is that in black", "ask_order_status", 0.8), context).steps
        assert step.intent == "ask_order_status"


class TestByItself:
    @pytest.mark.parametrize("text", ["is a kettle sold separately", "手冲壶单独卖吗", "手沖壺有單賣嗎"])
    def test_is_asked_of_the_goods_told_last(self, text: str) -> None:
        context = asked(topic="ask_product", age=0, product="SET", at={"product": 3})
        assert [step.intent for step in hear(said(text, "ask_faq", 0.8), context).steps] == ["ask_product"]

    def test_not_where_no_goods_were_told(self) -> None:
        (step,) = hear(said("is insurance sold separately", "ask_faq", 0.9), asked()).steps
        assert step.intent == "ask_faq"
