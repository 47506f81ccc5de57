"""A new one of what was bought is no reward for points."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, said

RETURN = "return_or_refund"
SPOKEN_OF = {"order": "20261119-0002", "product": "PAN-24", "age": 1}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("就那把伞，换一把同款新的给我", "redeem_points"),
        ("換一個新的給我", "redeem_points"),
        ("swap it for a new one then", "redeem_points"),
        ("谁说积分了，伞坏了要换货", "dispute_points"),
    ],
)
def test_it_is_an_exchange_of_what_was_spoken_of(text: str, intent: str) -> None:
    [step] = hear(said(text, intent, 0.79), asked(**SPOKEN_OF)).steps
    assert step.intent == RETURN


@pytest.mark.parametrize("text", ["用积分换一个新的杯子", "換一個新的給我", "redeem points for a new one"])
def test_points_stay_points_where_no_purchase_was_spoken_of(text: str) -> None:
    [step] = hear(said(text, "redeem_points"), asked()).steps
    assert step.intent == "redeem_points"


def test_points_named_stay_points() -> None:
    [step] = hear(said("用积分换一个新的", "redeem_points"), asked(**SPOKEN_OF)).steps
    assert step.intent == "redeem_points"
