"""A wish for vouchers by their worth, whatever it sounds like; and points wanted back right after they were spent."""

from dataclasses import replace

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.objection import Objection
from bot.hearing.points import reward_wish
from crm_store.conversations import Context, Expectation
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


@pytest.mark.parametrize(
    "text",
    [
        "那张20的我不要，退回去吧",
        "先不兌了，把一百塊那張退返",
        "券還給你們，分數還我",
        "please take back the 20 yuan voucher",
        "I changed my mind about the coupon, could you put the points back",
    ],
)
@pytest.mark.parametrize("form", [None, "redeem_form"])
def test_a_voucher_that_is_named_goes_back_whenever_it_was_redeemed(text: str, form: str | None) -> None:
    steps = hear(said(text, "redeem_points", 0.6), Context(Expectation(form=form, slot="redeem_confirm"))).steps
    assert [step.intent for step in steps] == (["undo"] if form is None else ["cancel", "undo"])


@pytest.mark.parametrize(
    "text",
    [
        "这双鞋退掉，那张券还能用吗",
        "券别退",
        "一般券能退吗",
        "is there a rule how long I can return a voucher",
        "退货用了券怎么算",
    ],
)
def test_a_voucher_that_stays_or_is_asked_about_at_large_does_not(text: str) -> None:
    assert not reward_wish.gives_voucher_back(text)


@pytest.mark.parametrize("text", ["能不能把点数退给我", "can I get my points back? I haven't used it"])
def test_asked_right_after_it_is_the_wish(text: str) -> None:
    (step,) = hear(said(text, "ask_vouchers", 0.9), REDEEMED).steps
    assert step.intent == "undo"


@pytest.mark.parametrize("text", ["顺便给我换张一百的", "我说了换一百块的呀", "幫我換張五十的", "兌一張100的"])
def test_a_voucher_named_by_its_worth_alone_is_wished(text: str) -> None:
    (step,) = hear(said(text, "nlu_fallback", 0.4), Context()).steps
    assert step.intent == "redeem_points"


@pytest.mark.parametrize("text", ["有没有一百块左右的", "换货运费要100块吗", "一百的还剩吗"])
def test_an_amount_beside_other_words_is_none(text: str) -> None:
    assert "redeem_points" not in [step.intent for step in hear(said(text, "nlu_fallback", 0.4), Context()).steps]


def test_it_is_wished_beside_a_question() -> None:
    heard = said(
        "我那一万多分啥时候作废啊 顺便给我换张一百的",
        "ask_points_expiring",
        0.6,
        ("ask_points_expiring", 0.9),
        ("nlu_fallback", 0.4),
    )
    assert [step.intent for step in hear(heard, Context()).steps] == ["ask_points_expiring", "redeem_points"]


@pytest.mark.parametrize(
    "text",
    [
        "我还没说换呢 我只是问你用多少分。给我退回来", "取消刚才的兑换，把1200分退给我", "把刚才换的退掉",
        "取消剛才的兌換，點數還我", "把剛才換的退掉", "cancel that redemption, give me my points back",
        "undo that redemption please",
    ],
)  # fmt: skip
@pytest.mark.parametrize("intent", ["ask_faq", "return_or_refund", "nlu_fallback"])
def test_what_was_just_redeemed_goes_back_before_any_article(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.9), REDEEMED).steps
    assert step.intent == "undo"


def test_that_nobody_said_yes_to_what_was_redeemed_is_no_question_asked_again() -> None:
    message = said("我还没说换呢 我只是问你用多少分。给我退回来", "ask_faq")
    (step,) = hear(replace(message, objection=Objection("用多少分")), REDEEMED).steps
    assert step.intent == "undo"


@pytest.mark.parametrize(
    "text", ["取消订单", "刚买的那件退掉", "cancel my exchange of the shoes order", "如果退回来积分还吗"]
)
def test_what_was_bought_or_is_supposed_gives_no_redemption_back(text: str) -> None:
    assert not reward_wish.wants_points_back(said(text, "return_or_refund"), REDEEMED)
