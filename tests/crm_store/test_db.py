"""Transactions on both databases: one writer at a time without anybody standing still, and sessions that only read."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities, sqlite_inline
from crm_store.db import Database, WriteInReading
from crm_store.errors import CrmError
from crm_store.identities import Identity


async def make(session: AsyncSession, user: str) -> Identity:
    return await identities.find_or_create(session, channel="test", channel_user_id=user)


async def make_and_raise(database: Database, error: Exception) -> None:
    async with database.transaction() as session:
        await make(session, "u1")
        raise error


async def count(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Identity)) or 0


class KeepsWork(CrmError):
    code = "keeps_work"
    keeps_work = True


class TestTransaction:
    async def test_a_block_that_raises_leaves_nothing(self, database: Database) -> None:
        with pytest.raises(RuntimeError):
            await make_and_raise(database, RuntimeError())
        assert await count(database) == 0

    async def test_a_refusal_that_keeps_its_work_leaves_it(self, database: Database) -> None:
        with pytest.raises(KeepsWork):
            await make_and_raise(database, KeepsWork())
        assert await count(database) == 1

    @pytest.mark.parametrize("bulk", [False, True])
    async def test_many_at_once_all_get_their_turn(self, database: Database, bulk: bool) -> None:
        async def write(number: int) -> None:
            async with database.transaction(bulk=bulk and number % 2 == 0) as session:
                await make(session, f"u{number}")
                await asyncio.sleep(0)

        await asyncio.gather(*(write(number) for number in range(40)))
        assert await count(database) == 40

    async def test_who_is_cancelled_while_waiting_or_writing_holds_up_nobody(self, database: Database) -> None:
        inside = asyncio.Event()

        async def write_for_ever() -> None:
            async with database.transaction() as session:
                await make(session, "never")
                inside.set()
                await asyncio.Event().wait()

        async def wait_in_line() -> None:
            async with database.transaction() as session:
                await make(session, "late")

        writing = asyncio.create_task(write_for_ever())
        await inside.wait()
        waiting = asyncio.create_task(wait_in_line())
        await asyncio.sleep(0)
        for task in (waiting, writing):
            task.cancel()
        await asyncio.gather(writing, waiting, return_exceptions=True)

        async with asyncio.timeout(10), database.transaction() as session:
            await make(session, "next")
        async with database.reading() as session:
            assert "never" not in set(await session.scalars(select(Identity.channel_user_id)))

    async def test_statements_and_transactions_are_counted_by_kind(self, database: Database) -> None:
        before = database.traffic.statements, database.traffic.writing, database.traffic.reading
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            await session.execute(text("SELECT 2"))
        async with database.reading() as session:
            await session.execute(text("SELECT 3"))
        after = database.traffic.statements, database.traffic.writing, database.traffic.reading
        assert tuple(now - then for now, then in zip(after, before, strict=True)) == (3, 1, 1)


class TestReading:
    async def test_it_refuses_to_write(self, database: Database) -> None:
        with pytest.raises(WriteInReading):
            async with database.reading() as session:
                await make(session, "u1")
        assert await count(database) == 0

    async def test_it_goes_on_beside_a_writer(self, database: Database) -> None:
        async with database.transaction() as session:
            await make(session, "u1")
            assert await count(database) == 0
        assert await count(database) == 1

    async def test_it_finds_a_connection_however_many_writers_wait(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}")
        await database.create_all()

        async def write(number: int) -> None:
            async with database.transaction() as session:
                await make(session, f"u{number}")

        async with database.transaction() as session:
            await make(session, "first")
            waiting = [asyncio.create_task(write(number)) for number in range(100)]
            await asyncio.sleep(0)
            async with asyncio.timeout(5):
                assert await count(database) == 0
        await asyncio.gather(*waiting)
        assert await count(database) == 101
        await database.close()

    async def test_what_was_read_stays_readable_afterwards(self, database: Database) -> None:
        async with database.transaction() as session:
            await make(session, "u1")
        async with database.reading() as session:
            found = (await session.scalars(select(Identity))).one()
        assert (found.channel_user_id, found.display_name) == ("u1", "")

    async def test_rows_can_be_streamed(self, database: Database) -> None:
        async with database.transaction() as session:
            for number in range(5):
                await make(session, f"u{number}")
        async with database.reading(bulk=True) as session:
            rows = await session.stream_scalars(select(Identity.channel_user_id).execution_options(yield_per=2))
            assert sorted([user async for user in rows]) == [f"u{number}" for number in range(5)]


class TestAnotherProcessWrites:
    """A connection beside the program's own, as a second process has one, holds SQLite's lock."""

    @pytest.fixture
    async def shared(self, tmp_path: Path) -> Database:
        database = Database(f"sqlite:///{tmp_path / 'shared.db'}")
        await database.create_all()
        return database

    async def test_the_event_loop_goes_on_and_the_writer_comes_through(self, shared: Database, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / "shared.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def write() -> None:
            async with shared.transaction() as session:
                await make(session, "u1")

        writing = asyncio.create_task(write())
        longest = 0.0
        for _ in range(50):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - began)
            assert await count(shared) == 0
        assert not writing.done()
        other.execute("ROLLBACK")
        other.close()
        await asyncio.wait_for(writing, 10)

        assert await count(shared) == 1
        assert longest < 2.0, "somebody stood still in the driver, which waits for 30 s"
        await shared.close()

    async def test_one_that_never_ends_is_told_in_the_end(
        self, shared: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_inline, "WAIT_SECONDS", 0.2)
        other = sqlite3.connect(tmp_path / "shared.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            async with shared.transaction() as session:
                await make(session, "u1")
        other.execute("ROLLBACK")
        other.close()
        async with shared.transaction() as session:
            await make(session, "u2")
        assert await count(shared) == 1
        await shared.close()


class TestALoopOfItsOwn:
    """A command that nobody else waits for."""

    async def test_bulk_work_hops_to_no_thread(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}", alone=True)
        await database.create_all()
        async with database.transaction(bulk=True) as session:
            for number in range(5):
                await make(session, f"u{number}")
        async with database.reading(bulk=True) as session:
            rows = await session.stream_scalars(select(Identity.channel_user_id).execution_options(yield_per=2))
            assert sorted([user async for user in rows]) == [f"u{number}" for number in range(5)]
            with pytest.raises(WriteInReading):
                await make(session, "u6")
            assert not [each.name for each in threading.enumerate() if "_connection_worker_thread" in each.name]
        await database.close()

    @pytest.mark.parametrize("alone", [False, True])
    @pytest.mark.parametrize("rows", [1, 3])
    async def test_one_statement_for_several_rows(self, tmp_path: Path, alone: bool, rows: int) -> None:
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}", alone=alone)
        await database.create_all()
        async with database.transaction() as session:
            for number in range(rows):
                await make(session, f"u{number}")
        named = update(Identity).where(Identity.channel_user_id == bindparam("user")).values(language=bindparam("now"))
        async with database.transaction() as session:
            connection = await session.connection()
            await connection.execute(named, [{"user": f"u{n}", "now": "zh-TW"} for n in range(rows)])
        async with database.reading() as session:
            assert set(await session.scalars(select(Identity.language))) == {"zh-TW"}
        await database.close()

    async def test_another_process_that_writes_is_waited_for(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}", alone=True)
        await database.create_all()
        other = sqlite3.connect(tmp_path / "huike.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.2, other.execute, "ROLLBACK")
        async with database.transaction(bulk=True) as session:
            await make(session, "u1")
        other.close()
        assert await count(database) == 1
        await database.close()


class TestWriteAheadLog:
    @pytest.mark.parametrize("alone", [False, True])
    async def test_it_is_put_into_the_file_now_and_then(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: bool
    ) -> None:
        put = []
        monkeypatch.setattr("crm_store.db.checkpoint", lambda path: put.append(Path(path).name))
        monkeypatch.setattr("crm_store.db.CHECKPOINT_EVERY", 5)
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}", alone=alone)
        await database.create_all()
        for number in range(12):
            async with database.transaction() as session:
                await make(session, f"u{number}")
        await database.close()
        assert put
        assert set(put) == {"huike.db"}

    def test_what_the_log_held_stands_in_the_file_afterwards(self, tmp_path: Path) -> None:
        path = tmp_path / "a.db"
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE t (n INTEGER)")
        size = path.stat().st_size
        writer.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(5000)])

        sqlite_inline.checkpoint(str(path))

        assert path.stat().st_size > size
        writer.close()


async def test_who_reads_nothing_takes_no_connection(database: Database) -> None:
    before = database.traffic.reading
    async with database.reading():
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert database.traffic.reading == before
    async with database.reading() as session:
        await session.execute(select(func.count()).select_from(Identity))
    assert database.traffic.reading == before + 1


async def test_postgresql_knows_a_statement_the_third_time_whoever_ran_it_before(postgres_with_tables: str) -> None:
    """One after another takes the same connection, where what ran is prepared."""
    database = Database(postgres_with_tables)
    async with database.transaction() as one, database.transaction() as other:
        for session in (one, other):
            await session.execute(text("SELECT 1"))
    for _ in range(3):
        async with database.transaction() as session:
            await identities.find(session, channel="test", channel_user_id="nobody")
    async with database.reading() as session:
        known = await session.scalars(text("SELECT statement FROM pg_prepared_statements"))
        assert any("FROM identities" in statement for statement in known)
    await database.close()
