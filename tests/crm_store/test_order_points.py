"""An order's points follow its state: they come when it is complete, once, and go with what comes back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, order_settlement, orders, points, returns, tiers
from crm_store.clock import FrozenClock
from crm_store.importing import ImportKind, as_rows, import_rows
from crm_store.members import Member
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.products import Product
from crm_store.returns import ReturnStatus
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import SHOES, TEA, make_member, make_order

DAY = timedelta(days=1)


async def buyer(session: AsyncSession, **more: Any) -> Member:
    await tiers.ensure_defaults(session)
    return await make_member(session, **more)


async def delivered(session: AsyncSession, member: Member, **more: Any) -> Order:
    return await make_order(session, member, status=OrderStatus.DELIVERED, **more)


async def earned_after(session: AsyncSession, clock: FrozenClock, days: int = 7) -> None:
    clock.move(days * DAY)
    await settle_all(session)


async def settle_all(session: AsyncSession) -> None:
    while (await order_settlement.settle_due(session)).done:
        pass


async def send_back(session: AsyncSession, order: Order, line: int, quantity: int, key: str) -> None:
    request = await returns.open_return(session, order, order.lines[line], reason="quality", quantity=quantity, key=key)
    for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
        request = await returns.advance(session, request, step)


async def standing(session: AsyncSession, member: Member) -> tuple[int, int]:
    assert (await points.verify(session, member.id)).agrees
    return await points.balance_and_owed(session, member.id)


async def send(session: AsyncSession, kind: ImportKind, *rows: dict[str, Any]) -> Any:
    return await import_rows(session, kind, as_rows(rows), source="test")


class TestWhenTheyCome:
    async def test_a_week_after_delivery_the_order_is_complete_and_earns_its_goods(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session)
        order = await delivered(session, member, shipping_minor=800)
        await earned_after(session, frozen_clock, 6)
        assert (order.status, await standing(session, member)) == (OrderStatus.DELIVERED, (0, 0))
        await earned_after(session, frozen_clock, 1)
        assert (order.status, await standing(session, member)) == (OrderStatus.COMPLETED, (399, 0))
        assert order.completed_at == frozen_clock.moment
        await earned_after(session, frozen_clock, 1)
        assert await standing(session, member) == (399, 0)

    async def test_placing_and_paying_bring_nothing(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        for status in (OrderStatus.PAID, OrderStatus.SHIPPED):
            await make_order(session, member, status=status)
        await earned_after(session, frozen_clock, 60)
        assert await standing(session, member) == (0, 0)

    async def test_goods_that_go_back_before_bring_nothing_and_the_rest_does(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session)
        order = await delivered(session, member, items=[SHOES, TEA])
        await send_back(session, order, 0, 1, "r1")
        assert await standing(session, member) == (0, 0)
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (160, 0)

    async def test_while_a_return_runs_they_wait(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="r1")
        await earned_after(session, frozen_clock, 20)
        assert await standing(session, member) == (0, 0)
        await returns.advance(session, request, ReturnStatus.REJECTED, rejection="used")
        await settle_all(session)
        assert await standing(session, member) == (399, 0)

    async def test_a_member_who_has_left_earns_nothing(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        member.status = "left"
        await earned_after(session, frozen_clock)
        assert (order.status, await standing(session, member)) == (OrderStatus.COMPLETED, (0, 0))


class TestOnce:
    async def test_however_it_is_told(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        told = await accrual.complete(session, order)
        assert [entry.points for entry in told] == [399]
        assert await accrual.complete(session, order) == told
        row = {"member_number": member.number, "points": 399, "reason": "购物", "reference": order.number}
        report = await send(session, ImportKind.POINTS, {"external_id": "T-1", **row}, {"external_id": "T-2", **row})
        assert [refusal.reason_code for refusal in report.refused] == ["order_earned_before"] * 2
        await earned_after(session, frozen_clock, 30)
        assert await standing(session, member) == (399, 0)

    async def test_the_shops_file_first(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        row = {"member_number": member.number, "points": 400, "reason": "购物", "reference": order.number}
        rows = [{"external_id": f"T-{number}", **row} for number in (1, 2)]
        report = await send(session, ImportKind.POINTS, *rows)
        assert (report.created, [refusal.reason_code for refusal in report.refused]) == (1, ["order_earned_before"])
        assert (await send(session, ImportKind.POINTS, rows[0])).unchanged == 1
        await earned_after(session, frozen_clock)
        assert await accrual.complete(session, order) != []
        assert await standing(session, member) == (400, 0)


class TestImportedOrders:
    ROW: ClassVar[dict[str, Any]] = {
        "order_number": "W-1",
        "sku": "T",
        "product_name": "茶",
        "price": "200",
        "quantity": 1,
    }

    @pytest.mark.parametrize(
        ("moments", "expected"),
        [
            ({"delivered_at": "2026-11-10 10:00", "completed_at": "2026-11-17 10:00"}, 200),
            ({"delivered_at": "2026-09-10 10:00", "completed_at": "2026-09-17 10:00"}, 0),
            ({}, 0),
        ],
        ids=["complete a few days ago", "history, whose points come in a file", "nobody knows when"],
    )
    @pytest.mark.parametrize("together", [False, True], ids=["one row", "many rows"])
    async def test_an_order_that_comes_complete(
        self, session: AsyncSession, frozen_clock: FrozenClock, moments: dict[str, str], expected: int, together: bool
    ) -> None:
        member = await buyer(session)
        row = self.ROW | {"member_number": member.number, "status": "completed", "placed_at": "2026-09-01"} | moments
        other = self.ROW | {"member_number": member.number, "order_number": "W-2", "placed_at": "2026-11-01"}
        report = await send(session, ImportKind.ORDERS, row, *([other] if together else []))
        assert not report.refused
        await settle_all(session)
        assert await standing(session, member) == (expected, 0)

    async def test_an_order_that_becomes_complete(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        row = self.ROW | {"member_number": member.number, "placed_at": "2026-11-01", "status": "paid"}
        await send(session, ImportKind.ORDERS, row)
        await send(session, ImportKind.ORDERS, row | {"status": "completed"})
        await settle_all(session)
        assert await standing(session, member) == (200, 0)


class TestTakenBack:
    async def test_the_whole_order(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        await earned_after(session, frozen_clock)
        await send_back(session, order, 0, 1, "r1")
        assert (order.status, await standing(session, member)) == (OrderStatus.RETURNED, (0, 0))

    async def test_a_part_takes_its_share_and_the_parts_together_the_whole(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session)
        order = await delivered(session, member, items=[SHOES, TEA])
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (559, 0)
        await send_back(session, order, 1, 1, "r1")
        assert await standing(session, member) == (479, 0)
        await send_back(session, order, 1, 1, "r2")
        await send_back(session, order, 0, 1, "r3")
        assert await standing(session, member) == (0, 0)

    async def test_what_was_spent_is_owed_and_the_next_points_pay_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session)
        order = await delivered(session, member)
        await earned_after(session, frozen_clock)
        await points.spend(session, member.id, points=300, reason="redeem", key="s1")
        await send_back(session, order, 0, 1, "r1")
        assert await standing(session, member) == (0, 300)
        (taken, *_) = await points.history(session, member.id)
        assert (taken.points, taken.owed, taken.reference, taken.details) == (
            -99, 300, order.number, {"return": "R-2026-0001"},
        )  # fmt: skip
        await points.earn(session, member.id, points=200, reason="review", key="e1")
        assert await standing(session, member) == (0, 100)
        await points.earn(session, member.id, points=150, reason="review", key="e2")
        assert await standing(session, member) == (50, 0)

    async def test_the_birthdays_share_goes_too_and_the_level_falls_at_once(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session, birthday=date(1990, 11, 22))
        dear = LineItem(sku="WATCH", names={"en": "Watch"}, price_minor=1200_00)
        order = await delivered(session, member, items=[dear])
        await earned_after(session, frozen_clock)
        assert (member.tier_code, await standing(session, member)) == ("silver", (2400, 0))
        await send_back(session, order, 0, 1, "r1")
        assert (member.tier_code, await standing(session, member)) == ("bronze", (0, 0))

    async def test_a_row_of_the_shops_file(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        given = {"member_number": member.number, "reference": "POS-1"}
        report = await send(
            session, ImportKind.POINTS,
            {"external_id": "1", "points": 100, "reason": "购物", **given},
            {"external_id": "2", "points": -80, "reason": "兑换", "member_number": member.number},
            {"external_id": "3", "points": -100, "reason": "退货", **given},
        )  # fmt: skip
        assert (report.created, report.refused) == (3, [])
        assert await standing(session, member) == (0, 80)
        again = await send(session, ImportKind.POINTS, {"external_id": "4", "points": -100, "reason": "退货", **given})
        assert [refusal.reason_code for refusal in again.refused] == ["order_taken_back"]

    async def test_points_given_elsewhere_are_taken_from_what_is_there(self, session: AsyncSession) -> None:
        member = await buyer(session)
        await points.earn(session, member.id, points=20, reason="import", key="e")
        row = {"external_id": "9", "member_number": member.number, "points": -50, "reason": "退货", "reference": "OLD"}
        assert (await send(session, ImportKind.POINTS, row)).created == 1
        assert await standing(session, member) == (0, 30)


class TestRules:
    async def test_a_currency_counts_by_its_rate_and_an_unknown_one_is_refused(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session)
        yen = LineItem(sku="K", names={"en": "Kettle"}, price_minor=12_800_00)
        order = await delivered(session, member, items=[yen], currency="JPY")
        with pytest.raises(accrual.CurrencyEarnsNothing):
            await accrual.complete(session, order)
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (0, 0)
        with changed("points: {currencies: {CNY: 1, JPY: 0.048}}"):
            other = await delivered(session, member, items=[yen], currency="JPY")
            await earned_after(session, frozen_clock)
            assert [entry.points for entry in await points.order_earnings(session, member.id, other.number)] == [614]

    async def test_goods_of_a_category_count_more(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        session.add(Product(sku="TEA-1", names={"en": "Tea"}, category="tea", price_minor=80_00))
        with changed("points: {categories: {tea: 1.5}}"):
            order = await delivered(session, member, items=[SHOES, TEA], discount_minor=59_00)
            await earned_after(session, frozen_clock)
            # 399 + 1.5 × 160 of 559, of which 500 were paid.
            assert await standing(session, member) == (571, 0)
            await send_back(session, order, 1, 2, "r1")
            assert await standing(session, member) == (356, 0)

    @pytest.mark.parametrize(
        ("days", "placed", "doubled"),
        [
            ("day", "2026-11-28", True), ("day", "2026-11-26", False),
            ("week", "2026-11-26", True), ("week", "2026-11-29", True), ("week", "2026-11-30", False),
            ("month", "2026-11-01", True), ("month", "2026-12-01", False),
        ],
    )  # fmt: skip
    async def test_the_birthday_is_a_day_a_week_or_a_month(
        self, session: AsyncSession, days: str, placed: str, doubled: bool
    ) -> None:
        member = await buyer(session, birthday=date(1990, 11, 28))
        at = datetime.fromisoformat(f"{placed}T04:00:00+00:00")
        with changed(f"points: {{birthday_days: {days}}}"):
            written = await accrual.earn_for_purchase(
                session, member, total_minor=100_00, order_number="1", key="order:1", at=at
            )
        assert [entry.points for entry in written] == [100, 100][: 1 + doubled]

    async def test_the_week_of_a_birthday_at_new_year_begins_in_the_year_before(self, session: AsyncSession) -> None:
        member = await buyer(session, birthday=date(1990, 1, 1))
        at = datetime(2026, 12, 28, 4, tzinfo=UTC)
        with changed("points: {birthday_days: week}"):
            written = await accrual.earn_for_purchase(
                session, member, total_minor=100_00, order_number="1", key="order:1", at=at
            )
        assert [entry.details.get("birthday") for entry in written] == [None, 2027]

    async def test_only_the_first_order_of_a_birthday_where_the_shop_says_so(self, session: AsyncSession) -> None:
        member = await buyer(session, birthday=date(1990, 11, 28))
        at = datetime(2026, 11, 28, 4, tzinfo=UTC)
        with changed("points: {birthday_once: on}"):
            for number in ("1", "2"):
                await accrual.earn_for_purchase(
                    session, member, total_minor=100_00, order_number=number, key=f"order:{number}", at=at
                )
        assert await standing(session, member) == (300, 0)

    async def test_a_survey_brings_points_where_the_shop_gives_them(self, session: AsyncSession) -> None:
        member = await buyer(session)
        assert await accrual.earn_for_survey(session, member, key="c1") is None
        with changed("points: {survey: 15}"):
            for _ in range(2):
                await accrual.earn_for_survey(session, member, key="c1")
        assert await standing(session, member) == (15, 0)


class TestCancelled:
    async def test_points_booked_too_early_go_again(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await buyer(session)
        order = await make_order(session, member, status=OrderStatus.PAID)
        row = {"external_id": "1", "member_number": member.number, "points": 399, "reason": "购物"}
        await send(session, ImportKind.POINTS, row | {"reference": order.number})
        await orders.cancel(session, order, key="c1")
        await settle_all(session)
        assert await standing(session, member) == (0, 0)
        assert (await points.history(session, member.id))[0].reason == "order_cancelled"


class TestMoneyPaidBack:
    """A shop's export says what was paid back of an order that stands; no points are for that money."""

    ROW: ClassVar[dict[str, Any]] = {
        "order_number": "E1",
        "member_number": "HK7",
        "placed_at": "2026-11-20",
        "paid_at": "2026-11-20",
        "status": "paid",
        "price": "500",
        "total": "1000",
    }

    async def told(self, session: AsyncSession, frozen_clock: FrozenClock, **more: Any) -> Any:
        """The order's two lines; `back`: of the second, `whole`: of the order."""
        row = {**self.ROW, **{field: more[field] for field in ("status", "completed_at") if field in more}}
        if "whole" in more:
            row["refund"] = more["whole"]
        second = {**row, "sku": "B", "product_name": "锅"} | ({"line_refund": more["back"]} if "back" in more else {})
        return await send(session, ImportKind.ORDERS, {**row, "sku": "A", "product_name": "杯"}, second)

    @pytest.mark.parametrize("how", [{"back": "500.00"}, {"whole": "500"}])
    async def test_it_earns_nothing(self, session: AsyncSession, frozen_clock: FrozenClock, how: Any) -> None:
        member = await buyer(session, number="HK7")
        await self.told(session, frozen_clock)
        done = {"status": "completed", "completed_at": frozen_clock.moment.isoformat(), **how}
        await self.told(session, frozen_clock, **done)
        assert (await self.told(session, frozen_clock, **done)).unchanged == 2
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (500, 0)

    async def test_it_is_kept_of_an_order_that_comes_with_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session, number="HK7")
        done = {"status": "completed", "completed_at": frozen_clock.moment.isoformat(), "back": "500"}
        await self.told(session, frozen_clock, **done)
        assert (await self.told(session, frozen_clock, **done)).unchanged == 2
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (500, 0)

    async def test_told_after_they_came_they_go_and_once_only(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session, number="HK7")
        done = {"status": "completed", "completed_at": frozen_clock.moment.isoformat()}
        await self.told(session, frozen_clock, **done)
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (1000, 0)
        for _ in range(2):
            await self.told(session, frozen_clock, **done, back="200")
            await settle_all(session)
            assert await standing(session, member) == (800, 0)
        # A file of the other line alone takes nothing of it back.
        other = {**self.ROW, **done, "sku": "A", "product_name": "杯", "line_refund": "100"}
        await send(session, ImportKind.ORDERS, other)
        await settle_all(session)
        assert await standing(session, member) == (800, 0)

    async def test_one_that_never_earned_here_earns_nothing_by_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session, number="HK7")
        done = {"status": "completed", "completed_at": "2026-11-20"}
        frozen_clock.move(90 * DAY)
        await self.told(session, frozen_clock, **done)
        await self.told(session, frozen_clock, **done, back="200")
        await settle_all(session)
        assert await standing(session, member) == (0, 0)

    async def test_what_came_back_here_and_was_paid_back_there_is_one(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await buyer(session, number="HK7")
        order = await delivered(session, member, number="E2", items=[SHOES, TEA])
        await send_back(session, order, 0, 1, "r1")
        order.refund_minor = 39_900
        await earned_after(session, frozen_clock)
        assert await standing(session, member) == (160, 0)
