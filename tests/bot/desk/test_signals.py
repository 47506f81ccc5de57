"""Signals within a process, through Redis and through PostgreSQL."""

import asyncio
from typing import Self

import pytest
from sqlalchemy import make_url, text

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


class Forgetful:
    """A router between two processes and their server: what it has forgotten stays open at both ends and leads
    nowhere."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._known: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def forget(self) -> None:
        self._known.clear()

    async def _pass(self, from_us: asyncio.StreamReader, to_us: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(*self._to)
        self._known.add(to_us)
        for source, goal in ((from_us, to_server), (from_server, to_us)):
            task = asyncio.create_task(self._carry(source, goal, to_us))
            self._tasks.add(task)

    async def _carry(self, source: asyncio.StreamReader, goal: asyncio.StreamWriter, of: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            if of in self._known:
                goal.write(data)


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

    @pytest.mark.parametrize("carrier", ["redis", "postgresql"])
    async def test_a_connection_that_broke_without_a_word_is_made_again(
        self, request: pytest.FixtureRequest, carrier: str
    ) -> None:
        """As when a router forgets it: nobody is told, and what is sent goes nowhere."""
        url = make_url(request.getfixturevalue("redis_url" if carrier == "redis" else "postgres_url"))
        async with Forgetful(url.host or "127.0.0.1", url.port or {"redis": 6379}.get(carrier, 5432)) as between:
            through = url.set(host="127.0.0.1", port=between.port).render_as_string(hide_password=False)
            where = (through, "") if carrier == "redis" else ("", through)
            here, there = open_signals(*where, quiet_s=0.3), open_signals(*where, quiet_s=0.3)
            await here.start()
            await there.start()
            try:
                async with there.subscribe("t:1") as away:
                    await here.publish("t:1", event={"seq": 1})
                    assert await away.next(within_s=5) == {"seq": 1, "topic": "t:1"}
                    between.forget()
                    async with asyncio.timeout(40):
                        heard = None
                        while heard is None:
                            await here.publish("t:1", event={"seq": 2})
                            heard = await away.next(within_s=0.5)
                    assert heard == {"seq": 2, "topic": "t:1"}
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
