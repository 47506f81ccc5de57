"""Which order is meant: by what it holds, when it was placed, what it cost, where it stands among the others."""

from datetime import timedelta

import pytest

from actions.orders.invoice_promises import RequestInvoice
from actions.orders.invoices import InvoiceForm
from actions.orders.parcels import ActionParcel
from actions.orders.status import ActionOrderStatus
from actions.products.catalogue import ActionProduct
from crm_store.clock import now
from crm_store.orders import LineItem, Order, OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, SHIRT, SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

LAMP = LineItem(sku="LAMP", names={"zh-Hans": "护眼台灯", "zh-Hant": "護眼檯燈", "en": "Desk Lamp"}, price_minor=25900)
BACKPACK = LineItem(sku="PACK", names={"zh-Hans": "城市双肩包", "en": "City Backpack"}, price_minor=34900)


async def bought(member: Customer, *items: LineItem, **how: object) -> Order:
    async with member.database.transaction() as session:
        told = {"status": OrderStatus.DELIVERED, **how}
        return await place(session, member.member.id, *items, **told)


async def five(member: Customer) -> list[Order]:
    """Delivered, a week apart, the newest first."""
    items = (SHOE, MUG, SHIRT, LAMP, BACKPACK)
    return [await bought(member, item, days_ago=7 * (n + 1)) for n, item in enumerate(items)]


class TestAllOrders:
    @pytest.mark.parametrize(
        ("said", "language"),
        [("把我的历史订单都列出来", "zh-Hans"), ("我買過什麼", "zh-Hant"), ("list my orders", "en")],
    )
    async def test_they_are_listed_and_chosen_from(self, member: Customer, said: str, language: str) -> None:
        orders = await five(member)
        ran = await member.run(ActionOrderStatus, said, "ask_order_status", language=language)
        assert ran.responses == ["reply_all_orders"]
        assert ran.only.values["count"] == 5
        listed = ran.slots["focus"]["listed"]
        assert [order.number in each["payload"] for order, each in zip(orders, listed, strict=False)] == [True] * 3
        more = ran.only.payloads[-1]
        assert more == '/ask_order_status{"choice":"orders:3"}'
        ran = await member.run(ActionOrderStatus, more, "ask_order_status", entities={"choice": "orders:3"})
        assert ran.responses == ["reply_all_orders_more"]
        assert all(order.number in ran.only.text for order in orders[3:])

    async def test_more_in_words_goes_on(self, member: Customer) -> None:
        orders = await five(member)
        await member.run(ActionOrderStatus, "我的历史订单", "ask_order_status")
        ran = await member.run(ActionOrderStatus, "还有吗", "ask_order_status", follows=True)
        assert orders[4].number in ran.only.text

    async def test_who_spoke_of_one_order_still_gets_all(self, member: Customer) -> None:
        orders = await five(member)
        ran = await member.run(
            ActionOrderStatus, "show me all my orders", "ask_order_status", spoken_of={"order_number": orders[2].number}
        )
        assert ran.responses == ["reply_all_orders"]


class TestMarks:
    @pytest.mark.parametrize(
        ("said", "which"),
        [("259那单", 3), ("the 349 one", 4), ("上上单怎么样了", 1), ("最早那单", 4), ("order before last please", 1)],
    )
    async def test_by_amount_and_place(self, member: Customer, said: str, which: int) -> None:
        orders = await five(member)
        ran = await member.run(ActionOrderStatus, said, "ask_order_status")
        assert orders[which].number in ran.only.text

    async def test_by_month_only_where_the_words_speak_of_ordering(self, member: Customer) -> None:
        old = await bought(member, LAMP, days_ago=70)
        new = await bought(member, SHOE, days_ago=3)
        month = {"from": "2026-09-01T00:00:00+08:00", "to": "2026-10-01T00:00:00+08:00", "grain": "month"}
        ran = await member.run(ActionOrderStatus, "9月下的单呢", "ask_order_status", entities={"time": (month, "9月")})
        assert old.number in ran.only.text
        ran = await member.run(ActionOrderStatus, "the one from September", "ask_order_status")
        assert old.number in ran.only.text
        ran = await member.run(ActionOrderStatus, "9月能收到吗", "ask_order_status", entities={"time": (month, "9月")})
        assert new.number in ran.only.text

    async def test_by_state_among_open_ones(self, member: Customer) -> None:
        await bought(member, SHOE, status=OrderStatus.SHIPPED)
        unpaid = await bought(member, MUG, status=OrderStatus.PLACED)
        ran = await member.run(ActionOrderStatus, "没付款的那个", "ask_order_status")
        assert unpaid.number in ran.only.text

    async def test_the_one_before_the_one_spoken_of_and_so_on(self, member: Customer) -> None:
        orders = await five(member)
        await member.run(ActionOrderStatus, "查订单", "ask_order_status", entities={"order_number": orders[3].number})
        ran = await member.run(
            ActionOrderStatus, "and the one before that", "ask_order_status",
            spoken_of={"order_number": orders[3].number},
        )  # fmt: skip
        assert orders[4].number in ran.only.text
        ran = await member.run(ActionOrderStatus, "再往前呢", "ask_order_status")
        assert ran.responses == ["reply_no_earlier_order"]


class TestNotBought:
    @pytest.mark.parametrize(
        ("said", "thing", "language"),
        [
            ("我的手套寄出了吗", "手套", "zh-Hans"),
            ("手環到哪了", "手環", "zh-Hant"),
            ("where is my kettle", "kettle", "en"),
        ],
    )
    async def test_it_is_said_and_nothing_else_told(
        self, member: Customer, said: str, thing: str, language: str
    ) -> None:
        order = await bought(member, MUG, status=OrderStatus.SHIPPED)
        async with member.database.transaction() as session:
            await send(session, order, promised_at=now() + timedelta(days=1))
        for action, intent in ((ActionParcel, "ask_parcel"), (ActionOrderStatus, "ask_order_status")):
            ran = await member.run(action, said, intent, entities={"product": thing}, language=language)
            assert ran.responses == ["reply_not_bought"]
            assert thing in ran.only.text
            assert order.number not in ran.only.text
            shop, every = ran.only.payloads
            assert (f'"product":"{thing}"' in shop, every) == (True, '/ask_order_status{"choice":"orders:0"}')

    async def test_one_sign_in_common_chooses_none_of_several(self, member: Customer) -> None:
        for number, item in (("SF1111111111", SHOE), ("SF2222222222", MUG)):
            order = await bought(member, item, status=OrderStatus.SHIPPED)
            async with member.database.transaction() as session:
                await send(session, order, number=number, promised_at=now() + timedelta(days=1))
        ran = await member.run(ActionParcel, "手头那件走得怎样", "ask_parcel")
        assert ran.responses == ["reply_parcels"]
        assert len(ran.slots["focus"]["listed"]) == 2

    async def test_what_comes_near_is_only_offered(self, member: Customer) -> None:
        order = await bought(member, BACKPACK, status=OrderStatus.PAID)
        ran = await member.run(ActionOrderStatus, "我的钱包发货没", "ask_order_status", entities={"product": "钱包"})
        assert ran.responses == ["reply_not_bought_near"]
        assert ran.only.payloads == [f'/ask_order_status{{"order_number":"{order.number}"}}']

    async def test_the_order_spoken_of_gives_way_to_a_thing_that_is_named(self, member: Customer) -> None:
        mug, shoes = await bought(member, MUG), await bought(member, SHOE)
        spoken = {"order_number": mug.number}
        ran = await member.run(
            ActionOrderStatus, "鞋那单呢", "ask_order_status", entities={"product": "鞋"}, spoken_of=spoken
        )
        assert shoes.number in ran.only.text
        ran = await member.run(
            ActionOrderStatus, "雨伞那单呢", "ask_order_status", entities={"product": "雨伞"}, spoken_of=spoken
        )
        assert ran.responses == ["reply_not_bought"]
        ran = await member.run(ActionOrderStatus, "它怎么样了", "ask_order_status", spoken_of=spoken)
        assert mug.number in ran.only.text

    async def test_no_invoice_for_what_was_not_bought(self, member: Customer) -> None:
        await bought(member, SHOE)
        form = await member.run(
            InvoiceForm, "雨伞的发票开给我", "ask_invoice", entities={"product": "雨伞"}, active_loop="invoice_form"
        )
        assert form.asks is None
        ran = await member.run(RequestInvoice, "雨伞的发票开给我", "ask_invoice", entities={"product": "雨伞"})
        assert ran.responses == ["reply_not_bought"]

    async def test_several_that_fit_are_offered(self, member: Customer) -> None:
        first, second = await bought(member, SHOE, days_ago=9), await bought(member, SHOE, days_ago=3)
        ran = await member.run(ActionOrderStatus, "跑鞋那单", "ask_order_status", entities={"product": "跑鞋"})
        assert ran.responses == ["reply_order_which"]
        assert [order.number in ran.only.text for order in (first, second)] == [True, True]


class TestWhatItCost:
    async def test_an_own_thing_is_told_by_its_order_not_by_the_shops_card(self, member: Customer) -> None:
        order = await bought(member, LAMP)
        said = "how much did I pay for the desk lamp"
        ran = await member.run(ActionProduct, said, "ask_product", entities={"product": "desk lamp"}, language="en")
        assert ran.responses == ["reply_order_cost"]
        assert "You paid ¥259" in ran.only.text
        assert ran.slots["focus"]["order"] == order.number

    async def test_of_one_thing_among_others_its_own_price_as_well(self, member: Customer) -> None:
        await bought(member, LAMP, MUG)
        ran = await member.run(ActionProduct, "台灯我当时付了多少", "ask_product", entities={"product": "台灯"})
        assert ran.responses == ["reply_order_cost_line"]
        assert ran.only.text.startswith("护眼台灯是 ¥259")
        assert "¥347" in ran.only.text

    async def test_an_own_thing_that_is_waited_for_is_the_parcel(self, member: Customer) -> None:
        order = await bought(member, LAMP, status=OrderStatus.SHIPPED)
        async with member.database.transaction() as session:
            await send(session, order, promised_at=now() + timedelta(days=1))
        ran = await member.run(ActionProduct, "我的檯燈呢", "ask_product", entities={"product": "檯燈"})
        assert ran.responses == ["reply_parcel_in_time"]
