"""A price that fell after buying, in everyday words and in several clauses: one question of price protection."""

import pytest

from actions.kit.words import plainly
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "bought the earbuds on the 19th n she's just seen them 40 quid cheaper?? can i have the difference back",
        "i mean the same ones got cheaper after i paid. d'you refund the difference",
        "I ordered the lamp last week and it's gone down by 30, can I get that back from you?",
        "the pan I bought has been reduced since, will you match the price",
        "上周买的耳机，今天看便宜了40，差价能退我吗",
        "我刚下单就降了三十块，能补吗",
        "前幾天買的外套現在降價了，可以補差價嗎",
        "我付了299，今天變便宜了，差額可以退給我嗎",
    ],
)
@pytest.mark.parametrize("intent", ["ask_alternative", "ask_product", "return_or_refund", "nlu_fallback"])
def test_it_is_one_question_of_the_rule(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.9), Context()).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    "text",
    [
        "n if they go down next week can i still come back to you about it",
        "and if it gets cheaper tomorrow, can I claim then?",
        "那要是下周又降价了，我还能来找你吗",
        "如果之後再降價，可以補差嗎",
    ],
)
def test_that_it_may_fall_goes_on_with_it(text: str) -> None:
    before = Context(
        focus={
            "article": "price_protection",
            "question": "can I get the difference back if I bought it 买完降价了能退差价吗",
            "at": {"article": 5}, "age": 0,
        }
    )  # fmt: skip
    assert [step.intent for step in hear(said(text, "nlu_fallback", 0.3), before).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    "text",
    [
        "have you got a cheaper one",
        "is the 20 quid cheaper one any good",
        "I bought earbuds, can I have my money back",
        "can I swap it for a cheaper one and get the difference back",
        "have the earbuds gone down in price",
        "耳机降价了吗",
        "有没有便宜点的",
        "我买的耳机坏了，能退给我钱吗",
        "別家賣得比較便宜，差價可以退我嗎",
    ],
)
def test_other_words_about_prices_are_none(text: str) -> None:
    assert plainly.heard_as(text) not in ("price_fell", "price_may_fall")


def test_what_is_asked_beside_it_is_heard_as_well() -> None:
    text = "the buds I bought got cheaper, can I have the difference back? where is my parcel"
    parts = (("ask_alternative", 0.9), ("ask_product", 0.8), ("ask_parcel", 0.95))
    steps = hear(said(text, "ask_alternative", 0.8, *parts), Context()).steps
    assert [step.intent for step in steps] == ["ask_faq", "ask_parcel"]
