"""Where the money is of an order that was cancelled and has no refund on record."""

from datetime import timedelta

import pytest

from actions.returns.refunds import ActionRefundStatus
from crm_store.clock import now
from crm_store.orders import Order, OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, place

pytestmark = pytest.mark.usefixtures("frozen_clock")
ASK = "ask_refund_status"


async def _cancelled(member: Customer, *, days_ago: float) -> Order:
    """A paid order, cancelled so many days ago in the shop's own system, which told us of no refund."""
    assert member.member is not None
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, MUG, status=OrderStatus.PAID, days_ago=days_ago + 1)
        order.status, order.cancelled_at = OrderStatus.CANCELLED, now() - timedelta(days=days_ago)
    return order


async def test_its_state_and_by_when_the_money_was_due_are_told(member: Customer) -> None:
    order = await _cancelled(member, days_ago=7)
    ran = await member.run(ActionRefundStatus, "取消的那单钱退了没", ASK)
    assert ran.responses == ["reply_cancelled_no_refund"]
    assert f"{order.number}（手冲咖啡杯）" in ran.only.text
    assert "¥88 最晚" in ran.only.text
    named = {"order_number": order.number}
    assert (await member.run(ActionRefundStatus, "退款没到", ASK, entities=named)).responses == ran.responses


async def test_of_one_cancelled_long_ago_nobody_waits_unless_it_is_named(member: Customer) -> None:
    order = await _cancelled(member, days_ago=90)
    assert (await member.run(ActionRefundStatus, "退款呢", ASK)).responses == ["reply_no_refunds"]
    named = {"order_number": order.number}
    ran = await member.run(ActionRefundStatus, "这单退款呢", ASK, entities=named)
    assert ran.responses == ["reply_cancelled_no_refund"]


async def _refunded(member: Customer, *, days_ago: float) -> Order:
    order = await _cancelled(member, days_ago=days_ago + 2)
    async with member.database.transaction() as session:
        order = await session.merge(order)
        order.refund_minor, order.refunded_at = order.total_minor, now() - timedelta(days=days_ago)
    return order


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("取消的那笔钱一直没到账", "zh-Hans"),
        ("退款我沒看到，到底退到哪個帳戶", "zh-Hant"),
        ("the refund never showed up on my card", "en"),
    ],
)
async def test_what_was_paid_weeks_ago_and_is_not_there_a_person_traces(
    member: Customer, text: str, language: str
) -> None:
    order = await _refunded(member, days_ago=40)
    ran = await member.run(ActionRefundStatus, text, ASK, language=language)
    assert ran.responses == ["reply_refunds_missing"]
    assert order.number in ran.only.text
    assert "1–2" not in ran.only.text
    assert [kind in "".join(ran.only.payloads) for kind in ("make_complaint", "request_human")] == [True, True]
    again = {"refund_missed": order.number}
    ran = await member.run(ActionRefundStatus, text, ASK, language=language, spoken_of=again)
    assert ran.responses == ["reply_refunds_traced"]


async def test_what_was_paid_the_day_before_yesterday_may_still_come(member: Customer) -> None:
    await _refunded(member, days_ago=2)
    assert (await member.run(ActionRefundStatus, "退款没到账", ASK)).responses == ["reply_refunds_paid"]


async def test_who_only_asks_of_an_old_one_hears_that_it_should_be_there(member: Customer) -> None:
    await _refunded(member, days_ago=40)
    assert (await member.run(ActionRefundStatus, "退款进度", ASK)).responses == ["reply_refunds_long_paid"]
