"""Words that go on with a refund that did not come, word of what is sold out, a colour that shall be swapped."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, said

REFUND = asked(topic="ask_refund_status", at={}, age=0)


@pytest.mark.parametrize(
    "text", ["进了哪个账户", "到底退去哪張卡", "what card did you send it to then", "which account was that"]
)
def test_which_account_it_went_to_is_asked_of_the_refund_and_not_of_points(text: str) -> None:
    assert hear(said(text, "ask_points_history", 0.7), REFUND).steps[0].intent == "ask_refund_status"
    assert hear(said(text, "ask_points_history", 0.7), Context()).steps[0].intent != "ask_refund_status"


@pytest.mark.parametrize("text", ["我还是没收到啊", "一直冇收到", "still not on my card", "it has not come"])
def test_what_did_not_come_is_the_money_spoken_of(text: str) -> None:
    assert hear(said(text, "ask_parcel", 0.7), REFUND).steps[0].intent == "ask_refund_status"
    parcel = asked(topic="ask_parcel", parcel="SF1", at={"parcel": 3}, age=0)
    assert hear(said(text, "ask_parcel", 0.7), parcel).steps[0].intent == "ask_parcel"


@pytest.mark.parametrize("text", ["派人查清楚", "麻煩追查這筆錢", "can you have it traced"])
def test_who_wants_it_traced_is_led_to_a_complaint(text: str) -> None:
    assert hear(said(text, "ask_parcel", 0.9), REFUND).steps[0].intent == "make_complaint"
    assert hear(said("包裹追查一下", "ask_parcel", 0.9), REFUND).steps[0].intent == "ask_parcel"


@pytest.mark.parametrize(
    ("text", "sounds"),
    [("那个加湿器有货了通知我一声", "ask_callback"), ("電鍋到貨發通知給我", "chase_promise"),
     ("ping me when it's back, the rice cooker", "ask_callback")],
)  # fmt: skip
def test_word_of_a_thing_that_is_named_is_no_call_and_no_parcel(text: str, sounds: str) -> None:
    assert hear(said(text, sounds, 0.7, product="thing"), Context()).steps[0].intent == "opt_in"


@pytest.mark.parametrize("text", ["我的包裹到货了告诉我", "我买的锅到货了告诉我"])
def test_word_of_ones_own_parcel_stays_one_of_the_parcel(text: str) -> None:
    assert hear(said(text, "ask_parcel", 0.9, product="锅"), Context()).steps[0].intent == "ask_parcel"


@pytest.mark.parametrize("text", ["把黑的换成白色的", "灰色那件幫我換成藍色", "swap my white one for the navy please"])
def test_another_colour_for_ones_own_is_an_exchange(text: str) -> None:
    told = asked(product="BAG", topic="ask_product", at={"product": 3}, age=0)
    assert hear(said(text, "nlu_fallback", 0.3), told).steps[0].intent == "return_or_refund"


@pytest.mark.parametrize("text", ["有白色的吗", "黑色", "do you have it in navy?"])
def test_a_colour_that_is_asked_for_is_none(text: str) -> None:
    told = asked(product="BAG", topic="ask_product", at={"product": 3}, age=0)
    assert hear(said(text, "nlu_fallback", 0.3), told).steps[0].intent == "ask_product"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("锅还有货吗", ["锅还有货吗"]),
        ("箱子還有保固嗎", ["箱子還有保固嗎"]),
        ("订单到了，还有发票怎么开", ["订单到了", "发票怎么开"]),
    ],
)
def test_still_to_be_had_joins_nothing(text: str, parts: list[str]) -> None:
    assert [clause.text for clause in wishes.clauses(text) or [wishes.Clause(text)]] == parts
