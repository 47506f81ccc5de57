"""What waits was surely heard, and is let go when the customer has gone on."""

import pytest

from bot.hearing.forms import waiting
from bot.hearing.hear import hear
from bot.hearing.steps import Heard, Step
from crm_store.conversations import Context
from tests.bot.hearing.words import heard, said

KEPT = heard("另外开张发票", "ask_invoice") | {waiting.SINCE: 20}


def step(text: str, intent: str, confidence: float = 0.95, **entities: str) -> Step:
    return Step(text=text, heard=heard(text, intent, confidence, **entities))


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("把那张券换了", "redeem_points", 0.7),
        ("帮我退货", "return_or_refund", 0.65),
        ("我要客訴", "make_complaint", 0.7),
        ("exchange it for the bigger one", "return_or_refund", 0.7),
        ("改手机号", "update_profile", 0.95),
    ],
)
def test_a_wish_that_names_its_act_waits(text: str, intent: str, confidence: float) -> None:
    assert waiting.may_wait(step(text, intent, confidence))


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("垃圾邮件夹也看过了", "make_complaint", 0.93),
        ("you lot promised me twice", "make_complaint", 0.95),
        ("麻煩你幫我開", "opt_in", 0.81),
        ("做得真好", "give_praise", 0.97),
        ("把刚才的撤了", "undo", 0.95),
        ("算了", "cancel", 1.0),
    ],
)
def test_what_was_only_guessed_or_is_of_the_moment_does_not(text: str, intent: str, confidence: float) -> None:
    assert not waiting.may_wait(step(text, intent, confidence))


def test_the_hearing_keeps_nothing_that_was_not_surely_said() -> None:
    message = said(
        "密码一直不对，垃圾邮件夹也看过了", "bind_account", 0.95, ("bind_account", 0.99), ("make_complaint", 0.87)
    )
    assert hear(message, Context()).kept == []


@pytest.mark.parametrize("intent", ["cancel", "deny_act", "report_danger", "request_human", "undo", "ask_invoice"])
def test_it_is_let_go_by_whoever_goes_on_or_says_it_again(intent: str) -> None:
    assert waiting.still([KEPT], Heard.of(step("…", intent)), at=22, is_member=True) == []


def test_it_is_let_go_with_time_and_waits_till_then() -> None:
    told = Heard.of(step("穿着挤脚", "inform"))
    assert waiting.still([KEPT], told, at=20 + waiting.LASTS, is_member=True) == [KEPT]
    assert waiting.still([KEPT], told, at=21 + waiting.LASTS, is_member=True) == []


def test_proving_who_they_are_waits_only_for_whoever_is_unknown() -> None:
    asked = Heard.of(step("开发票", "ask_invoice"), kept=[heard("绑定会员", "bind_account")])
    assert waiting.still([], asked, at=3, is_member=True) == []
    assert [each[waiting.SINCE] for each in waiting.still([], asked, at=3, is_member=False)] == [3]
