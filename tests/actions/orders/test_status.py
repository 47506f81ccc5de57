"""A member asks about an order, cancels one, alters one."""

from datetime import timedelta

import pytest

from actions.kit.mentions import last_digits
from actions.orders.cancellations import AskToConfirmCancelling, AskWhichOrderToCancel, CancelOrder, CancelOrderForm
from actions.orders.changes import AskNewValue, AskToConfirmChange, ChangeOrder, ChangeOrderForm
from actions.orders.status import ActionOrderStatus
from crm_store import orders, promises
from crm_store.clock import now
from crm_store.orders import Order, OrderStatus
from crm_store.promises import PromiseKind
from tests.actions.conftest import Customer, Ran, make_member
from tests.actions.shop import MUG, SHIRT, SHOE, place, send, stock

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestHowFar:
    async def test_a_stranger_is_asked_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionOrderStatus, "我的订单", "ask_order_status")
        assert ran.responses == ["reply_verify_first"]

    async def test_the_only_open_order_is_told(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, days_ago=40)
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        ran = await member.run(ActionOrderStatus, "订单怎么样了", "ask_order_status")
        assert ran.responses == ["reply_order_paid"]
        assert order.number in ran.only.text
        assert "轻跑鞋 42 码" in ran.only.text
        assert ran.only.titles == ["改订单", "取消订单"]

    async def test_several_open_orders_become_a_list_with_buttons(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            shoes = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED, days_ago=3)
        ran = await member.run(ActionOrderStatus, "my orders", "ask_order_status", language="en")
        assert ran.responses == ["reply_orders"]
        assert f'/ask_order_status{{"order_number":"{shoes.number}"}}' in ran.only.payloads
        assert "Light runner, size 42" in ran.only.text

    async def test_a_shipped_order_that_is_late_says_so(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
            await send(session, order, promised_at=now() - timedelta(days=1), arrived_at=now() - timedelta(hours=20))
        ran = await member.run(ActionOrderStatus, "order?", "ask_order_status", language="en")
        assert ran.responses == ["reply_order_shipped_late"]
        assert "1 day later" in ran.only.text

    async def test_a_foreign_number_is_answered_like_an_unknown_one(self, member: Customer) -> None:
        other = await make_member(member.database)
        async with member.database.transaction() as session:
            order = await place(session, other.id, SHOE, status=OrderStatus.PAID)
        foreign = await member.run(
            ActionOrderStatus, f"{order.number}到哪了", "ask_order_status", entities={"order_number": order.number}
        )
        unknown = await member.run(
            ActionOrderStatus, "20200101-0001到哪了", "ask_order_status", entities={"order_number": "20200101-0001"}
        )
        assert foreign.responses == unknown.responses == ["reply_number_unknown"]
        assert await member.outcomes() == ["not_found", "not_found"]

    @pytest.mark.parametrize("form", ["尾号{}那单", "the one ending {}", "訂單－{}"])
    async def test_the_last_four_digits_name_an_order(self, member: Customer, form: str) -> None:
        shoes, _ = await self._two_open(member)
        ran = await member.run(ActionOrderStatus, form.format(shoes.number[-4:]), "ask_order_status")
        assert ran.responses == ["reply_order_paid"]
        assert shoes.number in ran.only.text

    @pytest.mark.parametrize(
        "form",
        ["C-2026-{}", "c 2026 {}", "投诉Ｃ－２０２６－{}", "R_2026_{}呢", "2026-{}那个", "complaint C–2026–{} please"],
    )
    async def test_digits_of_a_complaints_number_name_no_order(self, member: Customer, form: str) -> None:
        shoes, _ = await self._two_open(member)
        ran = await member.run(ActionOrderStatus, form.format(shoes.number[-4:]), "ask_order_status")
        assert ran.responses == ["reply_orders"]

    @pytest.mark.parametrize("text", ["C-2026-0186", "2026年的订单", "2026-11-15", "2026/11/15下的单"])
    def test_a_year_is_no_orders_digits(self, text: str) -> None:
        assert last_digits(text) == set()

    @staticmethod
    async def _two_open(member: Customer) -> tuple[Order, Order]:
        async with member.database.transaction() as session:
            shoes = await place(session, member.member.id, SHOE, status=OrderStatus.PAID, days_ago=3)
            return shoes, await place(session, member.member.id, MUG, status=OrderStatus.PAID, days_ago=3)

    async def test_a_cancelled_order_tells_of_its_refund(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            await orders.cancel(session, order, key="k")
        ran = await member.run(ActionOrderStatus, "订单", "ask_order_status", entities={"order_number": order.number})
        assert ran.responses == ["reply_order_cancelled_refund_due"]
        assert "¥399 最晚 11 月 25 日" in ran.only.text


class TestCancelling:
    async def test_one_order_is_confirmed_and_cancelled_once(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        form = await member.run(CancelOrderForm, "取消我的订单", "cancel_order", active_loop="cancel_order_form")
        assert form.asks == "cancel_order_confirmed"
        asked = await member.run(AskToConfirmCancelling, "取消我的订单", "cancel_order")
        assert "¥399" in asked.only.text
        done = await member.run(CancelOrderForm, "取消吧", "cancel_order")
        assert done.asks is None
        assert done.slots["cancel_order_confirmed"] is True
        ran = await member.run(CancelOrder, "取消吧", "cancel_order", slots={"requested_slot": None})
        assert ran.responses == ["reply_order_cancel_done_refund"]
        async with member.database.reading() as session:
            stored = await orders.by_number(session, order.number)
            assert (stored.status, stored.refund_minor) == (OrderStatus.CANCELLED, 39900)
            assert len([e for e in await orders.history(session, order.id) if e.kind == "cancelled"]) == 1

    async def test_no_means_nothing_is_done(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        await member.run(CancelOrderForm, "取消订单", "cancel_order", active_loop="cancel_order_form")
        await member.run(CancelOrderForm, "还是不要了", "deny")
        ran = await member.run(CancelOrder, "还是不要了", "deny")
        assert ran.responses == ["reply_cancel_not_done"]
        async with member.database.reading() as session:
            assert (await orders.by_number(session, order.number)).status == OrderStatus.PAID

    async def test_several_are_asked_about_and_words_choose(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            mug = await place(session, member.member.id, MUG, status=OrderStatus.PACKED, days_ago=2)
        form = await member.run(
            CancelOrderForm, "cancel my order", "cancel_order", language="en", active_loop="cancel_order_form"
        )
        assert form.asks == "cancel_order_number"
        asked = await member.run(AskWhichOrderToCancel, "cancel my order", "cancel_order")
        assert len(asked.only.buttons) == 2
        chosen = await member.run(CancelOrderForm, "the mug", "inform")
        assert chosen.slots["cancel_order_number"] == mug.number
        assert chosen.asks == "cancel_order_confirmed"

    async def test_after_shipping_it_is_refused_with_the_way_that_is_left(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        form = await member.run(
            CancelOrderForm,
            "取消",
            "cancel_order",
            entities={"order_number": order.number},
            active_loop="cancel_order_form",
        )
        assert form.asks is None
        ran = await member.run(CancelOrder, "取消", "cancel_order", entities={"order_number": order.number})
        assert ran.responses == ["reply_cancel_too_late_shipped"]
        assert ran.only.titles == ["看物流", "找真人"]

    async def test_a_stranger_is_asked_to_verify_and_no_form_waits(self, customer: Customer) -> None:
        form = await customer.run(CancelOrderForm, "取消订单", "cancel_order", active_loop="cancel_order_form")
        assert form.asks is None
        assert (await customer.run(CancelOrder, "取消订单", "cancel_order")).responses == ["reply_verify_first"]


class TestChanging:
    async def test_another_size_before_packing(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            await stock(session, SHOE, sizes=["41", "42", "43"])
        form = await member.run(
            ChangeOrderForm, "42码换成43码，还没发货", "change_order", active_loop="change_order_form"
        )
        assert form.slots["change_order_value"] == "43"
        assert form.asks == "change_order_confirmed"
        asked = await member.run(AskToConfirmChange, "42码换成43码", "change_order")
        assert "尺码改成「43」" in asked.only.text
        await member.run(ChangeOrderForm, "对", "affirm")
        ran = await member.run(ChangeOrder, "对", "affirm")
        assert ran.responses == ["reply_changed"]
        async with member.database.reading() as session:
            assert (await orders.by_number(session, order.number)).lines[0].size == "43"

    async def test_an_address_is_asked_for_and_never_kept_in_the_timeline(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
        form = await member.run(ChangeOrderForm, "我搬家了 地址要改", "change_order", active_loop="change_order_form")
        assert form.asks == "change_order_value"
        asked = await member.run(AskNewValue, "我搬家了 地址要改", "change_order")
        assert asked.responses == ["reply_change_new_address"]
        address = "杭州市西湖区文三路 269 号 1 单元 802"
        given = await member.run(ChangeOrderForm, address, "inform")
        assert given.asks == "change_order_confirmed"
        await member.run(ChangeOrderForm, "对", "affirm")
        await member.run(ChangeOrder, "对", "affirm")
        async with member.database.reading() as session:
            assert (await orders.by_number(session, order.number)).address == address
        assert all(address not in each.summary for each in await member.interactions())

    async def test_another_delivery_time_is_a_promise(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        evening = {"from": "2026-11-23T19:00:00+08:00", "to": "2026-11-23T21:00:00+08:00", "grain": "hour"}
        form = await member.run(
            ChangeOrderForm, "can you deliver tomorrow 7-9pm, not at home before", "change_order", language="en",
            entities={"time": (evening, "tomorrow 7-9pm")}, active_loop="change_order_form",
        )  # fmt: skip
        assert form.slots["change_order_what"] == "time"
        assert form.slots["change_order_value"] == "23 November 19:00–21:00"
        await member.run(ChangeOrderForm, "yes", "affirm")
        ran = await member.run(ChangeOrder, "yes", "affirm")
        assert ran.responses == ["reply_change_time_noted"]
        async with member.database.reading() as session:
            made = await promises.for_member(session, member.member.id)
        assert [promise.reference for promise in made] == [order.number]

    async def test_the_product_that_is_named_is_meant_although_another_order_is_easier(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            tee = await place(session, member.member.id, SHIRT, status=OrderStatus.SHIPPED, days_ago=3)
        saturday = {"from": "2026-11-21T12:00:00+08:00", "to": "2026-11-21T18:00:00+08:00", "grain": "part"}
        form = await member.run(
            ChangeOrderForm, "T恤那单能改成周六下午送吗", "change_order",
            entities={"product": "T恤", "time": (saturday, "周六下午")}, active_loop="change_order_form",
        )  # fmt: skip
        assert form.slots["change_order_number"] == tee.number
        assert form.slots["change_order_value"] == "11 月 28 日 12:00–18:00"

    async def test_packed_is_too_late_but_can_be_cancelled(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHIRT, status=OrderStatus.PACKED)
        form = await member.run(
            ChangeOrderForm,
            "改颜色",
            "change_order",
            entities={"order_number": order.number},
            active_loop="change_order_form",
        )
        assert form.asks is None
        ran = await member.run(ChangeOrder, "改颜色", "change_order")
        assert ran.responses == ["reply_change_too_late"]
        assert ran.only.titles == ["取消订单", "请同事试试", "找真人"]

    async def test_what_is_too_late_for_the_bot_a_colleague_is_asked_for_once(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHIRT, status=OrderStatus.SHIPPED)
        await member.run(ChangeOrderForm, "改地址", "change_order", active_loop="change_order_form")
        told = await member.run(ChangeOrder, "改地址", "change_order")
        assert told.responses == ["reply_no_order_to_change_shipped", "reply_rule_address_for_later"]
        passed_on = told.said[0].payloads[told.said[0].titles.index("请同事试试")]
        assert passed_on == f'/change_order{{"order_number":"{order.number}","choice":"colleague_address"}}'
        # Where to is asked first, of an address; anything else is passed on as it is.
        to_where = {"order_number": order.number, "choice": "colleague_address"}
        await member.run(ChangeOrderForm, passed_on, "change_order", entities=to_where, active_loop="change_order_form")
        asked = await member.run(ChangeOrder, passed_on, "change_order", entities=to_where)
        assert asked.responses == ["reply_hand_on_address"]
        wish = {"order_number": order.number, "choice": "colleague_phone"}
        passed_on = passed_on.replace("colleague_address", "colleague_phone")
        for _ in range(2):
            form = await member.run(
                ChangeOrderForm, passed_on, "change_order", entities=wish, active_loop="change_order_form"
            )
            assert form.asks is None
            ran = await member.run(ChangeOrder, passed_on, "change_order", entities=wish)
            assert ran.responses == ["reply_change_passed_on"]
        async with member.database.reading() as session:
            (made,) = await promises.for_member(session, member.member.id)
        assert (made.kind, made.reference) == (PromiseKind.ORDER_CHANGE, order.number)
        assert "收件电话" in made.text

    async def test_what_has_arrived_is_no_colleagues_to_change(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHIRT, status=OrderStatus.DELIVERED)
        pressed = f'/change_order{{"order_number":"{order.number}","choice":"colleague_address"}}'
        wish = {"order_number": order.number, "choice": "colleague_address"}
        await member.run(ChangeOrderForm, pressed, "change_order", entities=wish, active_loop="change_order_form")
        ran = await member.run(ChangeOrder, pressed, "change_order", entities=wish)
        assert ran.responses == ["reply_change_too_late_delivered"]
        assert "请同事试试" not in ran.only.titles


class TestChargedTwice:
    """Money taken twice is taken seriously: what the orders tell of it, and a person."""

    async def _said(self, member: Customer, text: str, language: str = "zh-Hans") -> Ran:
        return await member.run(
            ActionOrderStatus, text, "ask_order_status", entities={"choice": "charged_twice"}, language=language
        )

    async def test_one_order_is_named_with_its_amount(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            await place(session, member.member.id, SHOE, status=OrderStatus.COMPLETED, days_ago=40)
        for text, language in (("被扣了两次", "zh-Hans"), ("重複扣款", "zh-Hant"), ("I was billed twice", "en")):
            ran = await self._said(member, text, language)
            assert ran.responses == ["reply_charged_twice_one"]
            assert order.number in ran.only.text
            assert ran.only.payloads[:2] == ["/request_human", "/request_callback"]

    async def test_two_alike_are_both_named(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            both = [await place(session, member.member.id, SHOE, status=OrderStatus.PAID, days_ago=n) for n in (1, 0)]
        ran = await self._said(member, "钱扣了两遍")
        assert ran.responses == ["reply_charged_twice_alike"]
        assert all(order.number in ran.only.text for order in both)

    async def test_without_any_order_a_person_compares(self, member: Customer) -> None:
        ran = await self._said(member, "charged twice", "en")
        assert ran.responses == ["reply_charged_twice_none"]
