"""What is asked while a visitor is to prove who they are: by telephone, where to sign in, without the password."""

import pytest

from bot.hearing.hear import hear
from tests.bot.hearing.words import asked, option, said

OFFER = (option("用邮箱验证码", "/bind_account"), option("登录商城账号", "action:sign_in"))
AMID = asked(option("登录商城账号", "action:sign_in"), form="bind_form", slot="bind_email")


def choices(steps: list) -> list[str]:
    return [
        str(each["value"])
        for step in steps
        for each in (step.heard or {}).get("entities") or []
        if each["entity"] == "choice"
    ]


@pytest.mark.parametrize("context", [asked(*OFFER), AMID, asked(pending="action_parcel")])
@pytest.mark.parametrize(
    ("text", "intent", "choice"),
    [
        ("我沒有在用那個信箱了耶 可以報手機嗎 0912154168", "request_callback", "by_phone"),
        ("?? 我沒有要你打來啊 我是說用手機驗證", "request_human", "by_phone"),
        ("可以用手机号验证吗", "bind_account", "by_phone"),
        ("可唔可以用電話號碼核實", "request_callback", "by_phone"),
        ("can I use my phone number instead", "request_callback", "by_phone"),
        ("登入商城帳號要去哪裡登 我忘記密碼了", "bind_account", "sign_in_how"),
        ("密码忘了怎么办", "ask_faq", "sign_in_how"),
        ("where do I sign in", "bind_account", "sign_in_how"),
        ("I forgot my password", "update_profile", "sign_in_how"),
    ],
)
def test_it_is_answered(text: str, intent: str, choice: str, context) -> None:
    (step,) = hear(said(text, intent, 0.9), context).steps
    assert (step.intent, choices([step])) == ("bind_account", [choice])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("打这个电话给我 13800138000", "request_callback"),
        ("call me back on 13800138000", "request_callback"),
        ("你们客服电话多少", "ask_faq"),
        ("member0407@customers.example", "inform"),
        ("寄台灣的包裹通常幾天", "ask_faq"),
    ],
)
def test_a_call_and_an_address_are_none(text: str, intent: str) -> None:
    steps = hear(said(text, intent, 0.95), asked(*OFFER)).steps
    assert not set(choices(steps)) & {"by_phone", "sign_in_how"}


def test_where_nobody_is_asked_who_they_are_it_is_heard_as_ever() -> None:
    steps = hear(said("可以用手机号验证吗", "request_callback", 0.9), asked()).steps
    assert not choices(steps)
