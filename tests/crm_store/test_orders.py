import asyncio
from datetime import timedelta

import pytest

from crm_store import orders
from crm_store.errors import KeyReused, NotFound
from crm_store.language import Language
from crm_store.orders import (
    NothingToChange,
    OrderNotCancellable,
    OrderNotChangeable,
    OrderStatus,
    OrderStepRefused,
)
from crm_store.policy import policy
from tests.crm_store.shop import SHOES, TEA, make_member, make_order


class TestCreate:
    async def test_total_is_lines_plus_shipping_less_discount(self, session, frozen_clock):
        member = await make_member(session)
        order = await orders.create(
            session, member_id=member.id, items=[SHOES, TEA], shipping_minor=1_000, discount_minor=5_000
        )
        assert order.total_minor == 39_900 + 2 * 8_000 + 1_000 - 5_000
        assert [line.position for line in order.lines] == [1, 2]

    async def test_numbers_count_up_within_the_shops_day(self, session, frozen_clock):
        member = await make_member(session)
        first, second = [await orders.create(session, member_id=member.id, items=[SHOES]) for _ in range(2)]
        frozen_clock.move(timedelta(hours=15))
        third = await orders.create(session, member_id=member.id, items=[SHOES])
        assert [first.number, second.number, third.number] == ["20261122-0001", "20261122-0002", "20261123-0001"]

    @pytest.mark.parametrize("more", [{"items": []}, {"items": [SHOES], "discount_minor": 40_000}])
    async def test_an_order_without_lines_or_below_zero_is_refused(self, session, more):
        member = await make_member(session)
        with pytest.raises(ValueError, match="not an order"):
            await orders.create(session, member_id=member.id, **more)

    async def test_simultaneous_orders_get_different_numbers(self, database):
        async with database.transaction() as session:
            member = await make_member(session)

        async def one():
            async with database.transaction() as session:
                return (await orders.create(session, member_id=member.id, items=[SHOES])).number

        numbers = await asyncio.gather(*(one() for _ in range(12)))
        assert len(set(numbers)) == 12


class TestByNumber:
    async def test_another_members_order_is_not_found(self, session):
        mine, other = await make_member(session), await make_member(session)
        order = await make_order(session, mine)
        assert await orders.by_number(session, f" {order.number} ") is order
        assert await orders.by_number(session, order.number, member_id=mine.id) is order
        assert await orders.by_number(session, order.number, member_id=other.id) is None

    async def test_addresses_are_not_readable_in_the_table(self, database):
        async with database.transaction() as session:
            order = await make_order(session, await make_member(session), address="上海市静安区南京西路 1 号")
        async with database.reading() as session:
            raw = (await session.connection()).exec_driver_sql
            stored = (await raw(f"SELECT address FROM orders WHERE id = {order.id}")).scalar_one()
            again = await orders.by_number(session, order.number)
        assert "南京西路" not in stored
        assert again.address == "上海市静安区南京西路 1 号"


class TestRecent:
    async def test_newest_first_and_by_status(self, session, frozen_clock):
        member = await make_member(session)
        old = await make_order(session, member)
        frozen_clock.move(timedelta(days=1))
        new = await make_order(session, member, status=OrderStatus.SHIPPED)
        assert list(await orders.recent(session, member.id)) == [new, old]
        assert list(await orders.recent(session, member.id, limit=1)) == [new]
        assert list(await orders.recent(session, member.id, statuses=[OrderStatus.PAID])) == [old]


class TestLine:
    async def test_the_name_comes_in_the_language_or_in_any(self, session):
        order = await make_order(session, await make_member(session))
        line = order.lines[0]
        assert line.name_in(Language.ZH_HANT) == "輕跑鞋"
        line.names = {"en": "Shoe"}
        assert line.name_in(Language.ZH_HANT) == "Shoe"
        line.names = {}
        assert line.name_in(Language.ZH_HANT) == "SHOE-42"


class TestAdvance:
    async def test_each_step_keeps_its_moment_and_a_row_of_history(self, session, frozen_clock):
        order = await make_order(session, await make_member(session), status=OrderStatus.PLACED)
        for hours, status in enumerate((OrderStatus.PAID, OrderStatus.SHIPPED), start=1):
            frozen_clock.move(timedelta(hours=hours))
            await orders.advance(session, order, status)
        assert order.shipped_at - order.paid_at == timedelta(hours=2)
        assert [event.kind for event in await orders.history(session, order.id)] == ["placed", "paid", "shipped"]

    async def test_twice_is_one_step_and_backwards_is_refused(self, session):
        order = await make_order(session, await make_member(session), status=OrderStatus.DELIVERED)
        await orders.advance(session, order, OrderStatus.DELIVERED)
        assert len(await orders.history(session, order.id)) == 5
        with pytest.raises(OrderStepRefused):
            await orders.advance(session, order, OrderStatus.PAID)
        with pytest.raises(OrderStepRefused):
            await orders.advance(session, order, OrderStatus.CANCELLED)


class TestCancel:
    @pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.PACKED])
    async def test_a_paid_order_gives_the_whole_total_back(self, session, frozen_clock, status):
        order = await make_order(session, await make_member(session), status=status)
        order = await orders.cancel(session, order, key="m1:cancel", reason="买错了")
        assert order.status == OrderStatus.CANCELLED
        assert order.refund_minor == order.total_minor == 39_900
        assert order.refund_due_at == frozen_clock.moment + policy().orders.refund_after_cancelling
        event = (await orders.history(session, order.id))[-1]
        assert (event.kind, event.detail) == ("cancelled", {"from": status, "reason": "买错了", "refund_minor": 39_900})

    async def test_an_unpaid_order_owes_nothing(self, session):
        order = await make_order(session, await make_member(session), status=OrderStatus.PLACED)
        order = await orders.cancel(session, order, key="m1:cancel")
        assert (order.refund_minor, order.refund_due_at) == (0, None)

    async def test_the_same_key_again_changes_nothing(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        await orders.cancel(session, order, key="m1:cancel")
        frozen_clock.move(timedelta(hours=1))
        again = await orders.cancel(session, order, key="m1:cancel")
        assert again.cancelled_at == frozen_clock.moment - timedelta(hours=1)
        assert [event.kind for event in await orders.history(session, order.id)].count("cancelled") == 1

    @pytest.mark.parametrize("status", [OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED])
    async def test_an_order_that_left_the_house_is_refused_with_its_status(self, session, status):
        order = await make_order(session, await make_member(session), status=status)
        with pytest.raises(OrderNotCancellable) as refused:
            await orders.cancel(session, order, key="m1:cancel")
        assert (refused.value.number, refused.value.status) == (order.number, status)

    async def test_a_second_wish_with_another_key_is_refused(self, session):
        order = await make_order(session, await make_member(session))
        await orders.cancel(session, order, key="m1:cancel")
        with pytest.raises(OrderNotCancellable):
            await orders.cancel(session, order, key="m2:cancel")

    async def test_a_key_of_another_order_is_refused(self, session):
        member = await make_member(session)
        await orders.cancel(session, await make_order(session, member), key="m1:cancel")
        with pytest.raises(KeyReused):
            await orders.cancel(session, await make_order(session, member), key="m1:cancel")

    async def test_shipping_and_cancelling_at_once_leaves_one_winner(self, database):
        async with database.transaction() as session:
            order = await make_order(session, await make_member(session), status=OrderStatus.PACKED)

        async def attempt(step):
            async with database.transaction() as session:
                await step(session)

        results = await asyncio.gather(
            attempt(lambda session: orders.cancel(session, order, key="m1:cancel")),
            attempt(lambda session: orders.advance(session, order, OrderStatus.SHIPPED)),
            return_exceptions=True,
        )
        assert sum(isinstance(result, OrderNotCancellable | OrderStepRefused) for result in results) == 1
        async with database.reading() as session:
            kinds = [event.kind for event in await orders.history(session, order.id)]
        assert ("cancelled" in kinds) != ("shipped" in kinds)


class TestRequestChange:
    async def test_size_is_changed_and_the_old_one_remembered(self, session):
        order = await make_order(session, await make_member(session))
        order = await orders.request_change(session, order, key="m1:change", size="43")
        assert order.lines[0].size == "43"
        event = (await orders.history(session, order.id))[-1]
        assert event.detail == {"line_id": order.lines[0].id, "size": {"from": "42", "to": "43"}}

    async def test_a_new_address_is_kept_out_of_the_history(self, session):
        order = await make_order(session, await make_member(session), address="旧地址")
        order = await orders.request_change(session, order, key="m1:change", address="新地址 8 号")
        assert order.address == "新地址 8 号"
        event = (await orders.history(session, order.id))[-1]
        assert event.detail == {"fields": ["address"]}

    @pytest.mark.parametrize("status", [OrderStatus.PACKED, OrderStatus.SHIPPED])
    async def test_packed_is_too_late_and_says_so(self, session, status):
        order = await make_order(session, await make_member(session), status=status)
        with pytest.raises(OrderNotChangeable) as refused:
            await orders.request_change(session, order, key="m1:change", size="43")
        assert refused.value.status == status
        assert order.lines[0].size == "42"

    async def test_the_same_key_again_changes_nothing(self, session):
        order = await make_order(session, await make_member(session))
        await orders.request_change(session, order, key="m1:change", size="43")
        await orders.request_change(session, order, key="m2:change", size="44")
        order = await orders.request_change(session, order, key="m1:change", size="43")
        assert order.lines[0].size == "44"

    async def test_what_is_so_already_is_no_change(self, session):
        order = await make_order(session, await make_member(session))
        with pytest.raises(NothingToChange):
            await orders.request_change(session, order, key="m1:change", size="42")

    async def test_with_several_lines_the_line_must_be_named(self, session):
        order = await make_order(session, await make_member(session), items=[SHOES, TEA])
        with pytest.raises(NotFound):
            await orders.request_change(session, order, key="m1:change", colour="green")
        order = await orders.request_change(session, order, key="m1:change", colour="green", line_id=order.lines[1].id)
        assert [line.colour for line in order.lines] == ["blue", "green"]


class TestMarkRefunded:
    async def test_once(self, session, frozen_clock):
        order = await make_order(session, await make_member(session))
        with pytest.raises(NotFound):
            await orders.mark_refunded(session, order)
        await orders.cancel(session, order, key="m1:cancel")
        await orders.mark_refunded(session, order)
        frozen_clock.move(timedelta(days=1))
        order = await orders.mark_refunded(session, order)
        assert order.refunded_at == frozen_clock.moment - timedelta(days=1)
