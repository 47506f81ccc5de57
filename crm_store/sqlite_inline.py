"""SQLite under SQLAlchemy's asyncio without a thread: a statement runs where it is called.

The asyncio driver of SQLite hands every cursor call to a thread and back: four hops for one statement, each with a
switch of Python's lock, where the statement itself takes microseconds. Here `sqlite3` is called directly. What may take
long does not hold up the event loop: who waits for the writer waits there and never in the driver (`WritersPlace`), the
write-ahead log is put into the file by a thread (`checkpoint`), and bulk work has a connection with a thread of its own
(`Database.transaction(bulk=True)`).
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteExecutionContext
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool, StaticPool
from sqlalchemy.util import await_only

WAIT_SECONDS = 30.0
"""For the writer's place; then the transaction fails as "database is locked", as SQLite itself would."""

STATEMENTS_REMEMBERED = 512
"""Prepared statements a connection keeps; the driver's 128 are fewer than this program has."""

BUSY_TIMEOUT_MS = 30_000
"""For the driver's own waiting, which is left to reading (another process just opens or recovers the file) and to bulk
work."""

CHECKPOINT_EVERY = 250
"""Writing transactions from one `checkpoint` to the next."""

LONGEST_LOG_PAGES = 20_000
"""Of the write-ahead log; then SQLite makes room within a commit after all (80 MB)."""

_FIRST_RETRY_SECONDS = 0.001
_LONGEST_RETRY_SECONDS = 0.05


class _Cursor(sqlite3.Cursor):
    """A cursor with what SQLAlchemy's asyncio asks of one beside the DBAPI."""

    server_side = False

    async def _async_soft_close(self) -> None:
        """The rows wait in SQLite, not with a server: there is nothing to let go of early."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class _Context(SQLiteExecutionContext):
    def create_server_side_cursor(self) -> Any:
        return self._dbapi_connection.cursor()


class InlineDialect(SQLiteDialect_pysqlite):
    """`sqlite+inline://`: `sqlite3` itself, which asyncio engines may use because it never waits."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True
    supports_server_side_cursors = True
    execution_ctx_cls = _Context

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool if cls._is_url_file_db(url) else StaticPool

    def get_driver_connection(self, connection: Any) -> Any:
        return connection

    def connect(self, *arguments: Any, **options: Any) -> Any:
        return super().connect(*arguments, factory=_Connection, **options)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        # SQLAlchemy refuses a driver that never awaits where it expects one that does.
        await_only(_at_once())
        cursor.execute(statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_only(_at_once())
        cursor.executemany(statement, parameters)


async def _at_once() -> None:
    """Nothing to wait for."""


registry.register("sqlite.inline", __name__, "InlineDialect")


def begin_reading(connection: Any) -> None:
    """Begin a transaction on a DBAPI connection, beside SQLAlchemy, which would count it as a statement of the work."""
    cursor = connection.cursor()
    try:
        cursor.execute("BEGIN")
    finally:
        cursor.close()


def begin_writing(connection: Any) -> None:
    """Begin a transaction that may write. Called inside SQLAlchemy's greenlet, by whoever has the writer's place.

    Another process (a worker, an import) may hold SQLite's own lock: then it is tried again after a pause of the event
    loop; the driver's busy loop would sleep in this thread. Raises `sqlite3.OperationalError` ("database is locked")
    after `WAIT_SECONDS`.
    """
    until, pause = time.monotonic() + WAIT_SECONDS, _FIRST_RETRY_SECONDS
    while True:
        try:
            _begin_or_fail(connection)
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            await_only(asyncio.sleep(pause * random.uniform(0.5, 1.0)))
            pause = min(pause * 2, _LONGEST_RETRY_SECONDS)
        else:
            return


def _begin_or_fail(connection: Any) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute("BEGIN IMMEDIATE")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    finally:
        cursor.close()


class WritersPlace:
    """One writer of this process at a time, first come first served. Who waits holds no connection, so that readers
    find one."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the place and keep it for the block. Raises `OperationalError` after `WAIT_SECONDS`."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._lock.acquire()
        except TimeoutError:
            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", {}, locked) from None
        try:
            yield
        finally:
            self._lock.release()


def checkpoint(path: str) -> None:
    """Put what the write-ahead log holds into the database file, as far as no reader needs it; waits for the disk.

    At SQLite's own choice it would happen within somebody's commit, in the event loop.
    """
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()
