"""The answer to what a return asks, and other goods announced behind it."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.steps import intent_of
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, heard, option, said

RETURN = "return_or_refund"
SIZES = asked(
    option("Exchange for size 39", '/inform{"choice": "39"}'),
    option("Exchange for size 37", '/inform{"choice": "37"}'),
    option("Return it", '/inform{"choice": "return"}'),
    form="return_form",
    slot="return_kind",
)
LAST = asked(
    option("登记", "/affirm", "yes"), option("先不换", "/deny", "no"), form="return_form", slot="return_confirmed"
)


def naming(text: str, thing: str, intent: str) -> Said:
    """A message that names a thing at its place in the words."""
    plain = said(text, intent, 0.65)
    at = text.index(thing)
    named = {"entity": "product", "value": thing, "start": at, "end": at + len(thing), "extractor": "test"}
    return Said(text, {**heard(text, intent, 0.65), "entities": [named]}, plain.clauses)


@pytest.mark.parametrize(
    ("text", "thing", "answer"),
    [
        ("39 please. also the rice cooker box had no ladle in it", "rice cooker", "39 please."),
        ("换39的吧，另外电饭煲盒子里没有饭勺", "电饭煲", "换39的吧，"),
        ("換39好了，對了電鍋一直漏水", "電鍋", "換39好了，"),
    ],
)
def test_a_fault_of_other_goods_waits_behind_the_size(text: str, thing: str, answer: str) -> None:
    found = hear(naming(text, thing, "ask_product"), SIZES)
    assert [(step.text, step.intent) for step in found.steps] == [(answer, RETURN)]
    [waiting] = found.kept
    assert intent_of(waiting) == "report_fault"
    assert thing in waiting["text"]
    [named] = waiting["entities"]
    assert waiting["text"][named["start"] : named["end"]] == thing


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("好啦換 順便問那條圍巾都沒戴過還能退嗎", "圍巾"),
        ("行换吧，顺便问下那把伞没用过能退不", "伞"),
        ("exchange it then, by the way can the scarf still go back", "scarf"),
    ],
)
def test_a_return_asked_about_beside_the_act_waits(text: str, thing: str) -> None:
    found = hear(naming(text, thing, RETURN), LAST)
    assert len(found.steps) == 1
    assert thing not in found.steps[0].text
    assert [intent_of(each) for each in found.kept] == [RETURN]


@pytest.mark.parametrize(
    ("text", "thing", "context"),
    [
        ("not the shoes, the rice cooker, also who pays", "rice cooker", SIZES),
        ("the rice cooker is broken too", "rice cooker", SIZES),
        ("39 please. also the rice cooker box had no ladle in it", "rice cooker", asked()),
        ("what about size 39? also the rice cooker leaks", "rice cooker", SIZES),
    ],
)
def test_what_answers_nothing_keeps_nothing(text: str, thing: str, context: Context) -> None:
    assert hear(naming(text, thing, "ask_product"), context).kept == []
