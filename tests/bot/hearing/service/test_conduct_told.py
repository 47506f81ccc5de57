"""How somebody behaved, told without a wish, is a complaint to be offered."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said


@pytest.mark.parametrize(
    "text",
    [
        "昨天你们那快递员把我包裹扔门口就走了 电话也不打 态度贼差",
        "你们快递员态度太差了",
        "快遞員態度超差 直接丟門口就走",
        "the courier threw my parcel over the fence and was so rude",
        "your driver shouted at me and slammed the box down",
    ],
)
@pytest.mark.parametrize("intent", ["ask_parcel", "nlu_fallback", "vent"])
def test_conduct_is_complained_of(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.8), asked()).steps] == ["make_complaint"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("快递员什么时候到", "ask_parcel"),
        ("快递员态度不算差", "vent"),
        ("快递员态度很好", "give_praise"),
        ("快遞員沒禮貌怎麼辦？", "ask_faq"),
        ("the courier was not rude at all", "vent"),
        ("我的包裹扔哪了", "ask_parcel"),
    ],
)
def test_what_tells_of_no_conduct_or_asks_is_none(text: str, intent: str) -> None:
    assert "make_complaint" not in [step.intent for step in hear(said(text, intent, 0.8), asked()).steps]


def test_amid_a_form_it_is_the_forms() -> None:
    steps = hear(said("快递员态度太差了", "inform", 0.8), asked(form="callback_form", slot="callback_topic")).steps
    assert "make_complaint" not in [step.intent for step in steps]
