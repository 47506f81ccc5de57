"""An address of the account, and a contact that is to be another one; an order's address is another matter."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


def intents(text: str, intent: str, confidence: float = 0.7) -> list[str]:
    return [step.intent for step in hear(said(text, intent, confidence), Context()).steps]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("我账号里存的地址是哪", "ask_profile"),
        ("我的收貨地址是什麼", "ask_profile"),
        ("which address is saved for me? the address you have for me", "ask_profile"),
        ("帮我把默认收货地址换成南京路8号", "update_profile"),
        ("幫我改帳號的收件地址", "update_profile"),
        ("update the default address please", "update_profile"),
    ],
)
@pytest.mark.parametrize("intent", ["ask_order_status", "change_order", "ask_parcel"])
def test_the_address_of_the_account(text: str, meant: str, intent: str) -> None:
    assert intents(text, intent)[-1] == meant


def test_for_which_orders_it_would_be_is_no_question_of_one() -> None:
    parts = (("deny", 0.6), ("ask_profile", 0.5), ("ask_order_status", 0.9))
    steps = hear(said("no, the default address, for all future orders", "ask_profile", 0.6, *parts), Context()).steps
    assert "ask_order_status" not in [step.intent for step in steps]


@pytest.mark.parametrize(
    "text",
    ["我要换绑手机", "登記的信箱要換一個", "我想更換手機號碼", "I need to update my mobile", "my email has changed"],
)
def test_a_contact_that_changes(text: str) -> None:
    assert intents(text, "nlu_fallback", 0.3) == ["update_profile"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("把那单的地址改成南京路8号", "change_order"),
        ("20261124-9002 改地址", "change_order"),
        ("发票寄到我登记的邮箱地址", "ask_invoice"),
        ("change the address of my order", "change_order"),
        ("回电换个电话打给我", "request_callback"),
        ("your shop's address please", "ask_faq"),
    ],
)
def test_orders_shops_and_calls_are_left_as_heard(text: str, intent: str) -> None:
    assert "update_profile" not in intents(text, intent, 0.9)
    assert "ask_profile" not in intents(text, intent, 0.9)
