"""Another number for a call, beside a yes."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, option, said

NUMBER = asked(option("对", "/affirm"), option("不对", "/deny"), form="callback_form", slot="callback_phone_confirmed")


@pytest.mark.parametrize(
    "text",
    [
        "可以 但换个号码 打我老公的 13912345678",
        "可以 但換個號碼 打我老公的 13912345678",
        "ok but call my husband on 13912345678",
    ],
)
@pytest.mark.parametrize("intent", ["affirm", "update_profile", "request_callback"])
def test_a_number_told_is_for_this_call(text: str, intent: str) -> None:
    heard = hear(said(text, intent, phone="+8613912345678"), NUMBER)
    assert [(step.intent, step.text) for step in heard.steps] == [("inform", text)]
    assert not heard.kept
    assert not heard.then


@pytest.mark.parametrize(
    "text", ["好 但是换个号码", "可以，打給我老婆", "ok but use a different number", "yes but ring my office"]
)
@pytest.mark.parametrize("intent", ["affirm", "update_profile"])
def test_without_one_the_known_number_is_not_confirmed(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent), NUMBER).steps] == ["deny"]


@pytest.mark.parametrize("text", ["对", "对 就打这个号码", "yes that number is fine", "是我的手机号码 没错"])
def test_a_plain_yes_stays_one(text: str) -> None:
    [step] = hear(said(text, "affirm"), NUMBER).steps
    assert step.payload == "/affirm" or step.intent == "affirm"
