"""Another delivery time, a word for the carrier, a cancellation that is wanted back."""

from datetime import timedelta

import pytest

from actions.orders.cancellations import CancelOrder, CancelOrderForm, UndoCancellation
from actions.orders.changes import AskToConfirmChange, ChangeOrder, ChangeOrderForm
from actions.orders.status import ActionOrderStatus
from crm_store import orders, promises
from crm_store.clock import now
from crm_store.orders import Order, OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, SHOE, place, stock

pytestmark = pytest.mark.usefixtures("frozen_clock")

TUESDAY = {"from": "2026-11-24T00:00:00+08:00", "to": "2026-11-25T00:00:00+08:00", "grain": "day"}
AFTER_THREE = {"from": "2026-11-22T15:00:00+08:00", "to": "2026-11-23T00:00:00+08:00", "grain": "hour"}
SATURDAY_LATE = {"from": "2026-11-28T15:00:00+08:00", "to": "2026-11-29T00:00:00+08:00", "grain": "hour"}
SATURDAY = {"from": "2026-11-28T00:00:00+08:00", "to": "2026-11-29T00:00:00+08:00", "grain": "day"}


async def ordered(member: Customer, status: OrderStatus) -> Order:
    async with member.database.transaction() as session:
        return await place(session, member.member.id, SHOE, status=status)


class TestDelivery:
    @pytest.mark.parametrize(
        ("said", "away", "wished", "language"),
        [
            ("周二我出差，周六送行不", "周二", "周六", "zh-Hans"),
            ("週二不在家 改週六送可以嗎", "週二", "週六", "zh-Hant"),
            ("I'm away on Tuesday, bring it Saturday please", "Tuesday", "Saturday", "en"),
            ("I'm not home Tuesday can you bring it Saturday", "Tuesday", "Saturday", "en"),
            ("周六送吧，周二家里没人", "周二", "周六", "zh-Hans"),
        ],
    )
    async def test_the_day_of_an_absence_is_not_the_day_wished(
        self, member: Customer, said: str, away: str, wished: str, language: str
    ) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        times = sorted([(TUESDAY, away), (SATURDAY, wished)], key=lambda each: said.index(each[1]))
        form = await member.run(
            ChangeOrderForm, said, "change_order", entities={"time": times}, language=language,
            active_loop="change_order_form",
        )  # fmt: skip
        assert form.slots["change_order_value"] in ("11 月 28 日", "28 November")
        assert form.asks == "change_order_confirmed"

    @pytest.mark.parametrize(
        ("said", "language"),
        [("放物业管理室就好", "zh-Hans"), ("請交給隔壁鄰居代收", "zh-Hant"), ("leave it with the doorman", "en")],
    )
    async def test_a_word_for_the_carrier_is_passed_on(self, member: Customer, said: str, language: str) -> None:
        order = await ordered(member, OrderStatus.SHIPPED)
        form = await member.run(
            ChangeOrderForm, said, "change_order", language=language, active_loop="change_order_form"
        )
        assert form.asks == "change_order_confirmed"
        asked = await member.run(AskToConfirmChange, said, "change_order")
        assert asked.responses == ["reply_change_confirm_note"]
        assert said in asked.only.text
        await member.run(ChangeOrderForm, "ok", "affirm")
        ran = await member.run(ChangeOrder, "ok", "affirm")
        assert ran.responses == ["reply_change_note_noted"]
        assert ran.slots["focus"]["done"] == "change_order"
        async with member.database.reading() as session:
            (promise,) = await promises.for_member(session, member.member.id)
        assert (promise.reference, said in promise.text) == (order.number, True)

    @pytest.mark.parametrize(
        ("said", "language"), [("要是周六也没到呢", "zh-Hans"), ("and if it is late on Saturday?", "en")]
    )
    async def test_a_case_that_is_only_supposed_is_no_new_time(
        self, member: Customer, said: str, language: str
    ) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        await member.run(ChangeOrderForm, "请放门口", "change_order", active_loop="change_order_form")
        asked = await member.run(ChangeOrderForm, said, "ask_parcel", language=language, entities={"time": SATURDAY})
        assert "change_order_value" not in asked.slots
        assert "change_order_what" not in asked.slots

    async def test_a_shop_is_an_address_that_can_be_said_at_once(self, member: Customer) -> None:
        await ordered(member, OrderStatus.PAID)
        form = await member.run(ChangeOrderForm, "改成送到杭州門市", "change_order", active_loop="change_order_form")
        assert (form.slots["change_order_what"], form.slots["change_order_value"]) == ("address", "杭州門市")

    async def test_a_question_is_no_new_address(self, member: Customer) -> None:
        await ordered(member, OrderStatus.PAID)
        await member.run(ChangeOrderForm, "收货地址要改", "change_order", active_loop="change_order_form")
        form = await member.run(ChangeOrderForm, "改地址要不要另外收钱？", "ask_faq", confidence=0.4)
        assert form.slots.get("change_order_value") is None


class TestCancelling:
    @pytest.mark.parametrize("said", ["能只取消其中一件吗", "cancel only the laces?", "等等，取消要扣钱吗"])
    async def test_a_question_does_not_cancel(self, member: Customer, said: str) -> None:
        await ordered(member, OrderStatus.PAID)
        await member.run(CancelOrderForm, "取消我的订单", "cancel_order", active_loop="cancel_order_form")
        form = await member.run(CancelOrderForm, said, "cancel_order")
        assert form.slots.get("cancel_order_confirmed") is None

    async def test_the_wish_said_once_more_is_a_yes_although_the_order_is_filled_in(self, member: Customer) -> None:
        order = await ordered(member, OrderStatus.PAID)
        await member.run(CancelOrderForm, "取消我的订单", "cancel_order", active_loop="cancel_order_form")
        form = await member.run(CancelOrderForm, "就取消吧", "cancel_order", spoken_of={"order_number": order.number})
        assert form.slots["cancel_order_confirmed"] is True

    async def test_done_is_kept_for_undoing(self, member: Customer) -> None:
        await ordered(member, OrderStatus.PAID)
        await member.run(CancelOrderForm, "取消我的订单", "cancel_order", active_loop="cancel_order_form")
        await member.run(CancelOrderForm, "对", "affirm")
        ran = await member.run(CancelOrder, "对", "affirm")
        assert ran.slots["focus"]["done"] == "cancel_order"


class TestRevival:
    @pytest.mark.parametrize(
        ("status", "refunded", "response"),
        [
            (OrderStatus.PLACED, False, "reply_revive_unpaid"),
            (OrderStatus.PAID, False, "reply_revive_refund_due"),
            (OrderStatus.PAID, True, "reply_revive_refunded"),
        ],
    )
    async def test_it_is_told_plainly_what_is_possible(
        self, member: Customer, status: OrderStatus, refunded: bool, response: str
    ) -> None:
        order = await ordered(member, status)
        async with member.database.transaction() as session:
            order = await orders.cancel(session, order, key="k")
            await stock(session, SHOE, sizes=["42"])
            if refunded:
                await orders.mark_refunded(session, order, at=now() - timedelta(hours=1))
        ran = await member.run(UndoCancellation, "还是要吧", "undo")
        assert ran.responses == [response]
        assert set(ran.only.payloads) == {'/ask_product{"choice":"RUN-LIGHT"}', "/request_human"}
        async with member.database.reading() as session:
            assert (await orders.by_number(session, order.number)).status == OrderStatus.CANCELLED

    async def test_a_wish_to_restore_opens_no_cancellation(self, member: Customer) -> None:
        order = await ordered(member, OrderStatus.PAID)
        async with member.database.transaction() as session:
            await orders.cancel(session, order, key="k")
            await place(session, member.member.id, MUG, status=OrderStatus.PAID, days_ago=1)
        said = "please restore the order i cancelled"
        form = await member.run(CancelOrderForm, said, "cancel_order", language="en", active_loop="cancel_order_form")
        assert form.asks is None
        ran = await member.run(CancelOrder, said, "cancel_order")
        assert ran.responses == ["reply_revive_refund_due"]
        ran = await member.run(
            ActionOrderStatus, "can it be restored?", "ask_order_status", spoken_of={"order_number": order.number}
        )
        assert ran.responses == ["reply_revive_refund_due"]

    async def test_nothing_was_cancelled(self, member: Customer) -> None:
        await ordered(member, OrderStatus.PAID)
        assert (await member.run(UndoCancellation, "恢复", "undo")).responses == ["reply_revive_nothing"]


class TestAnHourBesideTheDay:
    async def asked(self, member: Customer) -> Order:
        order = await ordered(member, OrderStatus.SHIPPED)
        await member.run(
            ChangeOrderForm, "改到周六送", "change_order", entities={"time": (SATURDAY, "周六")},
            active_loop="change_order_form",
        )  # fmt: skip
        return order

    @pytest.mark.parametrize("said", ["嗯 最好是下午三点以后", "不对，下午三点以后"])
    async def test_an_hour_told_at_the_last_question_joins_the_day(self, member: Customer, said: str) -> None:
        await self.asked(member)
        when = {"time": (AFTER_THREE, "下午三点以后")}
        form = await member.run(ChangeOrderForm, said, "affirm", entities=when)
        assert form.asks == "change_order_confirmed"
        assert "11 月 28 日" in member.slots["change_order_value"]
        assert "15:00" in member.slots["change_order_value"]
        await member.run(ChangeOrderForm, "对，改吧", "affirm")
        ran = await member.run(ChangeOrder, "对，改吧", "affirm")
        assert "15:00" in ran.only.text

    async def test_the_day_and_the_hour_once_more_take_the_place_of_the_day(self, member: Customer) -> None:
        await self.asked(member)
        said = "我说了改啊 周六下午三点后"
        when = {"time": (SATURDAY_LATE, "周六下午三点后")}
        form = await member.run(ChangeOrderForm, said, "inform", entities=when)
        assert form.asks == "change_order_confirmed"
        assert "15:00" in member.slots["change_order_value"]

    async def test_the_same_day_once_more_beside_a_yes_is_a_yes(self, member: Customer) -> None:
        await self.asked(member)
        form = await member.run(ChangeOrderForm, "对，周六", "affirm", entities={"time": (SATURDAY, "周六")})
        assert form.asks is None
        assert member.slots["change_order_confirmed"] is True


YESTERDAY = {"from": "2026-11-21T18:00:00+08:00", "to": "2026-11-22T00:00:00+08:00", "grain": "part"}


class TestNoDeliveryTime:
    @pytest.mark.parametrize(
        ("said", "when", "language"),
        [
            ("昨天晚上下的单，跑鞋我拍成42码了，平时穿43，现在能改不", "昨天晚上", "zh-Hans"),
            ("昨天晚上訂的跑鞋我選成42號了，平常穿43，現在能改嗎", "昨天晚上", "zh-Hant"),
            ("I ordered the shoes last night in 42 by mistake, can you change it to 43?", "last night", "en"),
        ],
    )
    async def test_when_it_was_ordered_is_none(self, member: Customer, said: str, when: str, language: str) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        form = await member.run(
            ChangeOrderForm, said, "change_order", entities={"time": [(YESTERDAY, when)]}, language=language,
            active_loop="change_order_form",
        )  # fmt: skip
        assert (form.slots["change_order_what"], form.asks) == ("size", None)
        ran = await member.run(ChangeOrder, said, "change_order", language=language)
        assert ran.responses == ["reply_change_too_late_shipped_exchange"]

    async def test_by_when_it_has_to_be_there_is_none(self, member: Customer) -> None:
        await ordered(member, OrderStatus.SHIPPED)
        form = await member.run(
            ChangeOrderForm, "是要送人的，周六一定要到", "change_order", entities={"time": (SATURDAY, "周六")},
            active_loop="change_order_form",
        )  # fmt: skip
        assert form.slots.get("change_order_what") is None
