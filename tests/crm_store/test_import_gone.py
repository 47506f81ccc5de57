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

ZED = {
    "member_number": "Z1",
    "family_name": "One",
    "given_name": "Zed",
    "phone": "13911112222",
    "marketing_consent": "yes",
}
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

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ({"event_at": "2026-10-01"}, "event_at"),
            ({"event_code": "", "delivered_at": "2025-10-01"}, "delivered_at"),
            ({"created_at": "2026-11-10", "event_code": "", "delivered_at": "2026-11-09"}, "delivered_at"),
        ],
    )
    async def test_nor_does_one_arrive_before_it_was_ordered(
        self, session: AsyncSession, frozen_clock: FrozenClock, row: dict[str, Any], column: str
    ) -> None:
        await take(session, "members", SAM)
        await take(session, "orders", bought("O2", "Z2", status="completed"))
        early = sent("P9", "O2") | row
        assert await reasons(session, "parcels", early) == [(1, column, "before_what_comes_first")]
        assert await reasons(session, "parcels", sent("P3", "O2"), early) == [(2, column, "before_what_comes_first")]


class TestLeft:
    @pytest.fixture
    async def zed(self, session: AsyncSession, frozen_clock: FrozenClock) -> Member:
        await take(session, "members", ZED, SAM)
        zed = await member(session, "Z1")
        await members.leave(session, zed, by="member")
        # The leaving ends the wish for news as well, without a word of its own.
        zed.marketing_consent = False
        await session.flush()
        return zed

    @pytest.mark.parametrize(
        "row",
        [
            {"status": "active", "marketing_consent": "yes"},
            {"status": "正常", "marketing_consent": "是"},
            {"status": "active"},
            {"marketing_consent": "yes"},
            {"status": "left", "marketing_consent": "yes"},
        ],
    )
    @pytest.mark.parametrize("together", [False, True])
    async def test_an_older_file_brings_nobody_back(
        self, session: AsyncSession, zed: Member, row: dict[str, Any], together: bool
    ) -> None:
        rows = [{"member_number": "Z1"} | row, *([SAM] if together else [])]
        report = await take(session, "members", *rows)
        assert (report.unchanged, report.refused) == (len(rows), [])
        assert [(note.line, note.value, note.reason_code) for note in report.notes] == [(1, "Z1", "kept_as_left")]
        assert (zed.status, zed.marketing_consent) == ("left", False)
        assert zed.left_at is not None

    async def test_what_else_the_row_says_is_taken(self, session: AsyncSession, zed: Member) -> None:
        report = await take(session, "members", ZED | {"status": "active", "given_name": "Zoe"})
        assert (report.updated, len(report.notes), zed.given_name, zed.status) == (1, 1, "Zoe", "left")

    async def test_who_came_back_here_is_back(self, session: AsyncSession, zed: Member) -> None:
        await members.keep(session, zed, by="member")
        report = await take(session, "members", ZED | {"status": "active"})
        assert (report.notes, zed.status, zed.marketing_consent) == ([], "active", True)

    async def test_what_a_file_said_a_later_one_may_unsay(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await take(session, "members", SAM)
        await take(session, "members", SAM | {"status": "left"})
        report = await take(session, "members", SAM | {"status": "active"})
        assert (report.updated, report.notes) == (1, [])
        assert (await member(session, "Z2")).status == "active"
