"""Whether goods may go abroad is asked of the goods, not of the rule alone."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    ("text", "intent", "things"),
    [
        ("do you guys deliver to Macau? want to get my dad the humidifier", "ask_faq", "humidifier"),
        ("我人在高雄 想買你們那個行動電源 可以寄來台灣嗎", "ask_faq", "行動電源"),
        ("所以防晒也能寄香港？", "ask_faq", "防晒"),
        ("想给日本的朋友寄一个保温杯", "out_of_scope", "保温杯"),
    ],
)
def test_a_thing_and_a_place_abroad(text: str, intent: str, things: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.7, product=things), asked()).steps] == ["ask_product"]


@pytest.mark.parametrize("text", ["can you ship both to Macau", "兩樣一起寄得到澳門嗎", "两样一起寄台湾行吗"])
def test_both_that_were_told_last(text: str) -> None:
    context = asked(product="HUMID", product_before="SUN")
    assert [step.intent for step in hear(said(text, "ask_faq", 0.6), context).steps] == ["ask_product"]


def test_what_goes_on_with_it() -> None:
    context = asked(abroad="MO", product="HUMID")
    steps = hear(said("and the sunscreen is ok too?", "ask_product", 0.9, product="sunscreen"), context).steps
    assert [step.intent for step in steps] == ["ask_product"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how long does it take to ship to Macau", "ask_faq"),
        ("寄台湾多少钱", "ask_faq"),
        ("台北店里能自提保温杯吗", "ask_faq"),
        ("我在香港，保温杯想退货", "return_or_refund"),
        ("my order with the 保温杯, can it go to Macau instead", "change_order"),
    ],
)
def test_the_rule_alone_a_pick_up_and_a_return_stay_what_they_are(text: str, intent: str) -> None:
    things = {"product": "保温杯"} if "保温杯" in text else {}
    assert [step.intent for step in hear(said(text, intent, 0.95, **things), asked()).steps] == [intent]


@pytest.mark.parametrize(
    "text", ["運費咧? 2.9公斤寄到家總共幾塊", "不是啦我問運費 一公斤30那三公斤是60嗎", "and for 3 kg?"]
)
def test_the_postage_of_the_thing_spoken_of(text: str) -> None:
    context = asked(abroad="TW", product="CASE")
    assert [step.intent for step in hear(said(text, "ask_faq", 0.7), context).steps] == ["ask_product"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3升电饭煲寄新加坡要交税吗，能开发票不", (("out_of_scope", 0.7), ("ask_invoice", 0.99))),
        ("電鍋寄新加坡要稅嗎，可以開發票嗎", (("ask_faq", 0.7), ("ask_invoice", 0.99))),
        (
            "is there tax if you ship the cooker to Singapore, can I get an invoice",
            (("ask_faq", 0.7), ("ask_invoice", 0.99)),
        ),
    ],
)
def test_what_is_asked_beside_it_is_answered_too(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    steps = hear(said(text, "ask_invoice", 0.67, *parts, product="cooker"), asked()).steps
    assert [step.intent for step in steps] == ["ask_product", "ask_faq"]
    assert "发票" in steps[1].text or "發票" in steps[1].text or "invoice" in steps[1].text
