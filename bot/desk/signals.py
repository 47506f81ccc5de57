"""Wake-ups: that something happened, told at once to whoever waits, in this process or in every one through Redis.

A signal is a hint and may be lost; the truth is in the database. Workers poll as a safety net, and whoever follows a
conversation reads the messages after the last `seq` it has. Topics: `inbox`, `outbox`, `desk` (anything that changes an
agent's lists) and `conversation:<id>`.
"""

import asyncio
import contextlib
import uuid
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

INBOX = "inbox"
OUTBOX = "outbox"
DESK = "desk"

BACKLOG = 1000
"""Events a slow reader may be behind before the oldest are dropped."""

REDIS_CHANNEL = "huike:signals:{database}"
"""Redis does not tell channels apart by its database, as it does keys."""
RECONNECT_S = 1.0

log = structlog.get_logger(__name__)

Event = dict[str, Any]


def conversation_topic(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


class Subscription:
    """What one reader has not read yet, in order. Iterate over it, or wait for one event."""

    def __init__(self, topics: Sequence[str] = ()) -> None:
        self.topics = topics
        self._queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG)

    def put(self, event: Event) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    async def next(self, *, within_s: float | None = None) -> Event | None:
        """The next event; None when `within_s` seconds have passed without one."""
        try:
            async with asyncio.timeout(within_s):
                return await self._queue.get()
        except TimeoutError:
            return None

    def drain(self) -> list[Event]:
        """Everything unread, without waiting."""
        found = []
        while not self._queue.empty():
            found.append(self._queue.get_nowait())
        return found

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        return await self._queue.get()


class Signals:
    """Signals within one process."""

    def __init__(self) -> None:
        self._readers: defaultdict[str, set[Subscription]] = defaultdict(set)

    async def start(self) -> None:
        """Connect to whatever carries the signals."""

    async def stop(self) -> None:
        """Let go of it."""

    async def publish(self, *topics: str, event: Event | None = None) -> None:
        """Tell every reader of the topics. `event`: JSON values; `topic` is added. Never raises, never waits."""
        for topic in topics:
            self._deliver(topic, event or {})

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Subscription]:
        """Follow topics: `async with signals.subscribe(INBOX) as events: async for event in events: …`"""
        subscription = self.listen(*topics)
        try:
            yield subscription
        finally:
            self.leave(subscription)

    def listen(self, *topics: str) -> Subscription:
        """Follow topics from this very moment on, until `leave`."""
        subscription = Subscription(topics)
        for topic in topics:
            self._readers[topic].add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Follow no longer."""
        for topic in subscription.topics:
            self._readers[topic].discard(subscription)
            if not self._readers[topic]:
                del self._readers[topic]

    def _deliver(self, topic: str, event: Event) -> None:
        for reader in tuple(self._readers.get(topic, ())):
            reader.put({**event, "topic": topic})


class RedisSignals(Signals):
    """Signals among all processes that share a Redis server; without the server they still reach this process.

    Nobody waits for Redis: what is published goes out in order, in the background, all that has gathered at once.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=2, health_check_interval=15)
        database = self._redis.connection_pool.connection_kwargs.get("db") or 0
        self._channel = REDIS_CHANNEL.format(database=database)
        self._origin = uuid.uuid4().hex
        self._outgoing: deque[bytes] = deque(maxlen=BACKLOG)
        self._gathered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen(), name="redis signals in"),
            asyncio.create_task(self._send(), name="redis signals out"),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._ready.wait()

    async def stop(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._flush()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    async def publish(self, *topics: str, event: Event | None = None) -> None:
        await super().publish(*topics, event=event)
        self._outgoing.append(orjson.dumps({"origin": self._origin, "topics": topics, "event": event or {}}))
        self._gathered.set()

    async def _send(self) -> None:
        while True:
            await self._gathered.wait()
            self._gathered.clear()
            try:
                await self._flush()
            except (RedisError, OSError) as error:
                # Signals are hints: who missed one looks by itself soon.
                log.warning("signals.publish_failed", error=repr(error))
                await asyncio.sleep(RECONNECT_S)

    async def _flush(self) -> None:
        gathered = [self._outgoing.popleft() for _ in range(len(self._outgoing))]
        if not gathered:
            return
        async with self._redis.pipeline(transaction=False) as all_at_once:
            for signal in gathered:
                all_at_once.publish(self._channel, signal)
            await all_at_once.execute()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(self._channel)
                    self._ready.set()
                    async for message in channel.listen():
                        self._take(message)
            except (RedisError, OSError) as error:
                log.warning("signals.connection_lost", error=repr(error))
            await asyncio.sleep(RECONNECT_S)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        content = orjson.loads(message["data"])
        if content["origin"] != self._origin:
            for topic in content["topics"]:
                self._deliver(topic, content["event"])


def open_signals(redis_url: str) -> Signals:
    """Signals over Redis when a server is named, otherwise within this process. Call `start` before use."""
    return RedisSignals(redis_url) if redis_url else Signals()
