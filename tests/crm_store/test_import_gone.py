"""Who was erased or has left here stays so, whatever an older file says."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, orders, parcels
from crm_store.clock import FrozenClock
from crm_store.importing import ImportReport, as_rows, import_rows
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import Parcel

ZED = {"member_number": "Z1", "name": "Zed One", "phone": "13911112222", "marketing_consent": "yes"}
SAM = {"member_number": "Z2", "name": "Sam Baker"}


def bought(number: str, member: str = "Z1", **more: Any) -> dict[str, Any]:
    goods = {"sku": "X1", "product_name": "Rice", "price": "10", "placed_at": "2026-10-02"}
    whose = {"recipient": "Zed One", "recipient_phone": "13911112222", "address": "1 Main St"}
    return {"order_number": number, "member_number": member} | goods | whose | more


def sent(number: str, order: str, **more: Any) -> dict[str, Any]:
    step = {"event_code": "delivered", "event_at": "2026-10-05", "event_place": "1 Main St, Zed One"}
    return {"parcel_number": number, "order_number": order, "carrier": "SF Express"} | step | more


async def take(session: AsyncSession, kind: str, *rows: dict[str, Any]) -> ImportReport:
    return await import_rows(session, kind, as_rows(rows), source="shop.csv")


async def reasons(session: AsyncSession, kind: str, *rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    report = await take(session, kind, *rows)
    return [(each.line, each.column, each.reason_code) for each in report.refused]


async def member(session: AsyncSession, number: str) -> Member:
    found = await members.by_number(session, number)
    assert found is not None
    return found


class TestErased:
    @pytest.fixture
    async def erased(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await take(session, "members", ZED, SAM)
        await take(session, "orders", bought("O1", status="completed"), bought("O2", "Z2", status="completed"))
        await take(session, "parcels", sent("P1", "O1"), sent("P2", "O2"))
        await members.erase(session, await member(session, "Z1"))
        order = await orders.by_number(session, "O1")
        assert order is not None
        order.recipient = order.recipient_phone = order.address = None
        await session.flush()

    @pytest.mark.usefixtures("erased")
    @pytest.mark.parametrize(
        "row",
        [
            bought("O1", status="completed"),
            bought("O1", recipient="", recipient_phone="", address="", status="completed"),
            bought("O1", status="returned"),
            bought("O9"),
            bought("O9", "z1", status="cancelled"),
        ],
    )
    async def test_no_order_brings_them_back(self, session: AsyncSession, row: dict[str, Any]) -> None:
        assert await reasons(session, "orders", row) == [(1, "member_number", "member_erased")]
        # Together with rows of others, which are taken.
        other = bought("O3", "Z2")
        assert await reasons(session, "orders", other, row) == [(2, "member_number", "member_erased")]
        order = await orders.by_number(session, "O1")
        assert order is not None
        assert (order.recipient, order.recipient_phone, order.address) == (None, None, None)
        assert await session.scalar(select(func.count()).select_from(Order).where(Order.number == "O9")) == 0

    @pytest.mark.usefixtures("erased")
    @pytest.mark.parametrize(
        "row",
        [sent("P1", "O1"), sent("P1", "O1", event_at="2026-10-06"), sent("P9", "O1"), sent("P9", "O1", event_code="")],
    )
    async def test_no_parcel_tells_where_they_live(self, session: AsyncSession, row: dict[str, Any]) -> None:
        assert await reasons(session, "parcels", row) == [(1, "order_number", "member_erased")]
        assert await reasons(session, "parcels", sent("P3", "O2"), row) == [(2, "order_number", "member_erased")]
        assert await session.scalar(select(func.count()).select_from(Parcel).where(Parcel.number == "P9")) == 0
        known = await parcels.by_number(session, "P1")
        assert known is not None
        assert len(known.events) == 1
