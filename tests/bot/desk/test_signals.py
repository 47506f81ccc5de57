"""Signals within a process, through Redis and through PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import text

from bot.desk.signals import BACKLOG, Signals, open_signals
from crm_store.db import Database


class TestWithinAProcess:
    async def test_readers_get_their_topics_and_no_others(self) -> None:
        signals = Signals()
        async with signals.subscribe("inbox", "conversation:1") as events:
            await signals.publish("inbox")
            await signals.publish("conversation:2", event={"seq": 9})
            await signals.publish("conversation:1", event={"seq": 3})
            assert events.drain() == [{"topic": "inbox"}, {"seq": 3, "topic": "conversation:1"}]
        await signals.publish("inbox")
        assert events.drain() == []

    async def test_waiting_ends_with_the_event_or_with_the_time(self) -> None:
        signals = Signals()
        async with signals.subscribe("inbox") as events:
            assert await events.next(within_s=0.01) is None
            waiting = asyncio.create_task(events.next(within_s=5))
            await asyncio.sleep(0)
            await signals.publish("inbox", event={"n": 1})
            assert await waiting == {"n": 1, "topic": "inbox"}

    async def test_a_reader_that_sleeps_loses_the_oldest(self) -> None:
        signals = Signals()
        async with signals.subscribe("inbox") as events:
            for number in range(BACKLOG + 5):
                await signals.publish("inbox", event={"n": number})
            kept = events.drain()
        assert (len(kept), kept[0]["n"], kept[-1]["n"]) == (BACKLOG, 5, BACKLOG + 4)


@pytest.fixture(params=["redis", "postgresql"])
def two_processes(request: pytest.FixtureRequest) -> tuple[Signals, Signals]:
    """The signals of two processes that share a server."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        return open_signals(url), open_signals(url)
    url = request.getfixturevalue("postgres_url")
    return open_signals("", url), open_signals("", url)


class TestAmongProcesses:
    async def test_every_process_hears_each_event_once(self, two_processes: tuple[Signals, Signals]) -> None:
        here, there = two_processes
        await here.start()
        await there.start()
        try:
            async with here.subscribe("t:1") as at_home, there.subscribe("t:1") as away:
                await here.publish("t:1", event={"seq": 4})
                assert await away.next(within_s=5) == {"seq": 4, "topic": "t:1"}
                assert await at_home.next(within_s=5) == {"seq": 4, "topic": "t:1"}
                assert await at_home.next(within_s=0.3) is None
        finally:
            await here.stop()
            await there.stop()

    async def test_long_messages_come_whole_and_in_order(self, two_processes: tuple[Signals, Signals]) -> None:
        here, there = two_processes
        await here.start()
        await there.start()
        sent = [{"text": sign * 4_000, "seq": seq} for seq, sign in enumerate("a积𠮷")]
        try:
            async with there.subscribe("t:1") as away:
                for event in sent:
                    await here.publish("t:1", event=event)
                heard = [await away.next(within_s=5) for _ in sent]
        finally:
            await here.stop()
            await there.stop()
        assert heard == [{**event, "topic": "t:1"} for event in sent]

    @pytest.mark.parametrize(
        ("redis", "database"), [("redis://127.0.0.1:9/0", ""), ("", "postgresql+psycopg://nobody@127.0.0.1:9/none")]
    )
    async def test_without_the_server_this_process_still_hears(self, redis: str, database: str) -> None:
        alone = open_signals(redis, database)
        assert type(alone) is not Signals
        async with alone.subscribe("inbox") as events:
            await alone.publish("inbox")
            assert await events.next(within_s=1) == {"topic": "inbox"}
        await alone.stop()

    async def test_a_lost_connection_is_made_again(self, postgres_url: str) -> None:
        here, there = open_signals("", postgres_url), open_signals("", postgres_url)
        await here.start()
        await there.start()
        try:
            async with there.subscribe("t:1") as away:
                await here.publish("t:1", event={"seq": 1})
                assert await away.next(within_s=5)
                await _end_listeners(postgres_url)
                async with asyncio.timeout(20):
                    while not await away.next(within_s=0.3):
                        await here.publish("t:1", event={"seq": 2})
        finally:
            await here.stop()
            await there.stop()

    async def test_sqlite_without_a_server_means_this_process_only(self) -> None:
        assert type(open_signals("", "sqlite:///huike.db")) is Signals


async def _end_listeners(url: str) -> None:
    """As when the database server is restarted."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    database = Database(url)
    async with database.transaction() as session:
        await session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    await database.close()
