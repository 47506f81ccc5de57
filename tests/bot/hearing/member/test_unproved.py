"""Who declines to prove who they are stops no messages, and is answered what they ask beside it."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, option, said

OFFER = (option("用邮箱验证码", "/bind_account"), option("登录商城账号", "action:sign_in"))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("can't be bothered with codes. how much is the lamp?", "opt_out"),
        ("懶得弄驗證，檯燈多少錢", "bind_account"),
        ("不想收验证码，台灯多少钱", "opt_out"),
    ],
)
def test_the_question_beside_it_is_answered_and_nothing_else(text: str, first: str) -> None:
    steps = hear(said(text, "nlu_fallback", 0.35, (first, 0.87), ("ask_product", 0.8)), asked(*OFFER)).steps
    assert [step.intent for step in steps] == ["ask_product"]


@pytest.mark.parametrize("text", ["nah, no emails", "不想弄邮箱验证", "唔想登入"])
def test_alone_it_is_a_plain_no(text: str) -> None:
    (step,) = hear(said(text, "opt_out", 0.87), asked(*OFFER)).steps
    assert step.intent == "deny"


@pytest.mark.parametrize("text", ["don't send me promotional emails any more", "别再发广告邮件了"])
def test_to_stop_messages_is_a_wish_all_the_same(text: str) -> None:
    assert hear(said(text, "opt_out", 0.95), asked(*OFFER)).steps[0].intent == "opt_out"


def test_where_nothing_was_offered_it_is_heard_as_ever() -> None:
    assert hear(said("no more emails please", "opt_out", 0.9), asked()).steps[0].intent == "opt_out"


def test_who_accepts_is_verified() -> None:
    (step,) = hear(said("用邮箱验证码", "bind_account"), asked(*OFFER)).steps
    assert step.payload == "/bind_account"


@pytest.mark.parametrize(
    "text", ["邮箱登不上，先算了，我就问买一块钱给几分", "收唔到電郵，算了，我就想問買一蚊有幾多分"]
)
def test_who_cannot_do_it_now_is_answered_what_they_ask_instead(text: str) -> None:
    parts = ("bind_account", 0.98), ("cancel", 1.0), ("ask_points_rules", 0.95)
    steps = hear(said(text, "nlu_fallback", 0.35, *parts), asked(*OFFER)).steps
    assert [step.intent for step in steps] == ["ask_points_rules"]


@pytest.mark.parametrize("text", ["邮箱登不上", "I can't get into my e-mail"])
def test_that_alone_is_still_a_wish_to_get_in(text: str) -> None:
    (step,) = hear(said(text, "bind_account", 0.9), asked(*OFFER)).steps
    assert step.intent == "bind_account"
