"""Wake-ups: that something happened, told at once to whoever waits, in this process or, through Redis or PostgreSQL,
in every one.

A signal is a hint and may be lost; the truth is in the database. Workers poll as a safety net, and whoever follows a
conversation reads the messages after the last `seq` it has. Topics: `inbox`, `outbox`, `desk` (anything that changes an
agent's lists) and `conversation:<id>`.
"""

import asyncio
import contextlib
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psycopg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import URL, make_url

INBOX = "inbox"
OUTBOX = "outbox"
DESK = "desk"

BACKLOG = 1000
"""Events a slow reader may be behind before the oldest are dropped."""

REDIS_CHANNEL = "huike:signals:{database}"
"""Redis does not tell channels apart by its database, as it does keys."""
POSTGRES_CHANNEL = "huike_signals"
PIECE_CHARACTERS = 1_900
"""Of at most four bytes each."""
RECONNECT_S = 1.0
QUIET_S = 15.0
"""After so long without a signal the carrier is asked for a sign of life: a connection that broke without a word (a
router that forgot it, a machine that lost its power) looks like one on which nothing happens."""
ANSWER_S = 5.0
"""So long it has to answer, and to take what is told."""

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


class CarriedSignals(Signals, ABC):
    """Signals among several processes; while nothing carries them they still reach this one.

    Nobody waits for the carrier: what is published goes out in order, in the background, all that has gathered at once.
    """

    lost: tuple[type[Exception], ...] = (OSError,)
    """What is raised when the carrier is away."""

    def __init__(self) -> None:
        super().__init__()
        self._origin = uuid.uuid4().hex
        self._outgoing: deque[bytes] = deque(maxlen=BACKLOG)
        self._gathered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._hear(), name="signals in"),
            asyncio.create_task(self._tell(), name="signals out"),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._ready.wait()

    async def stop(self) -> None:
        with contextlib.suppress(*self.lost):
            await self._flush()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, *topics: str, event: Event | None = None) -> None:
        await super().publish(*topics, event=event)
        self._outgoing.append(orjson.dumps({"origin": self._origin, "topics": topics, "event": event or {}}))
        self._gathered.set()

    async def _tell(self) -> None:
        while True:
            await self._gathered.wait()
            self._gathered.clear()
            try:
                await self._flush()
            except self.lost as error:
                # Signals are hints: who missed one looks by itself soon.
                log.warning("signals.publish_failed", error=repr(error))
                await asyncio.sleep(RECONNECT_S)

    async def _flush(self) -> None:
        gathered = [self._outgoing.popleft() for _ in range(len(self._outgoing))]
        if gathered:
            await self._send(gathered)

    async def _hear(self) -> None:
        while True:
            try:
                await self._receive()
            except self.lost as error:
                log.warning("signals.connection_lost", error=repr(error))
            await asyncio.sleep(RECONNECT_S)

    def _take(self, signal: bytes | str) -> None:
        content = orjson.loads(signal)
        if content["origin"] != self._origin:
            for topic in content["topics"]:
                self._deliver(topic, content["event"])

    @abstractmethod
    async def _send(self, signals: Sequence[bytes]) -> None:
        """Hand them over, in order."""

    @abstractmethod
    async def _receive(self) -> None:
        """Set `_ready` and `_take` what comes, until the carrier is away."""


class RedisSignals(CarriedSignals):
    """Signals among all processes that share a Redis server."""

    lost = (RedisError, OSError)

    def __init__(self, url: str, *, quiet_s: float = QUIET_S) -> None:
        super().__init__()
        self._quiet_s = quiet_s
        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=2, socket_timeout=ANSWER_S, health_check_interval=15
        )
        database = self._redis.connection_pool.connection_kwargs.get("db") or 0
        self._channel = REDIS_CHANNEL.format(database=database)

    async def stop(self) -> None:
        await super().stop()
        await self._redis.aclose()

    async def _send(self, signals: Sequence[bytes]) -> None:
        async with self._redis.pipeline(transaction=False) as all_at_once:
            for signal in signals:
                all_at_once.publish(self._channel, signal)
            await all_at_once.execute()

    async def _receive(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(self._channel)
            self._ready.set()
            is_asked = False
            while True:
                message = await channel.get_message(timeout=ANSWER_S if is_asked else self._quiet_s)
                if message is None and is_asked:
                    raise TimeoutError("Redis is silent")
                if message is None:
                    await channel.ping()
                elif message["type"] == "message":
                    self._take(message["data"])
                is_asked = message is None


class PostgresSignals(CarriedSignals):
    """Signals among all processes that share a PostgreSQL database, where there is no Redis: LISTEN and NOTIFY.

    A notification holds less than 8,000 bytes, so that a longer signal goes in pieces; those of a sender stay in order.
    """

    lost = (psycopg.Error, OSError)

    def __init__(self, url: URL, *, quiet_s: float = QUIET_S) -> None:
        super().__init__()
        self._quiet_s = quiet_s
        self._where = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._sender: psycopg.AsyncConnection[Any] | None = None
        self._pieces: dict[str, list[str]] = {}

    async def stop(self) -> None:
        await super().stop()
        if self._sender is not None:
            await self._sender.close()

    async def _send(self, signals: Sequence[bytes]) -> None:
        notices = [(POSTGRES_CHANNEL, piece) for signal in signals for piece in self._in_pieces(signal.decode())]
        sender, self._sender = self._sender, None
        try:
            async with asyncio.timeout(ANSWER_S):
                if sender is None or sender.closed:
                    sender = await psycopg.AsyncConnection.connect(self._where, autocommit=True)
                async with sender.cursor() as cursor:
                    await cursor.executemany("SELECT pg_notify(%s, %s)", notices)
            self._sender = sender
        finally:
            if self._sender is None and sender is not None:
                await sender.close()

    async def _receive(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._where, autocommit=True) as connection:
            await connection.execute(f"LISTEN {POSTGRES_CHANNEL}")
            self._ready.set()
            while True:
                async for notice in connection.notifies(timeout=self._quiet_s):
                    self._put_together(notice.payload)
                async with asyncio.timeout(ANSWER_S):
                    await connection.execute("SELECT 1")

    def _in_pieces(self, signal: str) -> list[str]:
        pieces = [signal[start : start + PIECE_CHARACTERS] for start in range(0, len(signal), PIECE_CHARACTERS)]
        return [f"{self._origin}{'.' if piece is pieces[-1] else '+'}{piece}" for piece in pieces]

    def _put_together(self, payload: str) -> None:
        origin, mark, piece = payload[: len(self._origin)], payload[len(self._origin)], payload[len(self._origin) + 1 :]
        if origin == self._origin:
            return
        self._pieces.setdefault(origin, []).append(piece)
        if mark == ".":
            self._take("".join(self._pieces.pop(origin)))


def open_signals(redis_url: str, database_url: str = "", *, quiet_s: float = QUIET_S) -> Signals:
    """Signals over Redis when a server is named, else through a PostgreSQL database, else within this process.

    Call `start` before use.
    """
    if redis_url:
        return RedisSignals(redis_url, quiet_s=quiet_s)
    if database_url.startswith("postgresql"):
        return PostgresSignals(make_url(database_url), quiet_s=quiet_s)
    return Signals()
