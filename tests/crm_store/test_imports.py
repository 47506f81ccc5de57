"""Imports and their undoing: whatever a file wrote is gone afterwards, and what was made use of stays."""

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    accrual,
    audit,
    erasure,
    importing,
    imports,
    members,
    order_settlement,
    orders,
    parcels,
    points,
    privacy,
    tiers,
)
from crm_store.clock import FrozenClock
from crm_store.db import Base, Database
from crm_store.errors import NotFound
from crm_store.importing import ImportReport
from crm_store.imports import ImportBusy, ImportEntry, ImportNotReady, ImportRefusal, ImportRun, RunState
from crm_store.members import MemberStatus
from crm_store.orders import OrderStatus
from tests.crm_store.overlap import overlapping

MEMBERS = """会员号,姓名,手机号,邮箱,入会日期,接收优惠,状态
HK200001,林晓月,138 1234 5678,xiaoyue@example.com,2025/6/1,是,
HK200002,欧阳志明,13900000002,,2025-07-15 14:30,否,
HK200003,李雷,13900000003,li@example.com,2025-07-16,否,已退会
"""
CHANGED = """会员号,姓名,手机号,邮箱,接收优惠,状态
HK200001,林晓雯,138 9999 5678,new@example.com,否,
HK200002,欧阳志明,13900000002,ou@example.com,是,已退会
HK200009,王芳,13900000009,,否,
"""
ORDERS = """order_number,member_number,placed_at,status,sku,product,quantity,price,size,shipping,paid_at,delivered_at
20261101-0001,HK200001,2026-11-01 10:00,delivered,RUN-01,Light shoes,1,399.00,42,12,2026-11-01 10:05,2026-11-04 15:20
20261101-0001,HK200001,2026-11-01 10:00,delivered,SOCK-3,Socks,2,29.50,,12,2026-11-01 10:05,2026-11-04 15:20
20261110-0002,HK200002,2026-11-10 09:00,paid,COF-01,Pour-over coffee set,1,149,,0,2026-11-10 09:01,
20261110-0003,HK200002,2026-11-10 09:00,cancelled,COF-01,Pour-over coffee set,1,149,,0,2026-11-10 09:01,
"""
MOVED_ON = """order_number,member_number,placed_at,status,sku,product,quantity,price,address,shipped_at
20261110-0002,HK200002,2026-11-10 09:00,shipped,COF-01,Pour-over coffee set,2,140,南京路 1 号,2026-11-12
20261110-0002,HK200002,2026-11-10 09:00,shipped,CUP-02,Cup,1,20,南京路 1 号,2026-11-12
"""
PARCELS = """parcel_number,order_number,carrier,promised_at,event_code,event_at,event_place
SF1029384756,20261110-0002,SF Express,2026-11-21,picked_up,2026-11-11 18:00,杭州
SF1029384756,20261110-0002,SF Express,2026-11-21,到达网点,2026-11-20 18:40,板桥站
"""
ARRIVED = """parcel_number,order_number,event_code,event_at
SF1029384756,20261110-0002,delivered,2026-11-21 09:00
"""
POINTS = """external_id,member_number,points,reason,at,reference
T-1,HK200001,420,购物,2025-12-14 12:00,20251214-0037
T-2,HK200001,"1,600",purchase,2026-11-01,20261101-0001
T-3,HK200001,-500,兑换,2026-11-05,
T-4,HK200002,90,campaign,2026-11-06,
"""

pytestmark = pytest.mark.usefixtures("frozen_clock")
KEPT = {
    "audit_entries", "import_runs", "import_pieces", "import_refusals", "import_entries", "member_changes",
    "points_entries", "points_allocations", "points_accounts", "tier_changes", "tiers", "tier_benefits",
}  # fmt: skip
"""Journals, ledgers and what is made once."""


async def take(session: AsyncSession, kind: str, text: str, *, size: int = 2) -> tuple[ImportRun, ImportReport]:
    """As a worker does it, in small parts."""
    table = importing.read_file(text.encode(), kind)
    token, result = uuid.uuid4().hex, ImportReport()
    run = await imports.begin(
        session, kind=kind, file_name="shop.csv", key=imports.file_key(text.encode()), rows=len(table.rows), token=token
    )
    for rows in importing.parts(importing.ImportKind(kind), table.rows, size, table.layout):
        part = importing.read_part(kind, rows, table.layout)
        result.add(await imports.take(session, run.id, token, part, size=len(rows)))
    return await imports.finish(session, run.id, token), result


async def undone(session: AsyncSession, run: ImportRun) -> dict[str, str]:
    """What became of each record, by its number."""
    token = uuid.uuid4().hex
    await imports.begin_undoing(session, run.id, token=token)
    while entries := await imports.waiting(session, run.id, limit=3):
        await imports.undo(session, await imports.held(session, run.id, token), entries)
    await imports.finish(session, run.id, token)
    rows = await session.scalars(select(ImportEntry).where(ImportEntry.run_id == run.id))
    return {entry.number.removeprefix("import:points:"): str(entry.outcome) for entry in rows}


async def everything(session: AsyncSession) -> dict[str, list[str]]:
    """All rows of all tables but those that are kept."""
    await session.flush()
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in KEPT:
            columns = [column for column in table.columns if column.name != "updated_at"]
            rows = (await session.execute(select(*columns))).mappings().all()
            found[table.name] = sorted(json.dumps(dict(row), default=str, sort_keys=True) for row in rows)
    return found


async def cut_off(session: AsyncSession, text: str, *, rows: int) -> ImportRun:
    """An import of members whose process died after so many rows, longer ago than anybody waits for it."""
    table = importing.read_file(text.encode(), "members")
    token, key = uuid.uuid4().hex, imports.file_key(text.encode())
    run = await imports.begin(session, kind="members", file_name="shop.csv", key=key, rows=len(table.rows), token=token)
    part = importing.read_part("members", table.rows[:rows], table.layout)
    await imports.take(session, run.id, token, part, size=rows)
    run.leased_until = None
    await session.flush()
    return run


async def balances(session: AsyncSession) -> list[int]:
    return [
        await points.balance(session, member.id)
        for number in ("HK200001", "HK200002")
        if (member := await members.by_number(session, number))
    ]


BEFORE: Sequence[tuple[str, Sequence[tuple[str, str]], tuple[str, str]]] = (
    ("new members", (), ("members", MEMBERS)),
    ("changed and new members", (("members", MEMBERS),), ("members", CHANGED)),
    ("new orders", (("members", MEMBERS),), ("orders", ORDERS)),
    ("changed orders", (("members", MEMBERS), ("orders", ORDERS)), ("orders", MOVED_ON)),
    ("new parcels", (("members", MEMBERS), ("orders", ORDERS)), ("parcels", PARCELS)),
    ("further steps", (("members", MEMBERS), ("orders", ORDERS), ("parcels", PARCELS)), ("parcels", ARRIVED)),
)


class TestUndo:
    @pytest.mark.parametrize("size", [1, 2, 50])
    @pytest.mark.parametrize(("earlier", "file"), [each[1:] for each in BEFORE], ids=[each[0] for each in BEFORE])
    async def test_leaves_every_table_as_before(
        self, session: AsyncSession, earlier: Sequence[tuple[str, str]], file: tuple[str, str], size: int
    ) -> None:
        for kind, text in earlier:
            await take(session, kind, text)
        before = await everything(session)
        run, report = await take(session, *file, size=size)
        assert report.created + report.updated
        assert not report.refused
        assert await everything(session) != before
        assert set((await undone(session, run)).values()) <= set(imports.DONE)
        assert await everything(session) == before
        assert (run.state, run.left) == (RunState.UNDONE, 0)
        again, second = await take(session, *file, size=size)
        assert (second.created, second.updated) == (report.created, report.updated)
        assert again.id != run.id

    async def test_points_go_back_by_entries_of_the_ledger_and_may_come_again(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        assert await balances(session) == [0, 0]
        run, _ = await take(session, "points", POINTS)
        assert await balances(session) == [1520, 90]
        entries = len((await session.scalars(select(points.Entry))).all())
        assert set((await undone(session, run)).values()) == {imports.TAKEN_AWAY}
        assert await balances(session) == [0, 0]
        reversals = (
            await session.scalars(select(points.Entry).where(points.Entry.reason == points.IMPORT_UNDONE))
        ).all()
        assert len(reversals) == 4
        assert len((await session.scalars(select(points.Entry))).all()) == entries + 4
        _, second = await take(session, "points", POINTS)
        assert (second.created, second.unchanged) == (4, 0)
        assert await balances(session) == [1520, 90]
        _, third = await take(session, "points", POINTS)
        assert (third.created, third.unchanged) == (0, 4)
        for number in ("HK200001", "HK200002"):
            member = await members.by_number(session, number)
            assert member is not None
            assert (await points.verify(session, member.id)).agrees

    async def test_what_an_order_had_earned_before_its_file_came_stays(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await tiers.ensure_defaults(session)
        await take(session, "members", MEMBERS)
        member = await members.by_number(session, "HK200001")
        assert member is not None
        await accrual.earn_for_purchase(
            session, member, total_minor=10_000, order_number="UN-1", key="order:UN-1", at=frozen_clock.moment
        )
        frozen_clock.move(timedelta(minutes=1))
        row = "order_number,member_number,placed_at,sku,product,price\nUN-1,HK200001,2026-11-10,POT-1,Pot,100\n"
        run, _ = await take(session, "orders", row)
        assert await undone(session, run) == {"UN-1": imports.TAKEN_AWAY}
        assert await points.balance(session, member.id) == 100

    async def test_members_go_once_all_their_points_have_gone_back(self, session: AsyncSession) -> None:
        await tiers.ensure_defaults(session)
        people, _ = await take(session, "members", MEMBERS)
        first, _ = await take(session, "points", POINTS)
        assert (await undone(session, people))["HK200001"] == "has_points"
        await undone(session, first)
        second, _ = await take(session, "points", POINTS)
        assert (await undone(session, people))["HK200001"] == "has_points"
        await undone(session, second)
        assert set((await undone(session, people)).values()) == {imports.TAKEN_AWAY}
        for table in (points.Account, points.Entry, points.Allocation, points.Lot, members.Member):
            assert (await session.scalars(select(table))).all() == []
        await take(session, "members", MEMBERS)
        assert (await take(session, "points", POINTS))[1].created == 4
        assert await balances(session) == [1520, 90]

    async def test_a_member_with_one_other_movement_stays_with_the_whole_ledger(self, session: AsyncSession) -> None:
        people, _ = await take(session, "members", MEMBERS)
        given, _ = await take(session, "points", POINTS)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await points.earn(session, lin.id, points=7, reason="goodwill", key="own")
        await points.reverse(session, entry_key="own", reason="mistake", key="own-back")
        await undone(session, given)
        assert await undone(session, people) == {
            "HK200001": "has_points", "HK200002": imports.TAKEN_AWAY, "HK200003": imports.TAKEN_AWAY,
        }  # fmt: skip
        assert len((await session.scalars(select(points.Entry))).all()) == 8
        assert (await points.verify(session, lin.id)).agrees

    async def test_points_that_were_spent_since_are_left(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        run, _ = await take(session, "points", POINTS)
        member = await members.by_number(session, "HK200002")
        assert member is not None
        await points.spend(session, member.id, points=50, reason="redeem", key="k")
        outcomes = await undone(session, run)
        assert outcomes == {
            "T-1": imports.TAKEN_AWAY, "T-2": imports.TAKEN_AWAY, "T-3": imports.TAKEN_AWAY, "T-4": "points_spent",
        }  # fmt: skip
        assert await balances(session) == [0, 40]
        assert (run.taken_away, run.left) == (3, 1)

    async def test_an_order_that_earned_meanwhile_goes_with_its_points(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await tiers.ensure_defaults(session)
        await take(session, "members", MEMBERS)
        before = await everything(session)
        run, _ = await take(session, "orders", ORDERS)
        frozen_clock.move(timedelta(days=30))
        order = await orders.by_number(session, "20261101-0001")
        assert order is not None
        order.points_due_at = frozen_clock.moment
        assert await accrual.settle_by_state(session, order, at=frozen_clock.moment)
        assert (await balances(session))[0] > 0
        assert (await undone(session, run))["20261101-0001"] == imports.TAKEN_AWAY
        assert (await balances(session))[0] == 0
        after = await everything(session)
        assert {name: rows for name, rows in after.items() if name != "points_lots"} == {
            name: rows for name, rows in before.items() if name != "points_lots"
        }
        await take(session, "orders", ORDERS)
        order = await orders.by_number(session, "20261101-0001")
        assert order is not None
        order.points_due_at = frozen_clock.moment
        assert await accrual.settle_by_state(session, order, at=frozen_clock.moment)
        assert (await balances(session))[0] > 0

    async def test_points_of_a_state_that_is_taken_back_go_back(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await tiers.ensure_defaults(session)
        await take(session, "members", MEMBERS)
        await take(session, "orders", ORDERS)
        run, _ = await take(session, "orders", MOVED_ON.replace("shipped,", "completed,"))
        order = await orders.by_number(session, "20261110-0002")
        assert order is not None
        order.points_due_at = frozen_clock.moment
        assert await accrual.settle(session, order)
        assert (await balances(session))[1] > 0
        assert await undone(session, run) == {"20261110-0002": imports.SET_BACK}
        assert (order.status, order.points_due_at) == (OrderStatus.PAID, None)
        assert (await balances(session))[1] == 0

    async def test_what_was_changed_since_stays_and_says_why(self, session: AsyncSession) -> None:
        run, _ = await take(session, "members", MEMBERS)
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await members.update_profile(session, lin, by="agent:3", preferred_name="小月")
        later, _ = await take(session, "members", CHANGED)
        ouyang = await members.by_number(session, "HK200002")
        assert ouyang is not None
        await members.update_profile(session, ouyang, by="agent:3", preferred_name="老欧")
        assert await undone(session, later) == {
            "HK200001": imports.SET_BACK, "HK200002": "changed_since", "HK200009": imports.TAKEN_AWAY,
        }  # fmt: skip
        assert (lin.email, lin.marketing_consent, lin.status) == ("xiaoyue@example.com", True, MemberStatus.ACTIVE)
        assert await members.by_phone(session, "13812345678") is lin
        assert ouyang.email == "ou@example.com"
        assert await undone(session, run) == {
            "HK200001": "changed_since", "HK200002": "changed_since", "HK200003": imports.TAKEN_AWAY,
        }  # fmt: skip

    async def test_what_somebody_uses_stays_and_says_why(self, session: AsyncSession) -> None:
        people, _ = await take(session, "members", MEMBERS)
        bought, _ = await take(session, "orders", ORDERS)
        sent, _ = await take(session, "parcels", PARCELS)
        li = await members.by_number(session, "HK200003")
        assert li is not None
        await audit.record(session, action="update_member", subject=f"member:{li.id}")
        assert await undone(session, people) == {
            "HK200001": "has_orders", "HK200002": "has_orders", "HK200003": "in_trail",
        }  # fmt: skip
        assert await undone(session, bought) == {
            "20261101-0001": imports.TAKEN_AWAY, "20261110-0002": "has_parcels", "20261110-0003": imports.TAKEN_AWAY,
        }  # fmt: skip
        assert set((await undone(session, sent)).values()) == {imports.TAKEN_AWAY, imports.SET_BACK}
        assert await parcels.by_number(session, "SF1029384756") is None
        order = await orders.by_number(session, "20261110-0002")
        assert order is not None
        assert order.status == OrderStatus.PAID

    async def test_the_earlier_phone_may_be_another_members_by_now(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        run, _ = await take(session, "members", CHANGED)
        await members.create(session, number="HK300000", phone="13812345678")
        outcomes = await undone(session, run)
        assert outcomes["HK200001"] == "clashes"
        assert outcomes["HK200002"] == imports.SET_BACK

    async def test_a_look_before_tells_the_same_and_changes_nothing(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        run, _ = await take(session, "members", CHANGED)
        before = await everything(session)
        entries = await imports.waiting(session, run.id, limit=10)
        told = {verdict.entry.number: verdict.outcome for verdict in await imports.looked_at(session, entries)}
        assert await everything(session) == before
        assert await undone(session, run) == told

    async def test_in_the_wrong_order_there_is_a_second_try(self, session: AsyncSession) -> None:
        people, _ = await take(session, "members", MEMBERS)
        bought, _ = await take(session, "orders", ORDERS)
        first = await undone(session, people)
        assert {each for each in first.values() if each not in imports.DONE} == {"has_orders"}
        left = people.left
        assert left == 2
        await undone(session, bought)
        again = [entry.number for entry in await imports.waiting(session, people.id, limit=9, with_left=True)]
        assert sorted(again) == ["HK200001", "HK200002"]
        assert set((await undone(session, people)).values()) == {imports.TAKEN_AWAY}
        assert (people.state, people.left, people.taken_away, people.done) == ("undone", 0, 3, 3)
        assert not await imports.ask(session, people.id, RunState.UNDOING, agent_id=None)

    async def test_a_system_that_read_a_member_over_rest_keeps_nobody(self, session: AsyncSession) -> None:
        run, _ = await take(session, "members", MEMBERS)
        li = await members.by_number(session, "HK200003")
        assert li is not None
        await audit.record(session, action="api_view", actor="api:1", subject=f"member:{li.id}")
        assert (await undone(session, run))["HK200003"] == imports.TAKEN_AWAY

    @pytest.mark.parametrize("number", [0, -3, 2**31, 10**25])
    async def test_numbers_that_no_import_has(self, session: AsyncSession, number: int) -> None:
        with pytest.raises(NotFound):
            await imports.get(session, number)
        with pytest.raises(NotFound):
            await imports.begin_undoing(session, number, token="x")

    async def test_twice_is_once(self, session: AsyncSession) -> None:
        run, _ = await take(session, "members", MEMBERS)
        assert await imports.ask(session, run.id, RunState.UNDOING, agent_id=None)
        assert not await imports.ask(session, run.id, RunState.UNDOING, agent_id=None)
        await undone(session, run)
        assert not await imports.ask(session, run.id, RunState.UNDOING, agent_id=None)
        with pytest.raises(ImportNotReady):
            await imports.ask(session, run.id, RunState.WAITING, agent_id=None)


class TestRuns:
    async def test_one_at_a_time_until_its_worker_is_silent(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        first = await imports.begin(session, kind="members", file_name="a", key="k1", rows=1, token="t1")
        with pytest.raises(ImportBusy) as busy:
            await imports.begin(session, kind="members", file_name="b", key="k2", rows=1, token="t2")
        assert busy.value.run_id == first.id
        frozen_clock.move(timedelta(minutes=2))
        await imports.begin(session, kind="members", file_name="b", key="k2", rows=1, token="t2")

    async def test_one_that_was_interrupted_goes_on_as_itself_or_is_undone(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        table = importing.read_file(MEMBERS.encode(), "members")
        how = {"kind": "members", "file_name": "m.csv", "key": imports.file_key(MEMBERS.encode()), "rows": 3}
        first = await imports.begin(session, **how, token="t")
        await imports.take(session, first.id, "t", importing.read_part("members", table.rows[:1], table.layout), size=1)
        with pytest.raises(ImportNotReady):
            await imports.ask(session, first.id, RunState.UNDOING, agent_id=None)
        frozen_clock.move(timedelta(minutes=2))
        again, report = await take(session, "members", MEMBERS)
        assert (again.id, report.created, report.unchanged) == (first.id, 2, 1)
        assert set((await undone(session, again)).values()) == {imports.TAKEN_AWAY}
        third = await imports.begin(session, **how, token="t")
        await imports.take(session, third.id, "t", importing.read_part("members", table.rows, table.layout), size=3)
        frozen_clock.move(timedelta(minutes=2))
        assert set((await undone(session, third)).values()) == {imports.TAKEN_AWAY}
        assert await members.by_number(session, "HK200001") is None

    async def test_a_draft_is_kept_packed_and_encrypted_until_it_is_done(self, session: AsyncSession) -> None:
        data = MEMBERS.encode() * 9000
        run = await imports.draft(session, kind="members", file_name="m.csv", data=data, agent_id=None)
        assert await imports.content(session, run.id) == data
        same = await imports.draft(session, kind="members", file_name="m.csv", data=data, agent_id=None)
        assert same.id == run.id
        raw = str((await session.execute(select(imports.ImportPiece.content.expression))).first())
        assert raw
        assert await imports.claim(session, "t") is None
        assert await imports.ask(session, run.id, RunState.WAITING, agent_id=None)
        claimed = await imports.claim(session, "t")
        assert claimed is not None
        assert (claimed.id, claimed.state) == (run.id, RunState.RUNNING)
        assert await imports.claim(session, "u") is None
        await imports.finish(session, run.id, "t")
        with pytest.raises(Exception, match="import file"):
            await imports.content(session, run.id)

    async def test_refused_rows_are_kept_with_line_column_and_value(self, session: AsyncSession) -> None:
        text = "会员号,姓名,手机号\nHK1,林,打电话给我\nHK2,李,13800000000\n"
        run, _ = await take(session, "members", text)
        [refused] = await imports.refusals(session, run.id)
        assert (refused.line, refused.column, refused.value, refused.reason) == (
            2,
            "phone",
            "打电话给我",
            "not_a_phone",
        )
        assert (run.rows, run.done, run.created, run.refused) == (2, 2, 1, 1)

    async def test_an_erased_member_is_in_no_journal(self, session: AsyncSession) -> None:
        await take(session, "members", MEMBERS)
        await take(session, "members", CHANGED + "HK5,x,打电话,,,\n")
        lin = await members.by_number(session, "HK200001")
        assert lin is not None
        await erasure.erase_member(session, lin.id, by="test")
        rows = await session.scalars(select(ImportEntry).where(ImportEntry.member_id == lin.id))
        assert rows.all() == []
        assert {each.value for each in await session.scalars(select(ImportRefusal))} == {None}

    async def test_journals_go_when_the_policy_says(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        run, _ = await take(session, "members", MEMBERS)
        filed = await imports.draft(session, kind="members", file_name="m.csv", data=b"x", agent_id=None)
        assert await imports.forget(session) == 0
        frozen_clock.move(timedelta(days=2))
        assert await imports.forget(session) == 1
        with pytest.raises(Exception, match="import file"):
            await imports.content(session, filed.id)
        frozen_clock.move(timedelta(days=90))
        assert await imports.forget(session) == 2
        assert await imports.waiting(session, run.id, limit=5) == []
        await session.refresh(run)
        with pytest.raises(ImportNotReady):
            await imports.ask(session, run.id, RunState.UNDOING, agent_id=None)


class TestMoneyPaidBack:
    """An order of a file is told of once more, with what was paid back of it."""

    FIRST = """order_number,member_number,placed_at,status,sku,product,price,completed_at
E1,HK200001,2026-11-10,completed,POT-1,Pot,500,2026-11-11
"""
    THEN = FIRST.replace("price", "price,refund").replace("500", "500,200")

    @pytest.mark.parametrize("settled", [False, True])
    async def test_undone_it_is_as_before_unless_points_have_followed(
        self, session: AsyncSession, frozen_clock: FrozenClock, settled: bool
    ) -> None:
        await tiers.ensure_defaults(session)
        await take(session, "members", MEMBERS)
        await take(session, "orders", self.FIRST)
        while (await order_settlement.settle_due(session)).done:
            pass
        member = await members.by_number(session, "HK200001")
        assert member is not None
        earned = await points.balance(session, member.id)
        assert earned == 500
        run, _ = await take(session, "orders", self.THEN)
        if settled:
            assert (await order_settlement.settle_due(session)).done == 1
        outcome = await undone(session, run)
        order = await orders.by_number(session, "E1")
        assert order is not None
        while (await order_settlement.settle_due(session)).done:
            pass
        told = (outcome, order.refund_minor, await points.balance(session, member.id))
        assert told == (({"E1": "reversed"}, 20_000, 300) if settled else ({"E1": "set_back"}, 0, 500))


def test_every_outcome_of_undoing_has_words() -> None:
    from crm_store.imports import uses
    from crm_store.labels import catalogue

    told: set[Any] = {*uses.REASONS.values(), uses.IN_TRAIL, "in_use", *imports.DONE}
    assert {f"import_undone.{each}" for each in told} <= set(catalogue())


LIN = "会员号,姓名,手机号\nHK300001,林晓月,13812345678\n"
WANG = "会员号,姓名,手机号\nHK300001,王芳,13900000003\n"
"""Another person under the same number."""


class TestTwoPeopleAcrossAnInterruption:
    async def test_the_corrected_file_is_held_against_what_was_written(self, session: AsyncSession) -> None:
        first = await cut_off(session, LIN + "HK300002,李雷,13900000002\n", rows=1)
        _, report = await take(session, "members", WANG + "HK300002,李雷,13900000002\n")
        assert [(each.line, each.value, each.reason_code) for each in report.refused] == [
            (2, f"HK300001 ({first.id})", "number_of_two_people_before")
        ]
        assert report.created == 1
        lin = await members.by_number(session, "HK300001")
        assert lin is not None
        assert lin.family_name == "林"

    @pytest.mark.parametrize(
        "row",
        [
            "HK300001,林晓月,13900000003",
            "hk300001,林晓雯,+86 138 1234 5678",
            "HK300001,林晓月月,",
            "HK300001,,13900000003",
        ],
    )
    async def test_news_of_one_person_is_taken(self, session: AsyncSession, row: str) -> None:
        await cut_off(session, LIN, rows=1)
        _, report = await take(session, "members", f"会员号,姓名,手机号\n{row}\n")
        assert (report.updated, report.refused) == (1, [])

    @pytest.mark.parametrize(("first", "row"), [(LIN, "王芳,"), (LIN.replace("13812345678", ""), "王芳,13900000003")])
    async def test_somebody_without_a_contact_is_a_stranger_too(
        self, session: AsyncSession, first: str, row: str
    ) -> None:
        run = await cut_off(session, first, rows=1)
        _, report = await take(session, "members", f"会员号,姓名,手机号\nHK300001,{row}\n")
        assert [(each.value, each.reason_code) for each in report.refused] == [
            (f"HK300001 ({run.id})", "number_of_two_people_before")
        ]

    async def test_the_same_file_again_says_what_one_run_says(self, session: AsyncSession) -> None:
        text = LIN + WANG.split("\n", 1)[1]
        run = await cut_off(session, text, rows=1)
        again, report = await take(session, "members", text)
        assert again.id == run.id
        assert report.unchanged == 1
        assert [(each.line, each.reason_code) for each in report.refused] == [(3, "number_of_two_people")]

    async def test_it_ends_with_an_import_that_was_done(self, session: AsyncSession) -> None:
        await cut_off(session, LIN, rows=1)
        await take(session, "members", "会员号,姓名,手机号\nHK300009,王芳,13900000009\n")
        _, report = await take(session, "members", WANG)
        assert (report.updated, report.refused) == (1, [])

    @pytest.mark.parametrize(
        ("row", "noted"), [("王芳,", 1), ("王芳,13900000003", 1), ("王芳,13812345678", 0), (",", 0)]
    )
    async def test_another_name_later_is_taken_and_told(self, session: AsyncSession, row: str, noted: int) -> None:
        await take(session, "members", LIN)
        _, report = await take(session, "members", f"会员号,姓名,手机号\nHK300001,{row}\n")
        assert report.refused == []
        told = [(note.line, note.value, note.reason_code) for note in report.notes]
        assert told == [(2, "HK300001", "another_name")] * noted

    async def test_it_ends_with_its_undoing(self, session: AsyncSession) -> None:
        run = await cut_off(session, LIN, rows=1)
        await undone(session, run)
        _, report = await take(session, "members", WANG)
        assert (report.created, report.refused) == (1, [])

    async def test_several_that_were_cut_off_count(self, session: AsyncSession) -> None:
        await cut_off(session, LIN, rows=1)
        await cut_off(session, "会员号,姓名,手机号\nHK300002,李雷,13900000002\n", rows=1)
        _, report = await take(session, "members", WANG + "HK300002,韩梅梅,13900000008\n")
        assert [each.reason_code for each in report.refused] == ["number_of_two_people_before"] * 2


class TestNotes:
    async def test_are_kept_beside_the_refused_and_forgotten_with_an_erasure(self, session: AsyncSession) -> None:
        await take(session, "members", LIN)
        lin = await members.by_number(session, "HK300001")
        assert lin is not None
        await members.leave(session, lin, by="agent:1")
        text = "会员号,姓名,状态,手机号\nHK300001,林晓月,有效,\nHK300002,李雷,,打电话给我\n"
        run, _ = await take(session, "members", text)
        noted, count = await imports.notes(session, run.id, limit=10)
        assert [(each.line, each.column, each.value, each.reason) for each in noted] == [
            (2, "status", "HK300001", "kept_as_left")
        ]
        assert count == 1
        assert [each.line for each in await imports.refusals(session, run.id)] == [3]
        await erasure.erase_member(session, lin.id, by="test")
        assert (await session.scalars(select(ImportRefusal.value))).all() == [None, None]

    async def test_of_the_file_are_kept_once_and_go_with_a_new_beginning(self, session: AsyncSession) -> None:
        table = importing.read_file(("名单\n" + LIN).encode(), "members")
        token = uuid.uuid4().hex
        run = await imports.begin(session, kind="members", file_name="a.csv", key="k" * 64, rows=1, token=token)
        for _ in range(2):
            await imports.note_file(session, run.id, token, table.notes)
        noted, count = await imports.notes(session, run.id, limit=10)
        assert [(each.line, each.value, each.reason) for each in noted] == [(2, "", "lines_above_header")]
        assert count == 1
        await imports.begin(session, kind="members", file_name="a.csv", key="k" * 64, rows=1, token=token)
        assert await imports.notes(session, run.id, limit=10) == ([], 0)


class TestFilesThatAreNoLongerKept:
    async def test_the_same_file_again_is_another_draft(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        first = await imports.draft(session, kind="members", file_name="a.csv", data=LIN.encode(), agent_id=None)
        again = await imports.draft(session, kind="members", file_name="a.csv", data=LIN.encode(), agent_id=None)
        assert again.id == first.id
        frozen_clock.move(timedelta(days=1, minutes=1))
        assert await imports.forget(session) == 1
        later = await imports.draft(session, kind="members", file_name="a.csv", data=LIN.encode(), agent_id=None)
        assert later.id != first.id
        assert await imports.content(session, later.id) == LIN.encode()

    @pytest.mark.parametrize("wanted", [RunState.TRYING, RunState.WAITING])
    async def test_what_a_page_asks_that_was_left_open_is_refused_and_waits_for_nobody(
        self, session: AsyncSession, frozen_clock: FrozenClock, wanted: RunState
    ) -> None:
        run = await imports.draft(session, kind="members", file_name="a.csv", data=LIN.encode(), agent_id=None)
        frozen_clock.move(timedelta(days=1, minutes=1))
        await imports.forget(session)
        await session.refresh(run)
        with pytest.raises(NotFound):
            await imports.ask(session, run.id, wanted, agent_id=None)
        assert run.state == RunState.DRAFT
        assert not await imports.wait_for_work(session)
        await imports.discard(session, run.id)


async def test_the_journal_keeps_nothing_of_who_was_erased_while_the_file_was_taken(database: Database) -> None:
    async with database.transaction() as session:
        member = await members.create(session, number="HK200001", family_name="林", given_name="晓月")
    file = "member_number,name\nHK200001,林小月\nHK200002,王芳\n"
    run, report = await overlapping(
        database,
        lambda session: privacy.erase(session, member.id, by="agent:1"),
        lambda session: take(session, "members", file),
    )
    assert [(each.line, each.reason_code) for each in report.refused] == [(2, "member_erased")]
    async with database.reading() as session:
        kept = await session.scalars(select(ImportEntry).where(ImportEntry.run_id == run.id))
    assert [(entry.number, entry.before) for entry in kept] == [("HK200002", None)]
