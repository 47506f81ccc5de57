"""What there is to tell, and to whom: lately, not told yet, to members who want it and can be reached."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, orders, parcels, points, proactive, tiers
from crm_store.clock import FrozenClock
from crm_store.members import Member
from crm_store.orders import OrderStatus
from crm_store.parcels import ParcelCode
from crm_store.proactive import Kind, News, Topic, due
from crm_store.products import Product
from crm_store.tiers import TierChange, ensure_defaults
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.proactive.shop import reachable, sent
from tests.crm_store.shop import make_member, make_order, make_parcel

pytestmark = pytest.mark.usefixtures("frozen_clock")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def things(found: list[News]) -> list[tuple[str, int]]:
    return [(news.kind, news.member_id) for news in found]


async def product(session: AsyncSession, sku: str, **more: Any) -> Product:
    made = Product(
        sku=sku,
        names={"zh-Hans": "城市双肩包", "zh-Hant": "城市後背包", "en": "City backpack"},
        category="bags",
        price_minor=29_900,
        **({"stock": 3} | more),
    )
    session.add(made)
    await session.flush()
    return made


class TestParcels:
    async def test_the_newest_step_that_is_told_once(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, _ = await reachable(session)
        parcel = await make_parcel(session, await make_order(session, member))
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment - 5 * HOUR)
        step = await parcels.record_event(
            session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=frozen_clock.moment - HOUR
        )
        [found] = await due.parcels_moved(session)
        assert (found.kind, found.member_id, found.thing) == (Kind.PARCEL_MOVED, member.id, str(step.id))
        await sent(session, found)
        assert await due.parcels_moved(session) == []

    async def test_steps_in_between_and_old_ones_are_no_news(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        parcel = await make_parcel(session, await make_order(session, member))
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment - 2 * HOUR)
        await parcels.record_event(session, parcel, code=ParcelCode.LEFT_HUB, at=frozen_clock.moment - HOUR)
        assert await due.parcels_moved(session) == []
        with changed("proactive: {parcel_steps: [left_hub]}"):
            assert len(await due.parcels_moved(session)) == 1
            frozen_clock.move(DAY)
            assert await due.parcels_moved(session) == []

    async def test_old_news_that_comes_in_late_is_not_told_as_new(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        parcel = await make_parcel(session, await make_order(session, member))
        now = frozen_clock.moment
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - HOUR)
        await parcels.record_event(session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=now - 3 * HOUR)
        [found] = await due.parcels_moved(session)
        assert found.facts["event"].code == ParcelCode.DELIVERED
        await sent(session, found)
        await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=now - 9 * HOUR)
        await parcels.record_event(session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=now - HOUR)
        assert await due.parcels_moved(session) == []

    async def test_delivered_is_told_once_however_often_the_carrier_says_so(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        parcel = await make_parcel(session, await make_order(session, member))
        now = frozen_clock.moment
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - 3 * HOUR)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - 2 * HOUR)
        [found] = await due.parcels_moved(session)
        await sent(session, found)
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now - HOUR)
        assert await due.parcels_moved(session) == []
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERY_FAILED, at=now - HOUR / 2)
        await sent(session, *await due.parcels_moved(session))
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=now)
        assert len(await due.parcels_moved(session)) == 1

    async def test_not_to_who_switched_it_off_or_has_no_address(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        off, _ = await reachable(session)
        await proactive.stop(session, off, [Topic.PARCELS])
        for member in (off, await make_member(session)):
            parcel = await make_parcel(session, await make_order(session, member))
            await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment - HOUR)
        assert await due.parcels_moved(session) == []

    async def test_late_is_told_before_anybody_asks_and_again_after_a_new_promise(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        parcel = await make_parcel(session, await make_order(session, member), promised_at=frozen_clock.moment + HOUR)
        frozen_clock.move(2 * HOUR - timedelta(minutes=1))
        assert await due.parcels_late(session) == []
        frozen_clock.move(timedelta(minutes=1))
        [found] = await due.parcels_late(session)
        await sent(session, found)
        assert await due.parcels_late(session) == []
        parcel.promised_at = frozen_clock.moment + HOUR
        frozen_clock.move(3 * HOUR)
        assert things(await due.parcels_late(session)) == [(Kind.PARCEL_LATE, member.id)]
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=frozen_clock.moment)
        assert await due.parcels_late(session) == []

    async def test_what_is_late_for_days_is_no_news_to_anybody(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        await make_parcel(session, await make_order(session, member), promised_at=frozen_clock.moment + HOUR)
        frozen_clock.move(HOUR + due.LATE_TOLD_FOR)
        assert await due.parcels_late(session) == []


class TestMoneyAndPoints:
    async def test_a_refund_that_was_paid(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, _ = await reachable(session)
        order = await make_order(session, member)
        await orders.cancel(session, order, reason="", key="c")
        assert await due.refunds_paid(session) == []
        order.refunded_at = frozen_clock.moment
        assert things(await due.refunds_paid(session)) == [(Kind.REFUND_PAID, member.id)]

    async def test_points_that_end_within_thirty_days_are_told_once(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)
        for number, days in enumerate((10, 10, 31)):
            await points.earn(
                session, member.id, points=100, reason="purchase", key=f"p{number}",
                expires_at=frozen_clock.moment + days * DAY,
            )  # fmt: skip
        [found] = await due.points_expiring(session)
        assert (found.facts["points"], found.facts["day"]) == (200, date(2026, 12, 2))
        await sent(session, found)
        frozen_clock.move(9 * DAY)
        assert await due.points_expiring(session) == []

    async def test_a_level_that_was_reached_and_no_fall(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await ensure_defaults(session)
        for number, (before, after) in enumerate((("bronze", "silver"), ("gold", "silver"))):
            member, _ = await reachable(session, user=f"u{number}", tier=after)
            await points.earn(session, member.id, points=1, reason="purchase", key=f"p{number}")
            session.add(
                TierChange(
                    member_id=member.id, from_tier=before, to_tier=after, earned_points=1, at=frozen_clock.moment
                )
            )
        await session.flush()
        [found] = await due.tiers_reached(session)
        assert found.facts["tier"] == "silver"

    async def test_no_congratulation_for_points_that_were_imported_from_long_ago(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await ensure_defaults(session)
        member, _ = await reachable(session)
        await points.earn(session, member.id, points=5000, reason="import", key="p", at=frozen_clock.moment - 30 * DAY)
        await tiers.recompute(session, member)
        assert member.tier_code == "gold"
        assert await due.tiers_reached(session) == []
        await points.earn(session, member.id, points=1, reason="purchase", key="q")
        assert things(await due.tiers_reached(session)) == [(Kind.TIER_REACHED, member.id)]


class TestGoods:
    async def test_back_in_stock_is_told_to_who_asked_once(self, session: AsyncSession) -> None:
        member, _ = await reachable(session, marketing_consent=False)
        bag = await product(session, "BAG", stock=0)
        assert await proactive.watch(session, member, bag)
        assert not await proactive.watch(session, member, bag)
        assert await proactive.waited_for(session, member.id) == [bag]
        assert await due.back_in_stock(session) == []
        bag.stock = 2
        [found] = await due.back_in_stock(session)
        await sent(session, found)
        assert await due.back_in_stock(session) == []
        assert await proactive.waited_for(session, member.id) == []
        assert await proactive.watch(session, member, bag)
        assert len(await due.back_in_stock(session)) == 1

    async def test_new_goods_in_a_chosen_interest_to_who_agreed(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        reader, _ = await reachable(session, interests=["bags"])
        await reachable(session, user="other taste", interests=["shoes"])
        await reachable(session, user="no yes", interests=["bags"], marketing_consent=False)
        await reachable(session, user="none chosen")
        await product(session, "OLD", released_at=frozen_clock.moment - 8 * DAY)
        await product(session, "GONE", released_at=frozen_clock.moment - DAY, stock=0)
        bag = await product(session, "NEW", released_at=frozen_clock.moment - DAY)
        [found] = await due.new_goods(session)
        assert (found.member_id, found.facts["products"]) == (reader.id, [bag])
        await sent(session, found)
        assert await due.new_goods(session) == []
        await product(session, "NEWER", released_at=frozen_clock.moment)
        assert things(await due.new_goods(session)) == [(Kind.NEW_GOODS, reader.id)]


class TestDaysToCelebrate:
    async def test_a_birthday_at_the_shop_once_a_year(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, _ = await reachable(session, birthday=date(1990, 11, 22))
        await reachable(session, user="another day", birthday=date(1990, 11, 23))
        [found] = await due.birthdays(session)
        assert found.member_id == member.id
        await sent(session, found)
        assert await due.birthdays(session) == []

    async def test_who_was_born_on_a_leap_day(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member, _ = await reachable(session, birthday=date(1992, 2, 29))
        frozen_clock.to(frozen_clock.moment.replace(year=2027, month=2, day=28))
        assert things(await due.birthdays(session)) == [(Kind.BIRTHDAY, member.id)]
        frozen_clock.to(frozen_clock.moment.replace(year=2028, month=2, day=28))
        assert await due.birthdays(session) == []

    async def test_thanks_for_the_first_order_that_arrived(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, _ = await reachable(session)

        async def arrives(who: Member, days_ago: int) -> None:
            await make_order(
                session, who, status=OrderStatus.DELIVERED, placed_at=frozen_clock.moment - days_ago * DAY,
                reached_at=frozen_clock.moment - HOUR,
            )  # fmt: skip

        await arrives(member, 3)
        [found] = await due.thanks_due(session)
        assert (found.member_id, found.facts["place"]) == (member.id, 1)
        await arrives(member, 2)
        assert len(await due.thanks_due(session)) == 1
        with changed("proactive: {thanks_at_orders: [2]}"):
            assert [news.facts["place"] for news in await due.thanks_due(session)] == [2]


async def test_who_wants_to_leave_still_hears_of_parcels_and_gets_no_marketing(
    session: AsyncSession, frozen_clock: FrozenClock
) -> None:
    member, _ = await reachable(session, birthday=date(1990, 11, 22))
    await members.request_cancellation(session, member)
    parcel = await make_parcel(session, await make_order(session, member))
    await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=frozen_clock.moment - HOUR)
    assert await due.birthdays(session) == []
    assert len(await due.parcels_moved(session)) == 1
