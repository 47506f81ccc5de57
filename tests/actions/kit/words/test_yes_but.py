"""What stood beside a yes, at the forms: it is applied or named, the question is put again, nothing is agreed to."""

import pytest

from actions.kit.words.yes_but import YesBut, choice_of, read
from actions.orders.cancellations import CancelOrderForm
from actions.orders.changes import ChangeOrderForm
from actions.talk.taken_back import ActionHesitate
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")

EDIT = {"choice": choice_of(YesBut.EDIT)}


async def asked_to_cancel(member: Customer) -> None:
    assert member.member is not None
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
    member.slots |= {"cancel_order_number": order.number, "requested_slot": "cancel_order_confirmed"}
    member.active_loop = "cancel_order_form"


async def asked_for_address(member: Customer) -> None:
    assert member.member is not None
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
    member.slots |= {
        "change_order_number": order.number, "change_order_what": "address",
        "change_order_value": "杭州市西湖区文三路 88 号", "requested_slot": "change_order_confirmed",
    }  # fmt: skip
    member.active_loop = "change_order_form"


@pytest.mark.parametrize("text", ["退到另一张卡", "取消吧", "refund me in vouchers", "好"])
async def test_what_the_form_cannot_take_is_named_and_asked_again(member: Customer, text: str) -> None:
    await asked_to_cancel(member)
    ran = await member.run(CancelOrderForm, text, "inform", entities=EDIT)
    assert ran.only.response == "reply_yes_but_edit"
    assert text in ran.only.text
    assert ran.asks == "cancel_order_confirmed"
    assert member.slots.get("cancel_order_confirmed") is None


async def test_a_condition_changes_nothing_and_is_named(member: Customer) -> None:
    await asked_to_cancel(member)
    condition = {"choice": choice_of(YesBut.CONDITION)}
    ran = await member.run(CancelOrderForm, "如果不扣积分", "inform", entities=condition)
    assert ran.only.response == "reply_yes_but_condition"
    assert ran.asks == "cancel_order_confirmed"


async def test_another_address_takes_the_place_of_the_one_asked_about(member: Customer) -> None:
    await asked_for_address(member)
    ran = await member.run(ChangeOrderForm, "寄到杭州市西湖区文三路90号", "inform", entities=EDIT)
    assert member.slots["change_order_value"] == "杭州市西湖区文三路90号"
    assert ran.asks == "change_order_confirmed"


async def test_that_it_is_another_one_has_it_asked_for(member: Customer) -> None:
    await asked_for_address(member)
    ran = await member.run(ChangeOrderForm, "收货地址改一下", "inform", entities=EDIT)
    assert member.slots["change_order_value"] is None
    assert ran.asks == "change_order_value"


async def test_another_change_of_the_order_is_none_of_this_one(member: Customer) -> None:
    await asked_for_address(member)
    ran = await member.run(ChangeOrderForm, "电话也要改", "inform", entities=EDIT)
    assert member.slots["change_order_what"] == "address"
    assert ran.only.response == "reply_yes_but_edit"


async def test_beside_a_question_of_no_form_it_is_named_and_leaves_no_form(member: Customer) -> None:
    ran = await member.run(ActionHesitate, "留着生日的", "hesitate", entities=EDIT)
    assert ran.only.response == "reply_yes_but_edit_ask"
    assert "留着生日的" in ran.only.text


def test_other_choices_carry_nothing_of_it() -> None:
    assert [read(choice) for choice in (None, "more", "yes_but", "yes_but:no", choice_of(YesBut.OPEN))] == [
        None, None, None, None, YesBut.OPEN,
    ]  # fmt: skip
