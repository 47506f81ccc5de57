"""Words that sound like a wish to join or to exchange, and wish nothing."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("do you take visa? i havent got an account", (("nlu_fallback", 0.3), ("join_membership", 0.94))),
        ("收 visa 吗，我没有账号", (("ask_faq", 0.9), ("join_membership", 0.94))),
        ("可以刷 visa 嗎，我沒註冊", (("ask_faq", 0.9), ("join_membership", 0.94))),
    ],
)
def test_who_has_no_account_joins_nothing(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    steps = hear(said(text, "ask_faq", 0.6, *parts), Context()).steps
    assert "join_membership" not in [step.intent for step in steps]


@pytest.mark.parametrize(
    "text",
    [
        "do i need to sign up to buy something",
        "do i have to register first",
        "买东西一定要注册吗",
        "要先註冊才能買嗎",
        "can i pay with visa without an account?",
    ],
)
def test_whether_an_account_is_needed_is_asked(text: str) -> None:
    assert [step.intent for step in hear(said(text, "join_membership", 0.9), Context()).steps] == ["ask_faq"]


@pytest.mark.parametrize("text", ["i want to sign up", "我要注册会员", "我想註冊，幫我辦"])
def test_a_wish_to_join_stays_one(text: str) -> None:
    assert [step.intent for step in hear(said(text, "join_membership", 0.95), Context()).steps] == ["join_membership"]


@pytest.mark.parametrize(
    "text",
    ["那换个方案，保温杯能不能刻字", "那換個方案，保溫杯能不能刻字", "let's change the plan, can you engrave the mug"],
)
def test_another_plan_is_no_exchange(text: str) -> None:
    parts = (("redeem_points", 0.89), ("nlu_fallback", 0.35))
    steps = hear(said(text, "ask_product", 0.6, *parts, product="mug"), Context()).steps
    assert "redeem_points" not in [step.intent for step in steps]


@pytest.mark.parametrize("text", ["换个大一码的，这双太紧", "換張優惠券，要二十元那張"])
def test_another_thing_is_one(text: str) -> None:
    parts = (("redeem_points", 0.89), ("inform", 0.5))
    assert hear(said(text, "redeem_points", 0.9, *parts), Context()).steps[0].intent != "inform"
