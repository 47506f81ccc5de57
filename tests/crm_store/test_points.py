"""Scenarios of the points ledger, on SQLite and on PostgreSQL."""

import asyncio
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, crypto, members, points
from crm_store.append_only import RowIsFinal
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import KeyReused, NotFound
from crm_store.members import Member
from crm_store.points import (
    Account,
    Allocation,
    BalanceAboveLimit,
    Entry,
    EntryKind,
    InsufficientPoints,
    Lot,
    PointsAboveLimit,
)
from crm_store.policy import policy
from tests.crm_store.policy.shop_files import changed

DAY = timedelta(days=1)


async def lin(session: AsyncSession) -> Member:
    return await members.create(session, family_name="林", given_name="晓月")


async def agrees(session: AsyncSession, member_id: int) -> bool:
    return (await points.verify(session, member_id)).agrees


async def remaining(session: AsyncSession, member_id: int) -> list[int]:
    rows = select(Lot.remaining).where(Lot.member_id == member_id).order_by(Lot.id)
    return list((await session.scalars(rows)).all())


class TestEarn:
    async def test_points_earned_are_in_the_balance_and_the_history(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        entry = await points.earn(
            session, member.id, points=420, reason="purchase", key="o1", reference="20251214-0037"
        )
        assert (entry.points, entry.kind, entry.reference) == (420, EntryKind.EARN, "20251214-0037")
        assert await points.balance(session, member.id) == 420
        assert [e.id for e in await points.history(session, member.id)] == [entry.id]
        assert await agrees(session, member.id)

    async def test_the_same_key_again_gives_the_first_entry(self, session: AsyncSession) -> None:
        member = await lin(session)
        first = await points.earn(session, member.id, points=100, reason="purchase", key="o1")
        again = await points.earn(session, member.id, points=100, reason="purchase", key="o1")
        assert again.id == first.id
        assert await points.balance(session, member.id) == 100

    @pytest.mark.parametrize("change", [{"points": 101}, {"reason": "review"}, {"reference": "20251214-0037"}])
    async def test_another_request_under_the_same_key_is_refused(
        self, session: AsyncSession, change: dict[str, object]
    ) -> None:
        member = await lin(session)
        request = {"points": 100, "reason": "purchase", "key": "o1"}
        await points.earn(session, member.id, **request)  # type: ignore[arg-type]
        with pytest.raises(KeyReused):
            await points.earn(session, member.id, **(request | change))  # type: ignore[arg-type]
        with pytest.raises(KeyReused):
            await points.spend(session, member.id, points=100, reason="purchase", key="o1")
        assert await points.balance(session, member.id) == 100

    async def test_another_member_cannot_use_the_key(self, session: AsyncSession) -> None:
        one, other = await lin(session), await lin(session)
        await points.earn(session, one.id, points=100, reason="purchase", key="o1")
        with pytest.raises(KeyReused):
            await points.earn(session, other.id, points=100, reason="purchase", key="o1")

    async def test_points_live_until_the_end_of_the_next_year_at_the_shop(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="o1")
        assert await points.expiring(session, member.id, within=500 * DAY) == [(date(2027, 12, 31), 100)]

    async def test_nobody_and_nothing_are_refused(self, session: AsyncSession) -> None:
        member = await lin(session)
        with pytest.raises(NotFound):
            await points.earn(session, member.id + 99, points=1, reason="purchase", key="a")
        with pytest.raises(ValueError, match="above zero"):
            await points.earn(session, member.id, points=0, reason="purchase", key="b")


class TestMostPoints:
    """The limits of the policy's `points.most`: ten million at once, a hundred million in all."""

    AT_ONCE, BALANCE = 10_000_000, 100_000_000

    async def filled(self, session: AsyncSession, *, balance: int) -> Member:
        member = await lin(session)
        with changed(f"points: {{most: {{at_once: {balance}, balance: {balance}}}}}"):
            await points.earn(session, member.id, points=balance, reason="import", key=f"full:{member.id}")
        return member

    async def test_at_once(self, session: AsyncSession) -> None:
        member = await lin(session)
        for points_given in (self.AT_ONCE + 1, 2**31 - 1, 2**40):
            with pytest.raises(PointsAboveLimit) as refused:
                await points.earn(session, member.id, points=points_given, reason="goodwill", key="a")
            assert refused.value.facts == {"points": points_given, "limit": self.AT_ONCE}
        with pytest.raises(PointsAboveLimit):
            await points.adjust(session, member.id, points=self.AT_ONCE + 1, reason="mistake", key="a")
        await points.earn(session, member.id, points=self.AT_ONCE, reason="goodwill", key="a")
        assert await points.balance(session, member.id) == self.AT_ONCE

    async def test_in_all(self, session: AsyncSession) -> None:
        member = await self.filled(session, balance=self.BALANCE - 5)
        with pytest.raises(BalanceAboveLimit):
            await points.earn(session, member.id, points=6, reason="goodwill", key="a")
        await points.earn(session, member.id, points=5, reason="goodwill", key="a")
        assert await points.balance(session, member.id) == self.BALANCE

    async def test_what_only_comes_back_always_has_room(self, session: AsyncSession) -> None:
        member = await self.filled(session, balance=self.BALANCE)
        spent = await points.spend(session, member.id, points=self.AT_ONCE, reason="gift", key="s")
        await points.earn(session, member.id, points=self.AT_ONCE, reason="goodwill", key="a")
        await points.reverse(session, entry_id=spent.id, reason="mistake", key="r")
        assert await points.balance(session, member.id) == self.BALANCE + self.AT_ONCE

    async def test_of_what_is_owed_as_well(self, session: AsyncSession) -> None:
        member = await lin(session)
        with pytest.raises(PointsAboveLimit):
            await points.charge(session, member.id, points=2**31 - 1, reason="return", key="c")
        for number in range(self.BALANCE // self.AT_ONCE):
            await points.charge(session, member.id, points=self.AT_ONCE, reason="return", key=f"c{number}")
        with pytest.raises(BalanceAboveLimit):
            await points.charge(session, member.id, points=1, reason="return", key="c")
        assert await points.owed(session, member.id) == self.BALANCE


class TestSpend:
    async def test_the_lot_that_expires_first_is_spent_first(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        now = clock.now()
        for key, days in (("late", 90), ("soon", 10), ("later", 200)):
            await points.earn(session, member.id, points=100, reason="purchase", key=key, expires_at=now + days * DAY)
        await points.spend(session, member.id, points=150, reason="redeem", key="r1")
        assert await remaining(session, member.id) == [50, 0, 100]
        assert await agrees(session, member.id)

    async def test_too_few_points_name_what_is_missing_and_take_nothing(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=1220, reason="purchase", key="o1")
        with pytest.raises(InsufficientPoints) as refusal:
            await points.spend(session, member.id, points=1500, reason="redeem", key="r1")
        assert (refusal.value.balance, refusal.value.requested, refusal.value.missing) == (1220, 1500, 280)
        assert await points.balance(session, member.id) == 1220

    async def test_expired_points_cannot_be_spent_even_before_the_sweep(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a", expires_at=clock.now() + DAY)
        await points.earn(session, member.id, points=30, reason="purchase", key="b")
        frozen_clock.move(2 * DAY)
        assert await points.balance(session, member.id) == 30
        with pytest.raises(InsufficientPoints):
            await points.spend(session, member.id, points=31, reason="redeem", key="r1")
        await points.spend(session, member.id, points=30, reason="redeem", key="r2")
        kinds = [entry.kind for entry in await points.history(session, member.id)]
        assert kinds.count(EntryKind.EXPIRE) == 1
        assert await agrees(session, member.id)

    async def test_the_database_itself_refuses_a_balance_below_zero(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=10, reason="purchase", key="o1")
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(text("UPDATE points_accounts SET balance = -1"))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(text("UPDATE points_lots SET remaining = -1"))


class TestAdjust:
    async def test_a_person_gives_and_takes_and_is_named(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.adjust(session, member.id, points=50, reason="goodwill", key="g1")
        await points.adjust(session, member.id, points=-20, reason="dispute", key="g2")
        assert await points.balance(session, member.id) == 30
        with pytest.raises(InsufficientPoints):
            await points.adjust(session, member.id, points=-31, reason="dispute", key="g3")
        assert await agrees(session, member.id)

    async def test_by_a_single_point_but_not_by_none(self, session: AsyncSession) -> None:
        member = await lin(session)
        for key, amount in (("a", 1), ("b", 1), ("c", -1)):
            await points.adjust(session, member.id, points=amount, reason="goodwill", key=key)
        assert await points.balance(session, member.id) == 1
        with pytest.raises(ValueError, match="changes nothing"):
            await points.adjust(session, member.id, points=0, reason="goodwill", key="d")

    async def test_the_last_point_of_a_lot_can_be_used(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=3, reason="purchase", key="a")
        await points.spend(session, member.id, points=2, reason="redeem", key="s1")
        await points.spend(session, member.id, points=1, reason="redeem", key="s2")
        assert await remaining(session, member.id) == [0]

    async def test_what_was_written_since_the_account_was_read_counts(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a")
        read = await session.get_one(Account, member.id)
        await session.execute(update(Account).values(balance=40), execution_options={"synchronize_session": False})
        assert read.balance == 100
        with pytest.raises(InsufficientPoints) as refusal:
            await points.spend(session, member.id, points=100, reason="redeem", key="s1")
        assert refusal.value.balance == 40


class TestReverse:
    async def test_points_go_back_into_exactly_the_lots_they_came_from(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        for key, days in (("a", 10), ("b", 20), ("c", 30)):
            expires_at = clock.now() + days * DAY
            await points.earn(session, member.id, points=100, reason="purchase", key=key, expires_at=expires_at)
        before = await points.expiring(session, member.id, within=60 * DAY)
        spent = await points.spend(session, member.id, points=250, reason="redeem", key="r1")
        reversal = await points.reverse(session, entry_id=spent.id, reason="redemption_cancelled", key="r1:back")
        assert reversal.points == 250
        assert reversal.reverses_id == spent.id
        assert await points.expiring(session, member.id, within=60 * DAY) == before
        assert await agrees(session, member.id)

    async def test_what_expired_in_between_comes_back_with_a_grace(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        for key, days in (("a", 5), ("b", 100)):
            expires_at = clock.now() + days * DAY
            await points.earn(session, member.id, points=100, reason="purchase", key=key, expires_at=expires_at)
        await points.spend(session, member.id, points=150, reason="redeem", key="r1")
        frozen_clock.move(6 * DAY)
        await points.expire_due(session)
        await points.reverse(session, entry_key="r1", reason="redemption_cancelled", key="back")
        assert await points.balance(session, member.id) == 200
        soonest = (await points.expiring(session, member.id, within=200 * DAY))[0]
        grace_ends = (clock.now() + policy().points.restored_for).astimezone(clock.business_zone()).date()
        assert soonest == (grace_ends, 100)
        assert await agrees(session, member.id)

    async def test_an_earning_is_taken_from_its_own_lot_first(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a", expires_at=clock.now() + 5 * DAY)
        await points.earn(session, member.id, points=100, reason="purchase", key="b")
        await points.reverse(session, entry_key="b", reason="return", key="b:back")
        assert await remaining(session, member.id) == [100, 0]

    async def test_an_earning_already_spent_is_refused_or_taken_in_part(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a")
        await points.spend(session, member.id, points=70, reason="redeem", key="r1")
        with pytest.raises(InsufficientPoints):
            await points.reverse(session, entry_key="a", reason="return", key="back")
        part = await points.reverse(session, entry_key="a", reason="return", key="back", owing=True)
        assert part.points == -30
        assert (part.owed, await points.owed(session, part.member_id)) == (70, 70)
        assert await points.balance(session, member.id) == 0
        assert await agrees(session, member.id)

    async def test_once_only(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a")
        await points.spend(session, member.id, points=70, reason="redeem", key="r1")
        first = await points.reverse(session, entry_key="r1", reason="x", key="back")
        assert (await points.reverse(session, entry_key="r1", reason="x", key="back")).id == first.id
        with pytest.raises(points.AlreadyReversed):
            await points.reverse(session, entry_key="r1", reason="x", key="back again")
        with pytest.raises(points.NotReversible):
            await points.reverse(session, entry_key="back", reason="x", key="back of back")
        with pytest.raises(NotFound):
            await points.reverse(session, entry_key="never written", reason="x", key="y")


class TestExpireDue:
    async def test_each_expiry_is_an_entry_and_running_again_writes_none(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=100, reason="purchase", key="a", expires_at=clock.now() + DAY)
        await points.spend(session, member.id, points=40, reason="redeem", key="r1")
        assert await points.expire_due(session) == []
        frozen_clock.move(2 * DAY)
        assert [entry.points for entry in await points.expire_due(session)] == [-60]
        assert await points.expire_due(session) == []
        assert await points.balance(session, member.id) == 0
        assert await agrees(session, member.id)

    async def test_a_single_point_ends_as_well(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=1, reason="purchase", key="a", expires_at=clock.now() + DAY)
        frozen_clock.move(2 * DAY)
        assert [entry.points for entry in await points.expire_due(session)] == [-1]

    async def test_the_last_second_still_counts(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await lin(session)
        expires_at = clock.now() + DAY
        await points.earn(session, member.id, points=100, reason="purchase", key="a", expires_at=expires_at)
        frozen_clock.to(expires_at)
        assert await points.balance(session, member.id) == 100
        frozen_clock.move(timedelta(seconds=1))
        assert await points.balance(session, member.id) == 0


class TestExpiringLots:
    async def test_tells_where_they_came_from(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        member = await lin(session)
        for key, amount, reason in (("a", 420, "purchase"), ("b", 180, "birthday")):
            await points.earn(
                session, member.id, points=amount, reason=reason, key=key, expires_at=clock.now() + 39 * DAY
            )
        lots = await points.expiring_lots(session, member.id, within=60 * DAY)
        assert [(lot.day, lot.points, lot.entry.reason) for lot in lots] == [
            (date(2026, 12, 31), 420, "purchase"),
            (date(2026, 12, 31), 180, "birthday"),
        ]
        assert await points.expiring(session, member.id, within=30 * DAY) == []

    async def test_from_this_moment_to_the_last_of_the_span(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, start = await lin(session), frozen_clock.moment
        for number, expires_at in enumerate(
            (start - timedelta(seconds=1), start, start + 9 * DAY, start + 9 * DAY + timedelta(seconds=1))
        ):
            await points.earn(
                session, member.id, points=10 + number, reason="purchase", key=f"o{number}",
                at=start - 30 * DAY, expires_at=expires_at,
            )  # fmt: skip
        found = await points.expiring_lots(session, member.id, within=9 * DAY)
        assert [lot.points for lot in found] == [11, 12]
        day = start.astimezone(clock.business_zone()).date()
        assert await points.expiring(session, member.id, within=9 * DAY) == [(day, 11), (day + 9 * DAY, 12)]
        await points.spend(session, member.id, points=11, reason="redeem", key="s1")
        assert [lot.points for lot in await points.expiring_lots(session, member.id, within=9 * DAY)] == [12]


class TestQualifying:
    async def test_counted_after_the_first_moment_and_up_to_the_last(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member, at = await lin(session), frozen_clock.moment
        await points.earn(session, member.id, points=5, reason="purchase", key="o1", at=at)

        async def counted(since: timedelta, until: timedelta) -> list[object]:
            span = {"since": at + since, "until": at + until}
            one = sum(amount for _, amount in await points.qualifying_entries(session, member.id, **span))
            return [one, await points.qualifying_of_many(session, [member.id], **span)]

        assert await counted(-DAY, 0 * DAY) == [5, {member.id: [(at, 5)]}]
        assert await counted(0 * DAY, DAY) == [0, {}]
        await points.reverse(session, reason="cancelled", key="r1", entry_key="o1")
        assert await counted(-DAY, 0 * DAY) == [0, {}]


class TestAppendOnly:
    async def test_entries_and_allocations_are_never_changed_or_deleted(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await lin(session)
            entry = await points.earn(session, member.id, points=10, reason="purchase", key="a")
        for statement in (
            update(Entry).values(points=99),
            delete(Entry),
            update(Allocation).values(points=99),
            delete(Allocation),
        ):
            with pytest.raises(RowIsFinal):
                async with database.transaction() as session:
                    await session.execute(statement)
        with pytest.raises(RowIsFinal):
            await self._alter(database, entry.id)
        async with database.transaction() as session:
            assert (await session.get_one(Entry, entry.id)).points == 10

    async def _alter(self, database: Database, entry_id: int) -> None:
        async with database.transaction() as session:
            loaded = await session.get_one(Entry, entry_id)
            loaded.points = 99


class TestVerify:
    async def test_notices_a_lot_that_does_not_add_up(self, session: AsyncSession) -> None:
        member = await lin(session)
        await points.earn(session, member.id, points=10, reason="purchase", key="a")
        await session.execute(text("UPDATE points_lots SET remaining = 9"))
        found = await points.verify(session, member.id)
        assert not found.agrees
        assert (found.balance, found.ledger, found.lots) == (10, 10, 9)
        assert len(found.wrong_lots) == 1

    async def test_names_the_entry_that_does_not_add_up_and_only_its_own_member(self, session: AsyncSession) -> None:
        member, other = await lin(session), await lin(session)
        for each, key in ((member, "a"), (other, "b")):
            await points.earn(session, each.id, points=10, reason="purchase", key=key)
        entry = await points.entry_by_key(session, "a")
        assert entry is not None
        await session.execute(text(f"UPDATE points_allocations SET points = 9 WHERE entry_id = {entry.id}"))
        assert (await points.verify(session, member.id)).wrong_entries == (entry.id,)
        assert await agrees(session, other.id)


class TestKeysAfterUndoing:
    async def test_a_key_that_an_undone_import_used_up_gets_another(self, session: AsyncSession) -> None:
        member = await lin(session)
        for key in ("kept", "undone", "taken back"):
            await points.earn(session, member.id, points=5, reason="purchase", key=key)
        undone = await points.reverse(session, entry_key="undone", reason=points.IMPORT_UNDONE, key="undo")
        await points.reverse(session, entry_key="taken back", reason="return", key="return")
        keys = await points.keys_after_undoing(session, ["kept", "undone", "taken back"])
        assert keys == {"kept": "kept", "undone": f"undone:{undone.id}", "taken back": "taken back"}


async def one_member_with(database: Database, balance: int, *, lots: int = 1) -> int:
    async with database.transaction() as session:
        member = await lin(session)
        for number in range(lots):
            await points.earn(session, member.id, points=balance // lots, reason="purchase", key=f"seed:{number}")
    return member.id


class TestAtTheSameTime:
    """Real connections, each in its own transaction."""

    async def test_fifty_spendings_of_a_balance_that_is_enough_for_twenty(self, database: Database) -> None:
        member_id = await one_member_with(database, 2000, lots=8)

        async def spend(number: int) -> bool:
            try:
                async with database.transaction() as session:
                    await points.spend(session, member_id, points=100, reason="redeem", key=f"r{number}")
            except InsufficientPoints:
                return False
            return True

        done = await asyncio.gather(*(spend(number) for number in range(50)))
        assert done.count(True) == 20
        async with database.transaction() as session:
            assert await points.balance(session, member_id) == 0
            assert await agrees(session, member_id)
            spends = select(func.count()).select_from(Entry).where(Entry.kind == EntryKind.SPEND)
            assert await session.scalar(spends) == 20

    async def test_twenty_times_the_same_key_is_once(self, database: Database) -> None:
        member_id = await one_member_with(database, 500)

        async def spend() -> int:
            async with database.transaction() as session:
                return (await points.spend(session, member_id, points=100, reason="redeem", key="same")).id

        assert len(set(await asyncio.gather(*(spend() for _ in range(20))))) == 1
        async with database.transaction() as session:
            assert await points.balance(session, member_id) == 400

    async def test_first_points_of_a_member_from_many_sides_make_one_account(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await lin(session)

        async def earn(number: int) -> None:
            async with database.transaction() as session:
                await points.earn(session, member.id, points=10, reason="purchase", key=f"o{number}")

        await asyncio.gather(*(earn(number) for number in range(20)))
        async with database.transaction() as session:
            assert await points.balance(session, member.id) == 200
            assert await session.scalar(select(func.count()).select_from(Account)) == 1
            assert await agrees(session, member.id)

    async def test_two_members_with_one_key_at_once_get_one_entry(self, database: Database) -> None:
        async with database.transaction() as session:
            ids = [(await lin(session)).id for _ in range(6)]

        async def earn(member_id: int) -> str:
            try:
                async with database.transaction() as session:
                    await points.earn(session, member_id, points=10, reason="purchase", key="one key")
            except KeyReused:
                return "refused"
            return "earned"

        assert sorted(await asyncio.gather(*(earn(i) for i in ids))) == ["earned"] + ["refused"] * 5

    async def test_expiry_beside_spending_and_reversal(self, database: Database) -> None:
        now = clock.now()
        async with database.transaction() as session:
            member = await lin(session)
            for number in range(10):
                await points.earn(
                    session,
                    member.id,
                    points=100,
                    reason="purchase",
                    key=f"o{number}",
                    expires_at=now + (number - 4.5) * DAY,
                    at=now - 30 * DAY,
                )
            await points.spend(session, member.id, points=150, reason="redeem", key="old", at=now - 20 * DAY)

        async def expire() -> None:
            async with database.transaction() as session:
                await points.expire_due(session)

        async def spend(number: int) -> None:
            async with database.transaction() as session:
                await points.spend(session, member.id, points=30, reason="redeem", key=f"r{number}")

        async def reverse() -> None:
            async with database.transaction() as session:
                await points.reverse(session, entry_key="old", reason="redemption_cancelled", key="old:back")

        await asyncio.gather(expire(), reverse(), expire(), *(spend(number) for number in range(10)), expire())
        async with database.transaction() as session:
            assert await agrees(session, member.id)
            # Lots 0 to 4 ended before now; 150 points of them had been spent, and came back with a grace.
            assert await points.balance(session, member.id) == 500 + 150 - 300


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 500), st.integers(1, 40)),
        st.tuples(st.just("spend"), st.integers(1, 700), st.just(0)),
        st.tuples(st.just("adjust"), st.integers(-300, 300).filter(bool), st.just(0)),
        st.tuples(st.just("reverse"), st.integers(0, 30), st.sampled_from((0, 1))),
        st.tuples(st.just("part"), st.integers(1, 400), st.integers(0, 30)),
        st.tuples(st.just("charge"), st.integers(1, 400), st.just(0)),
        st.tuples(st.just("repeat"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 25), st.just(0)),
        st.tuples(st.just("expire"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


class TestAnyHistory:
    """Whatever happens in whatever order, the sums agree and nothing falls below zero."""

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
    )
    @given(steps=STEPS)
    def test_sums_always_agree(
        self, steps: list[tuple[str, int, int]], sqlite_with_tables: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("history") / "points.db"
        asyncio.run(self._live(steps, shutil.copy(sqlite_with_tables, path)))

    async def _live(self, steps: list[tuple[str, int, int]], path: Path) -> None:
        crypto.use_secret("a secret that only the tests know")
        database = Database(f"sqlite:///{path}")
        with clock.frozen(clock.now()) as frozen:
            async with database.transaction() as session:
                member = await lin(session)
                expected = 0
                done: list[tuple[str, int, int]] = []
                for number, step in enumerate(steps):
                    kind, amount, _ = step
                    if kind == "wait":
                        frozen.move(amount * DAY)
                    await self._step(session, member.id, step, number, done)
                    found = await points.verify(session, member.id)
                    assert found.agrees, (kind, found)
                    usable, owed = await points.balance_and_owed(session, member.id)
                    assert usable >= 0
                    assert usable == 0 or owed == 0, "whoever has points has paid what was owed"
                    if kind in ("earn", "repeat"):
                        assert usable - owed == expected + (amount if kind == "earn" else 0)
                    expected = usable - owed
                await self._nothing_was_spent_after_its_last_day(session, member.id)
        await database.close()

    async def _nothing_was_spent_after_its_last_day(self, session: AsyncSession, member_id: int) -> None:
        late = (
            select(func.count())
            .select_from(Allocation)
            .join(Entry, Entry.id == Allocation.entry_id)
            .join(Lot, Lot.id == Allocation.lot_id)
            .where(Lot.member_id == member_id, Allocation.points < 0, Entry.kind != EntryKind.EXPIRE)
            .where(Entry.at > Lot.expires_at)
        )
        assert await session.scalar(late) == 0

    async def _step(
        self,
        session: AsyncSession,
        member_id: int,
        step: tuple[str, int, int],
        number: int,
        done: list[tuple[str, int, int]],
    ) -> None:
        kind, amount, days = step
        key = f"{kind}:{number}"
        try:
            if kind == "earn":
                ends = clock.now() + days * DAY
                await points.earn(session, member_id, points=amount, reason="purchase", key=key, expires_at=ends)
            elif kind == "spend":
                await points.spend(session, member_id, points=amount, reason="redeem", key=key)
                done.append((key, amount, number))
            elif kind == "adjust":
                await points.adjust(session, member_id, points=amount, reason="goodwill", key=key)
            elif kind == "expire":
                await points.expire_due(session)
            elif kind == "reverse":
                entries = await points.history(session, member_id, limit=100)
                if entries:
                    entry = entries[amount % len(entries)]
                    await points.reverse(session, entry_id=entry.id, reason="x", key=key, owing=bool(days))
            elif kind == "part":
                earned = [each for each in await points.history(session, member_id, limit=100) if each.points > 0]
                if earned:
                    await points.take_back(session, earned[days % len(earned)], points=amount, reason="return", key=key)
            elif kind == "charge":
                await points.charge(session, member_id, points=amount, reason="return", key=key)
            elif kind == "repeat" and done:
                earlier, spent, _ = done[amount % len(done)]
                await points.spend(session, member_id, points=spent, reason="redeem", key=earlier)
        except (InsufficientPoints, points.AlreadyReversed, points.NotReversible):
            pass


class TestReductions:
    async def test_each_entry_that_took_points_names_where_they_had_come_from(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        member = await members.create(session)
        start = clock.now()
        short = await points.earn(
            session, member.id, points=100, reason="birthday", key="e1", expires_at=start + timedelta(days=1)
        )
        bought = await points.earn(session, member.id, points=300, reason="purchase", key="e2", reference="A-1")
        frozen_clock.move(timedelta(days=2))
        await points.expire_due(session)
        await points.spend(session, member.id, points=50, reason="redeem", key="s1")
        frozen_clock.move(timedelta(hours=1))
        await points.reverse(session, entry_id=bought.id, reason="return", key="r1", owing=True)
        told = await points.reductions(session, member.id, since=start)
        assert [(each.entry.kind, each.entry.points) for each in told] == [
            ("reverse", -250), ("spend", -50), ("expire", -100),
        ]  # fmt: skip
        assert [each.origin and each.origin.id for each in told] == [bought.id, None, short.id]
        assert told[0].entry.owed == 50
        assert await points.reductions(session, member.id, since=clock.now()) == []

    async def test_every_lot_that_holds_something_without_a_span(self, session: AsyncSession) -> None:
        member = await members.create(session)
        await points.earn(session, member.id, points=10, reason="review", key="e1")
        assert [lot.points for lot in await points.expiring_lots(session, member.id)] == [10]
        assert await points.expiring_lots(session, member.id, within=timedelta(days=1)) == []
