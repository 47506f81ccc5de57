"""What is meant is the thing for money, not the reward of the same name."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.said import Said
from bot.hearing.products import for_money
from bot.hearing.steps import entities_of, intent_of
from crm_store.conversations import Context, Parsed
from tests.bot.hearing.words import asked, said


def _named(parsed: Parsed) -> list[str]:
    return [str(each["entity"]) for each in entities_of(parsed)]


def as_meant(text: str, intent: str, confidence: float, context: Context | None = None, **entities: str) -> Said:
    return for_money.as_meant(said(text, intent, confidence, **entities), context or Context())


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("不是积分，咖啡套装我想花钱买，有货吗", "ask_rewards"),
        ("不用點數啦，茶葉罐我要直接買，多少錢", "redeem_points"),
        ("no, not for points, how much is the tea tin for money", "ask_rewards"),
        ("i'd pay cash for the mug, not redeem it. is it there?", "redeem_points"),
    ],
)
def test_who_wants_to_pay_money_asks_for_goods(text: str, sounds: str) -> None:
    meant = as_meant(text, sounds, 0.9, reward="thing")
    assert intent_of(meant.whole) == "ask_product"
    assert _named(meant.whole) == ["product"]


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("我上周买的茶叶罐能放多久", "nlu_fallback"),
        ("剛收到的咖啡組裡面有哪些", "ask_rewards"),
        ("the tea tin i ordered, how long does it keep?", "nlu_fallback"),
        ("what's inside the coffee set", "ask_rewards"),
    ],
)
def test_what_was_bought_or_what_it_is_made_up_of_is_asked_of_goods(text: str, sounds: str) -> None:
    meant = as_meant(text, sounds, 0.4, reward="thing")
    assert intent_of(meant.whole) == "ask_product"
    assert _named(meant.whole) == ["product"]


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("茶叶罐要多少积分", "ask_rewards"),
        ("我買的東西多，可以換茶葉罐嗎", "redeem_points"),
        ("can i redeem the tea tin i got points for", "redeem_points"),
        ("给我来一个茶叶罐", "redeem_points"),
    ],
)
def test_a_reward_stays_one_where_points_are_named_or_nothing_else_is(text: str, sounds: str) -> None:
    meant = as_meant(text, sounds, 0.9, reward="thing")
    assert (intent_of(meant.whole), _named(meant.whole)) == (sounds, ["reward"])


def test_right_after_rewards_the_thing_is_the_reward() -> None:
    told = asked(reward="TEA", topic="ask_rewards", at={"reward": 4})
    meant = as_meant("茶叶罐里面有什么", "ask_rewards", 0.6, told, reward="茶叶罐")
    assert intent_of(meant.whole) == "ask_rewards"


@pytest.mark.parametrize("text", ["不是积分，我要花钱买茶叶罐", "not points, the tea tin for money please"])
def test_the_reward_told_before_is_not_told_again(text: str) -> None:
    told = asked(reward="TEA", topic="ask_rewards", at={"reward": 4}, age=0)
    steps = hear(said(text, "ask_rewards", 0.9, reward="tea"), told).steps
    assert [step.intent for step in steps if step.intent in ("ask_rewards", "redeem_points")] == []
    assert steps[0].intent == "ask_product"


def test_amid_a_redemption_the_form_hears_it() -> None:
    amid = asked(form="redeem_form", slot="redeem_confirmed")
    assert intent_of(as_meant("不是积分", "dispute_points", 0.9, amid).whole) == "dispute_points"


@pytest.mark.parametrize(
    ("text", "reward", "sounds"),
    [
        ("对了 手冲咖啡套装那单到底是几月几号送到", "手冲咖啡套装", "ask_order_status"),
        ("對了 手沖咖啡組那單到底是幾月幾號送到", "手沖咖啡組", "ask_order_status"),
        ("when is that coffee set order coming then", "coffee set", "ask_order_status"),
    ],
)
def test_an_order_of_the_thing_is_no_reward_though_one_was_just_redeemed(text: str, reward: str, sounds: str) -> None:
    focus = {"done": "redeem_points", "topic": "redeem_points", "reward": "COF", "at": {"done": 9, "reward": 9}}
    (step,) = hear(said(text, sounds, 0.67, reward=reward), asked(**focus)).steps
    assert step.intent == "ask_order_status"
