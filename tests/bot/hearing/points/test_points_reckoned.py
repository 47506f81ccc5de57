"""How the points of an order are worked out is asked of that very order, right after they were told."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.points import points_reckoned
from tests.bot.hearing.words import asked, said

TOLD = {"order": "20261122-9007", "order_points": "20261122-9007", "topic": "ask_points_history", "age": 0}


@pytest.mark.parametrize(
    "text",
    [
        "106块怎么会是196分?咋算出来的",
        "那106乘2是212啊,少了16分吧",
        "噢是不是那8块钱运费不算的",
        "點解係196點，點計㗎",
        "運費有算點數嗎",
        "怎么算的呀",
        "how is that worked out",
        "106 times 2 is 212 though",
        "does shipping earn points",
        "why 196 and not 212",
    ],
)
def test_the_sum_is_asked(text: str) -> None:
    for context in (asked(**TOLD), asked(form="dispute_form", slot="dispute_file", order="1", topic="dispute_points")):
        step = hear(said(text, "ask_points_rules", 0.6), context).steps[0]
        assert (step.intent, (step.heard or {})["entities"][-1]["value"]) == ("ask_points_history", "reckoned")


@pytest.mark.parametrize(
    "text",
    ["等到账了我一共多少分", "加上這些一共有幾點", "how many points in total once they arrive", "入账后总共多少分"],
)
def test_the_balance_with_them_is_asked(text: str) -> None:
    assert points_reckoned.asks(text) == "total"


@pytest.mark.parametrize(
    "text", ["什么时候到账", "運費多少", "我有多少积分", "怎么换券", "how do I redeem them", "少了一件衣服"]
)
def test_other_questions_are_none(text: str) -> None:
    assert points_reckoned.asks(text) is None


def test_without_an_order_the_rule_is_told() -> None:
    text = "积分怎么算的"
    assert points_reckoned.heard(said(text, "ask_points_rules"), asked(topic="ask_points_rules")) is None
    assert points_reckoned.heard(said(text, "ask_points_rules"), asked(**{**TOLD, "topic": "ask_parcel"})) is None
