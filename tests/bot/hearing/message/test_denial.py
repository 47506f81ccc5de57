"""An act that is denied in whatever order, and with whatever adverb, is not begun; its open form is left."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message.denial import denied
from crm_store.clock import now
from crm_store.conversations import Context, Expectation
from tests.bot.hearing.words import option, said

LEAVING = Context(
    Expectation(
        options=[option("确定退会", "/affirm", "yes"), option("先不退", "/deny", "no")],
        form="leave_form", slot="leave_confirm", asked_at=now(),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("千万别把我的账号注销了", "cancel_membership"),
        ("不要真的刪帳號", "cancel_membership"),
        ("唔好直接把我個訂單取消咗", "cancel_order"),
        ("please don't actually close my account", "cancel_membership"),
        ("don't go ahead and cancel my order", "cancel_order"),
    ],
)
def test_what_is_denied_is_told(text: str, act: str) -> None:
    assert denied(text) == act


@pytest.mark.parametrize(
    "text",
    [
        "把我账号注销了吧",
        "真的要注销账号",
        "go ahead and close my account",
        "是不是退到银行卡了",
        "係唔係取消咗",
        "会不会取消了",
    ],
)
def test_a_wish_is_no_denial(text: str) -> None:
    assert denied(text) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("账号还留着吧，你可别真删", "privacy_request"),
        ("那先不要刪，我再想想", "hesitate"),
        ("and don't really delete it ok, just asking", "privacy_request"),
        ("don't go and cancel it for real", "cancel_order"),
        ("別真的把我會員註銷了喔", "cancel_membership"),
    ],
)
def test_leaving_never_goes_on_behind_a_denial(text: str, intent: str) -> None:
    steps = hear(said(text, intent, 0.6), LEAVING).steps
    assert steps[0].payload == "/deny" or steps[0].intent in {"cancel", "deny", "deny_act", "hesitate"}


def test_what_is_asked_beside_it_is_answered() -> None:
    text = "先别删，那保修受影响吗"
    found = hear(said(text, "deny_act", 0.5, ("deny_act", 0.9), ("ask_faq", 0.58)), LEAVING)
    assert [step.intent for step in found.steps] == ["cancel", "ask_faq"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("please don't go and erase it for real", "privacy_request"),
        ("你可别真删了啊", "privacy_request"),
        ("不要真的註銷喔", "cancel_membership"),
    ],
)
def test_with_nothing_open_it_begins_nothing(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.9), Context()).steps
    assert step.intent == "deny_act"


@pytest.mark.parametrize("text", ["买了不合脚，帮我退了", "買了不合腳 幫我退了"])
def test_a_no_before_the_last_pause_denies_nothing_behind_it(text: str) -> None:
    assert denied(text) is None


@pytest.mark.parametrize("text", ["那不退了", "算了，我不退了", "我 不退了"])
def test_a_no_right_before_the_act_denies_it(text: str) -> None:
    assert denied(text) == "return_or_refund"


@pytest.mark.parametrize(
    "text",
    ["我不想当会员了", "不想當會員了 幫我取消", "唔想做會員喇", "i don't want to be a member any more, cancel it"],
)
def test_who_is_to_be_no_member_any_more_wishes_to_leave(text: str) -> None:
    assert [step.intent for step in hear(said(text, "cancel_membership", 0.97), Context()).steps] == [
        "cancel_membership"
    ]


@pytest.mark.parametrize("text", ["我不想当会员", "先不入會", "i don't want to join"])
def test_who_does_not_want_to_join_joins_not(text: str) -> None:
    (step,) = hear(said(text, "deny_act", 0.95), Context()).steps
    assert step.intent == "deny_act"
