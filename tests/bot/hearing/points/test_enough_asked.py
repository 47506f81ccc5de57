"""Whether points are enough, and what takes the fewest, is asked of rewards whatever the words sound like."""

import pytest

from actions.kit.asked import points_enough
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said


def choices(text: str, intent: str, context: Context, *parts: tuple[str, float]) -> list[str]:
    found = []
    for step in hear(said(text, intent, 0.8, *parts), context).steps:
        named = {each["entity"]: str(each["value"]) for each in (step.heard or {}).get("entities", [])}
        found.append(f"{step.intent}:{named['choice']}" if "choice" in named else step.intent)
    return found


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我积分够换个券吗", "ask_vouchers"),
        ("我的點數夠不夠換優惠券", "ask_vouchers"),
        ("are my points enough for a voucher", "ask_vouchers"),
        ("2131點夠不夠換啦", "return_or_refund"),
    ],
)
def test_it_asks_for_no_code_that_is_held(text: str, intent: str) -> None:
    assert choices(text, intent, Context()) == ["ask_rewards:enough"]


def test_beside_the_balance_it_begins_no_return() -> None:
    parts = ("ask_points_balance", 1.0), ("return_or_refund", 0.8)
    steps = choices("我現在點數多少,夠不夠換帆布托特包", "ask_points_balance", Context(), *parts)
    assert set(steps) == {"ask_points_balance", "ask_rewards:enough"}


@pytest.mark.parametrize(
    "text",
    ["149分啥也换不了是吧 最便宜的要多少分", "點數最便宜的券要幾點", "what's the cheapest thing I can get for points"],
)
def test_the_cheapest_is_asked(text: str) -> None:
    assert choices(text, "ask_rewards", Context()) == ["ask_rewards:cheapest"]


@pytest.mark.parametrize("text", ["这双能换大一码吗", "外套可以換別的顏色嗎", "is it enough to return the lid"])
def test_an_exchange_of_goods_is_none(text: str) -> None:
    assert points_enough.asked(text) is None
    assert choices(text, "return_or_refund", Context()) == ["return_or_refund"]


def test_amid_another_form_only_where_points_are_named() -> None:
    amid = asked(form="return_form", slot="return_confirmed", order="20261101-0001")
    assert "ask_rewards:enough" in choices("有积分能换点啥不", "ask_rewards", amid)
    assert "ask_rewards:enough" not in choices("能换个什么", "return_or_refund", amid)


@pytest.mark.parametrize(
    "text",
    [
        "whats 578 points worth, can i get money off or is it only gifts",
        "578分值多少，能减钱还是只能换礼品",
        "578點值多少錢，可以折價還是只能換禮品",
    ],
)
def test_money_off_or_gifts_is_one_question_with_what_they_are_worth(text: str) -> None:
    parts = ("ask_points_rules", 0.6), ("nlu_fallback", 0.3)
    assert choices(text, "ask_points_rules", Context(), *parts) == ["ask_points_rules"]
