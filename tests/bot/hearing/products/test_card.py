"""A product's card is told where the product is asked about, not where it is merely named."""

from dataclasses import replace

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.products import card
from bot.hearing.steps import Heard, Step, entities_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, said

CARD, RETURN, FAULT, PARCEL, FAQ = "ask_product", "return_or_refund", "report_fault", "ask_parcel", "ask_faq"


def told(text: str, named: str, *beside: tuple[str, str]) -> list[str]:
    """What is left of a card for the first words, beside other steps."""
    message = said(text, "nlu_fallback", 0.3)
    first = Step(wishes.clauses(text)[0].text, heard(wishes.clauses(text)[0].text, CARD, 0.8, product=named))
    others = [Step(words, heard(words, intent)) for words, intent in beside]
    steps = card.only_where_asked(message, Heard.of(first, *others), Context()).steps
    return [step.intent for step in steps]


class TestBesideAnotherAnswer:
    @pytest.mark.parametrize(
        ("text", "named", "beside"),
        [
            ("是10/31那张订单的平底锅，要退货，涂层掉了", "平底锅", ("要退货，涂层掉了", RETURN)),
            ("是10/31那張訂單的不沾鍋!!要退貨,塗層脫落", "不沾鍋", ("要退貨,塗層脫落", RETURN)),
            ("it's the pan from that order, i want to return it", "pan", ("i want to return it", RETURN)),
        ],
    )
    def test_what_is_merely_named_gets_no_card(self, text: str, named: str, beside: tuple[str, str]) -> None:
        assert told(text, named, beside) == [RETURN]

    @pytest.mark.parametrize(
        ("text", "named", "beside"),
        [
            ("平底锅多少钱，我的包裹到哪了", "平底锅", ("我的包裹到哪了", PARCEL)),
            ("介紹一下不沾鍋，我的包裹到哪了", "不沾鍋", ("我的包裹到哪了", PARCEL)),
            ("what about the pan, and where is my parcel", "pan", ("where is my parcel", PARCEL)),
        ],
    )
    def test_what_is_asked_about_keeps_it(self, text: str, named: str, beside: tuple[str, str]) -> None:
        assert told(text, named, beside) == [CARD, PARCEL]

    @pytest.mark.parametrize(
        "text", ["另一个我还照用吗", "另一個我還照用嗎", "can i still keep the other one meanwhile"]
    )
    def test_another_question_is_put_to_the_articles_if_they_know_it(self, text: str) -> None:
        asks = Step(text, heard(text, CARD, choice="CUP"))
        parcel = Step("到哪了", heard("到哪了", PARCEL))
        first, second = card.only_where_asked(said(text, CARD), Heard.of(asks, parcel), Context()).steps
        assert (first.intent, second.intent) == (FAQ, PARCEL)
        assert "if_known" in [each["value"] for each in entities_of(first.heard or {})]

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("我昨天订的咖啡壶到哪了，周一一定要到", "咖啡壶"),
            ("請問我昨天訂的咖啡壺到哪了?禮拜一一定要到", "咖啡壺"),
            ("the coffee pot i ordered is where now, must be here by monday", "coffee pot"),
        ],
    )
    def test_what_the_whole_message_asks_takes_its_place(self, text: str, named: str) -> None:
        message = said(text, PARCEL, 0.8)
        first = message.clauses[0][0].text
        steps = [
            Step(first, heard(first, CARD, 0.75, product=named)),
            Step(message.clauses[1][0].text, heard(message.clauses[1][0].text, "change_order")),
        ]
        meant = card.only_where_asked(message, Heard.of(*steps), Context()).steps
        assert [step.intent for step in meant] == [PARCEL, "change_order"]


class TestAlone:
    @pytest.mark.parametrize(
        ("text", "product"),
        [
            ("你们那个平底锅怎么回事啊，7月买一个9月又买一个，两个都粘！煎个蛋全糊底了", "平底锅"),
            ("你們那個平底鍋怎麼回事，七月買一個九月又買一個，兩個都黏！煎個蛋全糊了", "平底鍋"),
            ("your frying pan is a joke, i bought one in july and one in september", "frying pan"),
        ],
    )
    def test_of_a_thing_one_has_it_is_what_else_it_sounds_like(self, text: str, product: str) -> None:
        message = _guessed(text, FAULT, 0.4, product)
        step = Step(text, {**message.whole, "intent": {"name": CARD, "confidence": 1.0}})
        assert card.alone(message, step).intent == FAULT

    @pytest.mark.parametrize(
        ("text", "product"), [("平底锅", "平底锅"), ("想看看那個不沾鍋", "不沾鍋"), ("tell me about the pan", "pan")]
    )
    def test_what_is_named_alone_or_asked_about_is_told(self, text: str, product: str) -> None:
        step = Step(text, heard(text, CARD, product=product))
        assert card.alone(_guessed(text, FAULT, 0.4, product), step) is step

    @pytest.mark.parametrize(
        "text", ["我买的平底锅能进洗碗机吗", "我買的不沾鍋是什麼材質", "i bought the pan, can it go in the dishwasher"]
    )
    def test_what_is_asked_of_a_thing_one_has_stays_a_question_of_it(self, text: str) -> None:
        step = Step(text, heard(text, CARD, product="pan"))
        assert card.alone(_guessed(text, FAULT, 0.4, "pan"), step) is step

    @pytest.mark.parametrize(
        "text", ["那个后来到底怎么样处理的", "嗰個之後你哋會點安排", "so what happens with that one afterwards"]
    )
    def test_what_is_only_pointed_at_is_what_else_it_sounds_like(self, text: str) -> None:
        step = Step(text, heard(text, CARD, choice="PAN"))
        step = replace(step, heard={**(step.heard or {}), "entities": []})
        assert card.alone(_guessed(text, FAQ, 0.4, ""), step).intent in (FAQ, CARD)


def _guessed(text: str, intent: str, confidence: float, product: str) -> Said:
    """A message of which no part was surely understood."""
    message = said(text, "nlu_fallback", 0.35)
    at = text.find(product)
    named = {"entity": "product", "value": product, "start": at, "end": at + len(product), "extractor": "test"}
    ranked = [{"name": "nlu_fallback", "confidence": 0.35}, {"name": intent, "confidence": confidence}]
    clauses = [(clause, {**parsed, "intent_ranking": ranked}) for clause, parsed in message.clauses]
    whole = {**message.whole, "intent_ranking": ranked, "entities": [named] if product else []}
    return replace(message, whole=whole, clauses=clauses)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("这是我这个月第二单，我什么等级，离金卡差多少", "我什么等级"),
        ("這是我這個月第二單，我是什麼等級，離金卡差多少", "我是什麼等級"),
        ("this was my second order this month, whats my level, how far off gold am i", "whats my level"),
    ],
)
def test_who_counts_their_orders_asks_for_none(text: str, level: str) -> None:
    message = said(text, "ask_tier", 0.95, ("ask_order_status", 0.9), ("ask_tier", 0.95), ("ask_tier", 0.95))
    assert level in text
    assert [step.intent for step in hear(message, asked(product="CUP")).steps] == ["ask_tier"]
