"""What a purchase brings in points is asked in many words; one's balance, a reward's cost and an hour are not."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

UNDER_WAY = Context(
    focus={"order": "20261119-9001", "parcel": "SF1", "topic": "ask_parcel", "at": {"parcel": 9, "order": 9}}
)
RECKONED = Context(focus={"purchase": {"amount": 100_00}, "topic": "ask_points_rules", "age": 0, "at": {"purchase": 9}})


def intents(text: str, intent: str, context: Context, confidence: float = 0.6, **entities: Any) -> list[str | None]:
    return [step.intent for step in hear(said(text, intent, confidence, **entities), context).steps]


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("三条毛巾我能得多少分", "ask_rewards", {"reward": "毛巾"}),
        ("how many points would i get for two of those towels", "ask_rewards", {"product": "towels"}),
        ("買呢件299嘅嘢有幾多分返", "ask_points_history", {}),
        ("花459可以拿到幾點", "ask_callback", {}),
    ],
)
def test_what_a_purchase_brings(text: str, intent: str, entities: dict[str, str]) -> None:
    assert intents(text, intent, Context(), **entities) == ["ask_points_rules"]


def test_of_the_order_under_way_when_it_arrives() -> None:
    (step,) = hear(said("那等它到了我會拿到幾點", "ask_parcel", 0.44), UNDER_WAY).steps
    assert step.intent == "ask_points_history"
    assert any(each["value"] == "20261119-9001" for each in (step.heard or {})["entities"])


@pytest.mark.parametrize("text", ["要是生日那天买呢", "and with the 50 voucher?", "不是100那单，是付了359"])
def test_another_figure_goes_on_with_the_sum_just_told(text: str) -> None:
    assert intents(text, "ask_faq", RECKONED) == ["ask_points_rules"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我有多少分", "ask_points_balance"),
        ("换保温杯要多少分", "ask_rewards"),
        ("how many points do I need for the thermos", "ask_rewards"),
        ("几点送到", "ask_parcel"),
        ("生日送什么", "ask_faq"),
    ],
)
def test_other_questions_stay(text: str, intent: str) -> None:
    for context in (Context(), RECKONED):
        assert intents(text, intent, context, 0.9) == [intent]


@pytest.mark.parametrize("text", ["你们送到几点", "今天收到几点的", "最晚送到幾點"])
def test_an_hour_of_delivery_is_no_number_of_points(text: str) -> None:
    assert intents(text, "ask_parcel", UNDER_WAY, 0.9) == ["ask_parcel"]


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("再买一条围巾够不够升金卡", "ask_tier", {"product": "围巾"}),
        ("買兩部風扇升唔升得到", "ask_product", {"product": "風扇"}),
        ("if I get the 349 backpack is that enough for gold", "ask_tier", {"product": "backpack"}),
    ],
)
def test_whether_it_lifts_to_a_level(text: str, intent: str, entities: dict[str, str]) -> None:
    assert intents(text, intent, Context(), 0.9, **entities) == ["ask_points_rules"]


@pytest.mark.parametrize("text", ["还差多少能升金卡", "how do I reach gold"])
def test_how_far_a_level_is_names_no_purchase(text: str) -> None:
    assert intents(text, "ask_tier", Context(), 0.9) == ["ask_tier"]
