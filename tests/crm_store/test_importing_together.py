"""Rows taken together leave exactly what the same rows leave when they are taken one by one."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import tiers
from crm_store.db import Database
from crm_store.importing import ImportKind, ImportReport, as_rows, import_rows, service
from crm_store.members import Member, MemberChange
from crm_store.orders import Order, OrderEvent
from crm_store.parcels import Parcel
from crm_store.points import Account, Entry, Lot, verify

Batch = dict[ImportKind, list[dict[str, Any]]]
CODES = ("created", "picked_up", "arrived_hub", "out_for_delivery", "delivered", "nowhere")


def rows_of(shop: str, seed: int) -> Batch:
    """A shop's files with all that goes wrong in them: rows twice, clashes, unknown people, points taken and short."""
    r = random.Random(seed)
    numbers = [f"{shop}{number}" for number in range(1, 9)]
    members = [
        {
            "member_number": r.choice(numbers),
            "name": r.choice(["林晓月", "Sam Baker", "欧阳志明"]),
            "phone": r.choice(["", f"{ord(shop)}0000{r.randrange(6):04}"]),
            "marketing_consent": r.choice(["", "yes", "no"]),
            "joined_at": r.choice(["2025-06-01", "2025-07-15 14:30"]),
            "status": r.choice(["", "", "", "left"]),
        }
        for _ in range(14)
    ]
    orders = [
        {
            "order_number": f"{shop}-{r.randrange(8)}",
            "member_number": r.choice([*numbers[:3], "nobody"]) if r.random() < 0.2 else numbers[0],
            "placed_at": "2026-10-01 10:00",
            "status": r.choice(["delivered"] * 5 + ["paid", "cancelled", "returned"]),
            "sku": f"S{r.randrange(4)}",
            "product_name": r.choice(["Shoes", "Shoes", ""]),
            "quantity": r.choice([1, 2]),
            "price": r.choice(["99.50", "10"]),
            "discount": r.choice(["", "5"]),
            "delivered_at": r.choice(["", "2026-10-05"]),
        }
        for _ in range(24)
    ]
    parcels = [
        {
            "parcel_number": f"{shop}{r.randrange(5)}",
            "order_number": f"{shop}-{r.randrange(8)}" if r.random() < 0.1 else f"{shop}-{r.randrange(3)}",
            "carrier": r.choice(["SF Express"] * 5 + [""]),
            "promised_at": "2026-10-06",
            "event_code": r.choice(CODES),
            "event_at": f"2026-10-0{r.randrange(1, 7)} 1{r.randrange(4)}:00",
        }
        for _ in range(20)
    ]
    points = [
        {
            "external_id": f"{shop}{r.randrange(30)}",
            "member_number": r.choice(numbers),
            "points": r.choice([500, 900, 40, -100, 0]),
            "at": f"2026-1{r.randrange(2)}-0{r.randrange(1, 9)}",
        }
        for _ in range(24)
    ]
    return dict(zip(ImportKind, (members, orders, parcels, points), strict=True))


async def state(session: AsyncSession, shop: str) -> list[object]:
    """What the store holds of one shop, without ids and the moment of writing, its name taken out."""
    said: list[object] = []
    people = (await session.scalars(select(Member).where(Member.number.startswith(shop)).order_by(Member.number))).all()
    for member in people:
        fields = ("family_name", "given_name", "phone", "joined_at", "status", "tier_code", "marketing_consent")
        phone = (member.phone or "")[2:]
        said.append([member.number[1:], phone, *(getattr(member, field) for field in fields if field != "phone")])
        changes = select(MemberChange.field, MemberChange.old_value, MemberChange.new_value)
        said.append(sorted(map(str, await session.execute(changes.where(MemberChange.member_id == member.id)))))
        said.append(await session.scalar(select(Account.balance).where(Account.member_id == member.id)) or 0)
        entries = select(Entry.kind, Entry.points, Entry.reason, Entry.qualifies, Entry.at)
        said.append(sorted(map(str, await session.execute(entries.where(Entry.member_id == member.id)))))
        lots = select(Lot.points, Lot.remaining, Lot.earned_at, Lot.expires_at).where(Lot.member_id == member.id)
        said.append(sorted(map(str, await session.execute(lots))))
        assert (await verify(session, member.id)).agrees
    plain = ("status", "total_minor", "discount_minor", "placed_at", "delivered_at", "refund_minor")
    for order in await session.scalars(select(Order).where(Order.number.startswith(shop)).order_by(Order.number)):
        said.append([order.number[1:], *(getattr(order, field) for field in plain)])
        said += [[line.position, line.sku, line.names, line.quantity, line.price_minor] for line in order.lines]
        events = select(OrderEvent.kind, OrderEvent.detail, OrderEvent.made_by).where(OrderEvent.order_id == order.id)
        said.append(sorted(map(str, await session.execute(events))))
    for parcel in await session.scalars(select(Parcel).where(Parcel.number.startswith(shop)).order_by(Parcel.number)):
        said.append([parcel.number[1:], parcel.carrier, parcel.status, parcel.promised_at, parcel.delivered_at])
        said.append(sorted(f"{event.code} {event.at} {event.key and event.key[1:]}" for event in parcel.events))
    return said


def told(report: ImportReport, shop: str) -> list[tuple[int, str, str, str]]:
    own = (shop, f"{ord(shop)}0000")
    refused = [(each, next((mark for mark in own if each.value.startswith(mark)), "")) for each in report.refused]
    return [(each.line, each.column, each.value.removeprefix(mark), each.reason_code) for each, mark in refused]


async def none_together(_session: AsyncSession, _importer: object, batch: Sequence[object], _source: str) -> list[None]:
    return [None] * len(batch)


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("seed", range(6))
async def test_the_same_as_one_by_one(session: AsyncSession, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    await tiers.ensure_defaults(session)
    together, in_turn = rows_of("A", seed), rows_of("B", seed)
    for kind in ImportKind:
        at_once = await import_rows(session, kind, as_rows(together[kind]), source="x")
        with monkeypatch.context() as patch:
            patch.setattr(service, "_take_together", none_together)
            one_by_one = await import_rows(session, kind, as_rows(in_turn[kind]), source="x")
        assert told(at_once, "A") == told(one_by_one, "B"), kind
        sums = [(each.created, each.updated, each.unchanged) for each in (at_once, one_by_one)]
        assert sums[0] == sums[1], kind
    assert await state(session, "A") == await state(session, "B")
    # Points that were short the first time may be there by now; nothing else is made anew.
    for kind in (ImportKind.MEMBERS, ImportKind.ORDERS, ImportKind.PARCELS):
        again = await import_rows(session, kind, as_rows(together[kind]), source="x")
        assert again.created == 0, kind


NUMBERS = [f"HK8{number:03}" for number in range(80)]


def of_each(kind: ImportKind, said: str) -> list[dict[str, Any]]:
    if kind is ImportKind.MEMBERS:
        return [{"member_number": number, "name": "林晓月", "preferred_name": said} for number in NUMBERS]
    goods = {"sku": "S", "product_name": "Shoes", "quantity": 1, "price": "9", "placed_at": "2026-10-01"}
    return [{"order_number": f"O{each}", "member_number": each, "recipient": said, **goods} for each in NUMBERS]


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
@pytest.mark.parametrize("kind", [ImportKind.MEMBERS, ImportKind.ORDERS])
async def test_the_same_rows_from_four_sides_at_once(database: Database, kind: ImportKind, known: bool) -> None:
    async def taken(of: ImportKind, said: str, *, backwards: bool = False) -> ImportReport:
        rows = of_each(of, said)
        async with database.transaction() as session:
            return await import_rows(session, of, as_rows(rows[::-1] if backwards else rows), source="x")

    if kind is ImportKind.ORDERS:
        await taken(ImportKind.MEMBERS, "林")
    if known:
        await taken(kind, "林")
    four = (taken(kind, said, backwards=said in "乙丁") for said in "甲乙丙丁")
    reports = await asyncio.gather(*four, return_exceptions=True)
    assert [report for report in reports if isinstance(report, BaseException)] == []
    assert [report.refused for report in reports if isinstance(report, ImportReport)] == [[]] * 4
    assert sum(report.created for report in reports if isinstance(report, ImportReport)) == (0 if known else 80)
