"""A wish for vouchers by their worth, whatever it sounds like; and points wanted back right after they were spent."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said

REDEEMED = Context(focus={"done": "redeem_points", "reward": "tea_tin", "topic": "redeem_points", "at": {"done": 8}})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("right, now three of the 20 vouchers", "ask_promotion"),
        ("I SAID TWO TWENTY YUAN VOUCHERS with my points", "dispute_points"),
        ("a couple of fifty quid vouchers please", "ask_promotion"),
        ("那再来两张五十块的券", "ask_promotion"),
        ("要一百蚊券兩張", "inform"),
        ("我要換二十元券", "ask_vouchers"),
    ],
)
def test_so_many_vouchers_of_a_worth_are_a_wish_to_redeem(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.5), Context()).steps
    assert step.intent == "redeem_points"


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("I have two 50 vouchers", "ask_vouchers", 0.6),
        ("the two 50 vouchers I redeemed yesterday never arrived", "dispute_points", 0.6),
        ("can I use two 50 vouchers at once", "ask_vouchers", 0.6),
        ("两张50的券能一起用吗", "ask_vouchers", 0.6),
        ("how many points are two 50 vouchers", "ask_rewards", 0.6),
        ("give me the 50 yuan jacket, no voucher", "ask_product", 0.9),
    ],
)
def test_what_is_told_of_vouchers_or_asked_about_them_is_none(text: str, intent: str, confidence: float) -> None:
    assert all(step.intent != "redeem_points" for step in hear(said(text, intent, confidence), Context()).steps)


@pytest.mark.parametrize(
    "text",
    [
        "what, the TIN? I asked for vouchers. put my points back please",
        "undo the tea, swap it for vouchers",
        "咋是茶叶啊，积分退我",
        "搞錯了，點數還我",
    ],
)
def test_points_wanted_back_right_after_take_that_act_back(text: str) -> None:
    for intent in ("dispute_points", "inform"):
        (step,) = hear(said(text, intent, 0.53), REDEEMED).steps
        assert step.intent == "undo"
        assert any(each["value"] == "redeem_points" for each in (step.heard or {}).get("entities", []))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("if I give the shoes back, what about my points", "return_or_refund"),
        ("undo my order", "cancel_order"),
        ("do I get the points back if it runs out?", "ask_points_rules"),
        ("退货的积分退我吗", "ask_points_rules"),
        ("thanks, I will be back", "thank"),
    ],
)
def test_other_things_that_go_back_are_not_it(text: str, intent: str) -> None:
    assert all(step.intent != "undo" for step in hear(said(text, intent), REDEEMED).steps)
