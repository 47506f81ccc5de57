from datetime import timedelta

import pytest

from crm_store import orders, returns, value
from crm_store.orders import OrderStatus
from crm_store.returns import ReturnStatus
from tests.crm_store.shop import SHOES, TEA, make_member, make_order


class TestSpendByMember:
    async def test_twelve_months_paid_less_refunds(self, session, frozen_clock):
        member, other = await make_member(session), await make_member(session)
        now = frozen_clock.moment
        await make_order(session, member, placed_at=now - timedelta(days=366))
        await make_order(session, member, placed_at=now - timedelta(days=364))
        await make_order(session, member, status=OrderStatus.PLACED)
        await orders.cancel(session, await make_order(session, member), key="m1")
        kept = await make_order(session, member, items=[SHOES, TEA], status=OrderStatus.DELIVERED)
        request = await returns.open_return(session, kept, kept.lines[1], reason="quality", key="m2")
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            await returns.advance(session, request, step)
        assert await value.spend_by_member(session, [member.id, other.id]) == {member.id: 79_800, other.id: 0}

    async def test_an_order_that_came_back_whole_counts_nothing(self, session, frozen_clock):
        member = await make_member(session)
        order = await make_order(session, member, status=OrderStatus.DELIVERED)
        request = await returns.open_return(session, order, order.lines[0], reason="quality", key="m2")
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            await returns.advance(session, request, step)
        assert await value.spend_by_member(session, [member.id]) == {member.id: 0}

    @pytest.mark.parametrize(("told_minor", "spent"), [(5_000, 39_900), (20_000, 35_900), (55_900, 0)])
    async def test_a_refund_that_the_shops_system_tells_of_counts_once(self, session, frozen_clock, told_minor, spent):
        """What came back by our returns is in the shop's sum as well: the higher of the two is taken off."""
        member = await make_member(session)
        order = await make_order(session, member, items=[SHOES, TEA], status=OrderStatus.DELIVERED)
        request = await returns.open_return(session, order, order.lines[1], reason="quality", key="m2")
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            await returns.advance(session, request, step)
        order.refund_minor = told_minor
        await session.flush()
        assert await value.spend_by_member(session, [member.id]) == {member.id: spent}
        worth = await value.of_member(session, member.id)
        assert worth.spend_minor == spent


class TestOfMember:
    async def test_a_good_customer(self, session, frozen_clock):
        member = await make_member(session)
        for days in range(0, 80, 10):
            await make_order(session, member, placed_at=frozen_clock.moment - timedelta(days=days))
        worth = await value.of_member(session, member.id)
        assert (worth.orders, worth.spend_minor, worth.rfm) == (8, 8 * 39_900, "554")
        assert worth.last_order_at == frozen_clock.moment

    @pytest.mark.parametrize(("days", "recency"), [(30, 5), (31, 4), (61, 3), (121, 2), (241, 1), (500, 1)])
    async def test_recency_falls_with_the_days(self, session, frozen_clock, days, recency):
        member = await make_member(session)
        await make_order(session, member, placed_at=frozen_clock.moment - timedelta(days=days))
        assert (await value.of_member(session, member.id)).recency == recency

    async def test_nothing_bought(self, session):
        member = await make_member(session)
        worth = await value.of_member(session, member.id)
        assert (worth.spend_minor, worth.last_order_at, worth.rfm) == (0, None, "111")
        assert await value.purchase_days(session, [member.id]) == {}


class TestPurchaseDays:
    async def test_days_of_the_asked_members_alone_however_close_their_numbers_lie(self, session, frozen_clock):
        members = [await make_member(session) for _ in range(3)]
        for member in members:
            for days in (5, 5, 2):
                await make_order(session, member, placed_at=frozen_clock.moment - timedelta(days=days))
        first, _, third = (member.id for member in members)
        found = await value.purchase_days(session, [third, first])
        assert set(found) == {first, third}
        assert [spent for _, spent in found[first]] == [2 * 39_900, 39_900]
        (earlier, _), (later, _) = found[first]
        assert later - earlier == 3
