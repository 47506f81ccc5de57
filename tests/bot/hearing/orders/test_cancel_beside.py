"""An order is cancelled, and what becomes of its voucher is asked in the same breath."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import no_person
from crm_store.conversations import Context
from tests.bot.hearing.words import said

ORDER = Context(focus={"order": "20261128-0004", "topic": "chase_promise", "age": 0, "at": {"order": 4}})


@pytest.mark.parametrize(
    "text",
    [
        "唉 那直接取消算了我重新下一单 优惠券会退回来吗",
        "取消吧，用的券还能返还吗",
        "那就取消訂單，優惠券會退嗎",
        "不要这单了，券会不会作废",
        "cancel it then. do I get my voucher back?",
        "ok cancel the order, is the coupon lost",
    ],
)
@pytest.mark.parametrize("intent", ["undo", "ask_vouchers", "cancel_order", "nlu_fallback"])
def test_both_are_one_step_about_the_order_spoken_of(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.7), ORDER).steps
    assert step.intent == "cancel_order"
    assert {each["entity"]: each["value"] for each in (step.heard or {})["entities"]} == {
        "order_number": "20261128-0004"
    }


@pytest.mark.parametrize(
    "text",
    [
        "取消的话优惠券会退回来吗",
        "先不取消，优惠券能退吗",
        "取消投诉吧，券还退吗",
        "优惠券会退回来吗",
        "if I cancel, do I get my voucher back?",
        "don't cancel it. do I keep the voucher?",
    ],
)
def test_a_question_alone_cancels_nothing(text: str) -> None:
    assert "cancel_order" not in [step.intent for step in hear(said(text, "ask_vouchers", 0.7), ORDER).steps]


@pytest.mark.parametrize(
    "text",
    [
        "那同事不用再联系我了哈",
        "叫同事不用找我了",
        "同事那邊不用再聯絡我了",
        "客服不用回我了",
        "your colleague doesn't need to contact me anymore",
    ],
)
def test_nobody_need_get_in_touch(text: str) -> None:
    assert no_person.declines(text)


@pytest.mark.parametrize(
    "text", ["同事怎么还不联系我", "同事不用我提供照片吗", "让同事联系我", "does your colleague need to contact me?"]
)
def test_who_waits_for_somebody_declines_nobody(text: str) -> None:
    assert not no_person.declines(text)
