"""Points and levels by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.desk.desk import Desk
from bot.jobs.points import adjust_levels, expire_points, settle_orders
from crm_store import members, orders, points, tiers
from crm_store.clock import FrozenClock
from crm_store.order_settlement import OrdersNotSettled
from crm_store.orders import OrderStatus
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member, make_order

DAY = timedelta(days=1)


async def test_delivered_orders_are_completed_and_earn_together(desk: Desk, frozen_clock: FrozenClock) -> None:
    async with desk.database.transaction() as session:
        await tiers.ensure_defaults(session)
        people = [await make_member(session) for _ in range(3)]
        placed = [await make_order(session, member, status=OrderStatus.DELIVERED) for member in (*people, people[0])]
    assert await settle_orders(desk.database) == 0
    frozen_clock.move(7 * DAY)
    assert await settle_orders(desk.database) == 4
    assert await settle_orders(desk.database) == 0
    async with desk.database.reading() as session:
        assert [await points.balance(session, member.id) for member in people] == [798, 399, 399]
        for member in people:
            assert (await points.verify(session, member.id)).agrees
            history = await points.history(session, member.id)
            assert {entry.reference for entry in history} <= {order.number for order in placed}


@pytest.mark.parametrize("before", [2**31 - 1, 100_000_000])
async def test_one_order_that_cannot_earn_is_named_and_holds_up_no_other(
    desk: Desk, frozen_clock: FrozenClock, before: int
) -> None:
    """What stands there may be of before there were limits, and more than one column holds with anything on top."""
    async with desk.database.transaction() as session:
        await tiers.ensure_defaults(session)
        people = [await make_member(session) for _ in range(3)]
        full = people[1]
        await points.earn(session, full.id, points=10, reason="import", key="a", qualifies=False)
        await session.execute(update(points.Account).where(points.Account.member_id == full.id).values(balance=before))
        placed = [await make_order(session, member, status=OrderStatus.DELIVERED) for member in (*people, people[0])]
    frozen_clock.move(7 * DAY)
    for _ in range(2):
        with pytest.raises(OrdersNotSettled) as refused:
            await settle_orders(desk.database)
        assert refused.value.apart == {placed[1].number: "balance_above_limit"}
        assert placed[1].number in str(refused.value)
    async with desk.database.reading() as session:
        assert [await points.balance(session, member.id) for member in people] == [798, before, 399]
        waiting = await orders.by_number(session, placed[1].number)
        assert waiting is not None
        assert (waiting.status, waiting.completed_at) == (OrderStatus.DELIVERED, None)
    with changed("points: {most: {at_once: 10000000, balance: 200000000}}"):
        if before == 100_000_000:
            assert await settle_orders(desk.database) == 1


async def test_points_go_after_the_last_second_of_their_day_at_the_shop(desk: Desk, frozen_clock: FrozenClock) -> None:
    async with desk.database.transaction() as session:
        member = await make_member(session)
        await points.earn(session, member.id, points=10, reason="purchase", key="a")
        (lot,) = await points.expiring_lots(session, member.id)
        assert lot.day.isoformat() == "2027-12-31"
    frozen_clock.to(points.default_expiry(frozen_clock.moment))
    assert await expire_points(desk.database) == 0
    frozen_clock.move(timedelta(seconds=1))
    assert await expire_points(desk.database) == 1


@pytest.mark.parametrize(("one_at_a_time", "way"), [("off", ["bronze"]), ("on", ["silver", "bronze"])])
async def test_a_level_goes_down_when_the_year_and_the_grace_are_over(
    desk: Desk, frozen_clock: FrozenClock, one_at_a_time: str, way: list[str]
) -> None:
    with changed(f"levels: {{grace: 30 days, one_at_a_time: {one_at_a_time}}}"):
        async with desk.database.transaction() as session:
            await tiers.ensure_defaults(session)
            member = await make_member(session)
            await points.earn(session, member.id, points=6000, reason="purchase", key="a")
            await tiers.recompute(session, member)
        frozen_clock.move(365 * DAY + 30 * DAY)
        assert await adjust_levels(desk.database) == 0
        reached = []
        for _ in way:
            frozen_clock.move(DAY)
            assert await adjust_levels(desk.database) == 1
            assert await adjust_levels(desk.database) == 0
            async with desk.database.reading() as session:
                reached.append((await members.get(session, member.id)).tier_code)
            frozen_clock.move(30 * DAY)
        assert reached == way
