"""An order is one order, in whatever capitals or width its number is written, and earns once."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, clock, order_settlement, orders, points, tiers
from crm_store.clock import FrozenClock
from crm_store.importing import ImportReport, as_rows, import_rows, order_numbers
from crm_store.members import Member
from crm_store.orders import LineItem, Order, OrderStatus
from tests.crm_store.shop import SHOES, make_member, make_order

ROW = {
    "placed_at": "2026-11-01 10:00",
    "sku": "RUN-01",
    "product": "Shoes",
    "price": "100.00",
    "status": "completed",
    "completed_at": "2026-11-22 10:00",
}
FORMS = ["co-3", "CO-3", "Co-3", "ｃｏ-3", "ＣＯ－３"]


@pytest.fixture(autouse=True)
def _still(frozen_clock: FrozenClock) -> None:
    """Time stands still."""


async def buyer(session: AsyncSession) -> Member:
    await tiers.ensure_defaults(session)
    return await make_member(session)


async def send(session: AsyncSession, kind: str, member: Member, *rows: dict[str, Any]) -> ImportReport:
    told = [{"member_number": member.number, **row} for row in rows]
    return await import_rows(session, kind, as_rows(told), source="shop.csv")


async def settle_all(session: AsyncSession) -> None:
    while (await order_settlement.settle_due(session)).done:
        pass


async def numbers(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(Order.number).order_by(Order.number)))


class TestOrders:
    async def test_all_its_forms_are_one_order_in_one_file_and_in_several(self, session: AsyncSession) -> None:
        member = await buyer(session)
        first = await send(session, "orders", member, *[ROW | {"order_number": form} for form in FORMS[:2]])
        assert (first.created, first.refused) == (1, [])
        for form in FORMS:
            await send(session, "orders", member, ROW | {"order_number": form})
        assert await numbers(session) == ["CO-3"]

    async def test_one_that_is_kept_in_small_letters_stays_what_it_is(self, session: AsyncSession) -> None:
        member = await buyer(session)
        await make_order(session, member, number="co-3")
        await send(session, "orders", member, ROW | {"order_number": "CO-3"})
        assert await numbers(session) == ["co-3"]

    async def test_of_two_that_are_kept_apart_each_is_found_by_its_own_signs(self, session: AsyncSession) -> None:
        member = await buyer(session)
        for number in ("co-3", "CO-3"):
            await make_order(session, member, number=number)
        for number in ("co-3", "CO-3"):
            report = await send(session, "orders", member, ROW | {"order_number": number, "status": "delivered"})
            assert report.created == 0
        assert await numbers(session) == ["CO-3", "co-3"]

    async def test_where_two_are_kept_apart_a_third_form_means_the_one_form(self, session: AsyncSession) -> None:
        member = await buyer(session)
        for n in range(8):
            for number in (f"co-{n}", f"CO-{n}"):
                await make_order(session, member, number=number)
        batch = [{"order_number": f"Co-{n}"} for n in range(8)]
        await order_numbers.settle(session, batch)
        assert [row["order_number"] for row in batch] == [f"CO-{n}" for n in range(8)]

    async def test_a_parcel_finds_it_too(self, session: AsyncSession) -> None:
        member = await buyer(session)
        order = await make_order(session, member, number="CO-3")
        parcel = {"parcel_number": "SF1", "order_number": "ｃｏ-3", "carrier": "SF"}
        assert (await import_rows(session, "parcels", as_rows([parcel]), source="shop.csv")).created == 1
        assert order.number == "CO-3"


class TestPoints:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("told", FORMS)
    async def test_a_movement_told_first_and_the_order_later(self, session: AsyncSession, told: str, form: str) -> None:
        member = await buyer(session)
        given = {"external_id": "E1", "points": 100, "reason": "purchase", "reference": told}
        await send(session, "points", member, given)
        await send(session, "orders", member, ROW | {"order_number": form})
        await settle_all(session)
        assert await points.balance(session, member.id) == 100

    @pytest.mark.parametrize("form", FORMS)
    async def test_the_order_first_and_a_movement_later(self, session: AsyncSession, form: str) -> None:
        member = await buyer(session)
        await send(session, "orders", member, ROW | {"order_number": "CO-3"})
        await settle_all(session)
        rows = [{"external_id": f"E{n}", "points": 100, "reason": "purchase", "reference": form} for n in range(2)]
        report = await send(session, "points", member, *rows)
        assert [each.reason_code for each in report.refused] == ["order_earned_before"] * 2
        assert await points.balance(session, member.id) == 100

    async def test_two_movements_in_one_file(self, session: AsyncSession) -> None:
        member = await buyer(session)
        rows = [
            {"external_id": f"E{n}", "points": 100, "reason": "purchase", "reference": form}
            for n, form in enumerate(FORMS)
        ]
        report = await send(session, "points", member, *rows)
        assert (report.created, len(report.refused)) == (1, 4)

    async def test_the_same_file_again_changes_nothing(self, session: AsyncSession) -> None:
        member = await buyer(session)
        row = {"external_id": "E1", "points": 100, "reason": "purchase", "reference": "Co-3"}
        assert (await send(session, "points", member, row)).created == 1
        assert (await send(session, "points", member, row)).unchanged == 1

    async def test_an_order_that_is_not_known_here(self, session: AsyncSession) -> None:
        member = await buyer(session)
        for form in FORMS:
            await accrual.earn_for_purchase(
                session, member, total_minor=10_000, order_number=form, key=f"order:{form}", at=clock.now()
            )
        assert await points.balance(session, member.id) == 100

    async def test_orders_of_others_and_other_numbers_earn_as_ever(self, session: AsyncSession) -> None:
        member, other = await buyer(session), await make_member(session)
        for owner, number in ((member, "CO-3"), (member, "CO-4"), (other, "CO-5")):
            await send(session, "orders", owner, ROW | {"order_number": number})
        await settle_all(session)
        assert (await points.balance(session, member.id), await points.balance(session, other.id)) == (200, 100)


async def test_what_came_back_of_an_order_is_taken_from_what_it_earned_under_another_form(
    session: AsyncSession,
) -> None:
    member = await buyer(session)
    given = {"external_id": "E1", "points": 399, "reason": "purchase", "reference": "co-3"}
    await send(session, "points", member, given)
    order = await make_order(
        session, member, number="CO-3", status=OrderStatus.COMPLETED, items=[LineItem(**vars(SHOES))]
    )
    order.refund_minor, order.points_due_at = order.total_minor, clock.now()
    await session.flush()
    await settle_all(session)
    assert await points.balance(session, member.id) == 0
    assert len(await points.order_earnings(session, member.id, "CO-3")) <= 1
    assert (await orders.by_number(session, "CO-3")) is order
