"""A telephone number that has changed, with the reason beside it; a birthday gift that comes by itself or not."""

import pytest

from actions.kit.asked import birthday_gift
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "換門號了…收不到驗證碼…手機要怎麼改",
        "我换号码了，收不到验证码，手机怎么改",
        "會員資料裡的手機號碼啦 想換成新的號碼",
        "got a new number, codes don't arrive, how do I change my phone",
        "I have a new phone number, not getting the codes",
    ],
)
def test_a_new_number_is_a_change_of_what_is_kept(text: str) -> None:
    steps = hear(said(text, "bind_account", 0.8), Context()).steps
    assert [step.intent for step in steps if step.intent != "ask_faq"] == ["update_profile"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("收不到驗證碼", "bind_account"),
        ("the code doesn't arrive", "bind_account"),
        ("包裹的电话怎么改", "change_order"),
        ("我的手机没声音了", "report_fault"),
    ],
)
def test_what_only_sounds_so_is_left(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.9), Context()).steps] == [intent]


@pytest.mark.parametrize(
    "text",
    [
        "生日有送什麼 要自己領還是自動的",
        "生日那50块是自己跑进来还是要跟你讲",
        "is the birthday voucher automatic or do I claim it",
    ],
)
def test_whether_the_birthday_gift_comes_by_itself_is_one_question(text: str) -> None:
    assert [step.intent for step in hear(said(text, "bot_challenge", 0.9), Context()).steps] == ["ask_faq"]


@pytest.mark.parametrize(
    "text",
    [
        "我今年那張50塊的生日券到底領過沒",
        "我的生日券领了没",
        "did I already get my birthday voucher this year",
        "生日券有没有发给我过",
    ],
)
def test_whether_one_got_it_is_asked_of_one_s_own(text: str) -> None:
    assert birthday_gift.asks_own(text)


@pytest.mark.parametrize("text", ["生日券怎么领", "什么时候发生日券", "how do members get the birthday voucher"])
def test_how_it_is_given_is_none(text: str) -> None:
    assert not birthday_gift.asks_own(text)
