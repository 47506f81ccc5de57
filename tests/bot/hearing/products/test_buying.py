"""A wish to buy is no change of an old order: what is in hand is told, and where orders are placed."""

import pytest

from actions.kit.words import plainly
from bot.hearing.hear import hear
from bot.hearing.steps import Heard
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

TOLD = Context(focus={"topic": "ask_product", "product": "WALK", "age": 0, "at": {"product": 3}})
LISTED = Context(focus={"topic": "ask_product", "listed": [{"title": "a", "payload": "/x"}], "at": {"listed": 3}})
BOUGHT_LAST = Context(focus={"topic": "ask_order_status", "order": "20261004-0004", "product": "WALK",
                             "at": {"product": 3, "order": 5}})  # fmt: skip


def intents(heard: Heard) -> list[str]:
    return [step.intent for step in heard.steps]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("那黑色的来一双吧", "change_order"),
        ("好 那就買一雙", "change_order"),
        ("就要这款了", "affirm"),
        ("great, i'll take one", "inform"),
        ("ok i'd like to buy it", "change_order"),
        ("ok i'll take one in 42, can you send it to my office?", "change_order"),
    ],
)
def test_who_takes_what_was_told_hears_of_it_and_where_to_order(text: str, intent: str) -> None:
    heard = hear(said(text, intent, 0.9), TOLD)
    # Where it is to go, asked beside it, is a question of its own.
    assert intents(heard)[:2] == ["ask_product", "ask_faq"]
    assert set(intents(heard)) == {"ask_product", "ask_faq"}
    assert any(each["value"] == "WALK" for each in (heard.steps[0].heard or {})["entities"])


@pytest.mark.parametrize("text", ["怎么下单啊", "這個要在哪裡買", "can you order it for me?", "where do I order it"])
def test_who_asks_how_to_order_is_answered_that_first_with_what_is_in_hand_and_without(text: str) -> None:
    assert intents(hear(said(text, "change_order", 0.9), TOLD)) == ["ask_faq", "ask_product"]
    assert intents(hear(said(text, "ask_order_status", 0.9), Context())) == ["ask_faq"]


def test_of_several_the_words_say_which() -> None:
    heard = hear(said("那38藏青的来一双", "change_order"), LISTED)
    assert intents(heard) == ["ask_product", "ask_faq"]
    assert not (heard.steps[0].heard or {})["entities"]


def test_where_it_is_to_go_is_no_change_of_an_old_order() -> None:
    text = "那就来一双，直接寄到我爸那儿行吗"
    heard = hear(said(text, "change_order", 0.9, ("change_order", 0.8), ("change_order", 0.95)), TOLD)
    assert "change_order" not in intents(heard)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("怎么买了三天还没发货", "ask_parcel"),
        ("我买的那单能改颜色吗", "change_order"),
        ("換一雙大的", "return_or_refund"),
        ("can you change my order", "change_order"),
        ("how can i cancel, i ordered it yesterday", "cancel_order"),
    ],
)
def test_what_was_bought_stays_what_it_is(text: str, intent: str) -> None:
    assert intent in intents(hear(said(text, intent), TOLD))


def test_nothing_is_bought_after_an_order_was_spoken_of_or_beside_a_yes() -> None:
    assert "ask_product" not in intents(hear(said("那来一双", "change_order"), BOUGHT_LAST))
    yes_or_no = asked(option("Yes", "/affirm"), option("No", "/deny"), **TOLD.focus)
    assert "ask_faq" not in intents(hear(said("那来一双", "affirm"), yes_or_no))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我手机号你们有给别人吗", "data_sold"),
        ("有把我的號碼給別人嗎", "data_sold"),
        ("have you given my number to anyone", "data_sold"),
        ("我的包裹給了別人", None),
        ("這個優惠有給別人嗎", None),
    ],
)
def test_whether_a_number_is_given_away_is_a_rule(text: str, name: str | None) -> None:
    assert plainly.heard_as(text) == name
