"""An account that somebody else is in, told in everyday words: danger before all else; what only sounds so is none."""

import pytest

from bot.hearing.danger import danger
from bot.hearing.danger.danger import Danger
from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "someones been in my account. theres a humidifier on 17 july, that wasnt me, i was in hospital then",
        "its not a complaint, i think my password got nicked. make it stop",
        "somebody's using my account, I can see orders I don't know",
        "I reckon someone has pinched my password",
        "there's a power bank on my account from June and that was not me",
        "my login's been taken, what do I do",
        "that order in March wasn't me",
        "有人登了我的号",
        "好像有人进过我账号，多了一单",
        "我账号里多了一单不是我买的",
        "我的密码被人知道了",
        "密碼好像被盜",
        "不知道誰進了我的帳號",
        "會員帳號裡有一筆訂單不是我下的",
        "有人入咗我個戶口",
        "我個密碼俾人知咗",
    ],
)
def test_it_is_a_theft(text: str) -> None:
    assert danger.heard(text) is Danger.FRAUD


@pytest.mark.parametrize(
    "text",
    [
        "it wasn't me who signed for the parcel",
        "I was in my account yesterday and saw 500 points",
        "nobody has been in my account but me",
        "what is in my account",
        "can somebody help me get into my account",
        "I forgot my password",
        "they said it is on my account page",
        "这单不是我买的，是我老公买的",
        "我登不进我的账号",
        "密码忘了怎么办",
        "沒有人進過我的帳號",
        "你們誰看了我的訂單",
    ],
)
def test_it_is_none(text: str) -> None:
    assert danger.heard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "my account has been hacked, lock it",
        "i think my password got nicked. make it stop",
        "帳號被盜了，先凍結",
        "有人登了我的号，别让他再用",
    ],
)
def test_whether_it_can_be_locked_is_told_beside_the_alarm(text: str) -> None:
    (step,) = hear(said(text, "inform", 0.4), Context()).steps
    assert [each["value"] for each in (step.heard or {})["entities"]] == ["fraud:freeze"]
