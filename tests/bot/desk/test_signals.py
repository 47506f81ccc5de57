"""Signals within a process and through Redis."""

import asyncio

import pytest

from bot.desk.signals import BACKLOG, RedisSignals, Signals, open_signals


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


class TestThroughRedis:
    async def test_every_process_hears_each_event_once(self, redis_url: str) -> None:
        here, there = RedisSignals(redis_url), RedisSignals(redis_url)
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

    async def test_without_the_server_this_process_still_hears(self) -> None:
        alone = open_signals("redis://127.0.0.1:9/0")
        assert isinstance(alone, RedisSignals)
        async with alone.subscribe("inbox") as events:
            await alone.publish("inbox")
            assert await events.next(within_s=1) == {"topic": "inbox"}
        await alone.stop()

    @pytest.mark.parametrize("url", [""])
    async def test_no_url_means_this_process_only(self, url: str) -> None:
        assert type(open_signals(url)) is Signals
