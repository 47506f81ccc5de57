"""Engine, sessions and column types shared by all tables, the same on SQLite and PostgreSQL."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Executable, Integer, MetaData, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import JSON, TypeDecorator
from sqlalchemy.util import await_only

from crm_store.errors import CrmError
from crm_store.sqlite_inline import (
    BUSY_TIMEOUT_MS,
    CHECKPOINT_EVERY,
    LONGEST_LOG_PAGES,
    STATEMENTS_REMEMBERED,
    WritersPlace,
    begin_reading,
    begin_writing,
    checkpoint,
)

log = logging.getLogger(__name__)

CHECK_AFTER_SECONDS = 5.0
DENSE = 3
"""Ids lie close when at least every third number is one of them."""
PREPARED_AFTER = 1
"""Runs of a statement on a connection of PostgreSQL before it is prepared there: what runs twice will run often."""
_WAL_RETRY_SECONDS = 0.02


LargeInteger = BigInteger().with_variant(Integer, "sqlite")
"""More than 32 bits hold: ids of what comes with every message, money summed up. SQLite's INTEGER has 64 bits."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite has no zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime reached the store: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    """Declarative base: Python types map to our column types, constraints get stable names for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        list[Any]: JSON(),
        list[float]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


def returned(entity: type[Base], statement: Any) -> Executable:
    """A statement that writes and returns rows of `entity`, to be run often: `session.scalar(it, values)` gives the
    entity as it is now. Run by itself, the ORM would take the statement apart and put it together anew each time."""
    return select(entity).from_statement(statement).execution_options(populate_existing=True)


async def insert_plain(
    session: AsyncSession, entity: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Many new rows of `entity`, each with a value for each of the `columns`, given to the driver as they are: numbers,
    texts and truth values, but no moments, JSON or encrypted text, and no defaults. SQLAlchemy would look at each
    value of each row, which takes longer than the database does."""
    if not rows:
        return
    # Names of a table and its columns, never anything that somebody wrote.
    mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    table = entity.__tablename__
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608
    await session.run_sync(lambda sync: sync.connection().exec_driver_sql(statement, list(rows)))


type IdColumn = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


def spanning(column: IdColumn, ids: Sequence[int]) -> ColumnElement[bool]:
    """Rows whose `column` is one of `ids`, which rise, and maybe others that lie between them: ids that lie close are
    asked for as one range, because a statement with hundreds of values takes longer to make than to run."""
    if ids and ids[-1] - ids[0] < DENSE * len(ids):
        return column.between(ids[0], ids[-1])
    return column.in_(ids)


@dataclass(slots=True)
class Traffic:
    """What one process has asked of its database since it started; BEGIN and COMMIT are no statements."""

    statements: int = 0
    writing: int = 0
    """Transactions that may write."""
    reading: int = 0


class WriteInReading(RuntimeError):
    """A statement that writes came to a session that only reads: a mistake of ours, nothing was written."""


class Database:
    """One database: its engine and its transactions.

    SQLite has a single writer, so a transaction that may write begins with BEGIN IMMEDIATE and waits its turn there
    instead of failing half-way with "database is locked"; see `crm_store.sqlite_inline` for how it waits.
    """

    def __init__(
        self,
        url: str,
        *,
        echo: bool = False,
        pool_size: int = 10,
        overflow: int | None = None,
        name: str = "",
        alone: bool = False,
    ) -> None:
        """On PostgreSQL `pool_size` connections are kept, and `overflow` more (twice as many unless told) opened when
        much is asked for at once; `name` is what the server calls them by. `alone`: nobody else waits for this event
        loop (a command has it to itself), so on SQLite bulk work runs in it too, at half the price: a hop to a thread
        and back costs as much as a small statement."""
        parsed = make_url(url)
        overflow = pool_size * 2 if overflow is None else overflow
        self.connections_limit = 0
        """Of PostgreSQL, which counts them; 0 on SQLite."""
        self.traffic = Traffic()
        self._checkpointing: asyncio.Future[None] | None = None
        self._file: str | None = None
        """Of SQLite, unless it is all in memory."""
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._place: WritersPlace | None = WritersPlace()
            self.engine = self._sqlite_engine(parsed.set(drivername="sqlite+inline"), echo=echo)
            self._file = parsed.database if parsed.database not in ("", ":memory:") else None
            self._bulk_engine = (
                self.engine
                if self._file is None or alone
                else self._sqlite_engine(parsed.set(drivername="sqlite+aiosqlite"), echo=echo)
            )
        else:
            self._place = None
            self.connections_limit = pool_size + overflow
            self.engine = self._bulk_engine = create_async_engine(
                parsed.set(drivername="postgresql+psycopg"),
                echo=echo,
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=overflow,
                # The connection that rested least knows most statements already.
                pool_use_lifo=True,
                connect_args={"prepare_threshold": PREPARED_AFTER, "application_name": name or "huike"},
            )
            _remember_statements(self.engine)
            _check_after_a_pause(self.engine)
        self.url = self.engine.url
        for engine in {self.engine, self._bulk_engine}:
            self._watch(engine)
        self._writing = _sessions_on(self.engine)
        self._bulk_writing = _sessions_on(self._bulk_engine)
        each_alone = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reading = _sessions_on(self.engine.execution_options(huike_read_only=True, **each_alone))
        self._bulk_reading = _sessions_on(self._bulk_engine.execution_options(huike_read_only=True))

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def connections_in_use(self) -> int:
        """By this process, at this moment; those that rest in the pool left out."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    @asynccontextmanager
    async def transaction(self, *, bulk: bool = False) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end of the block and rolls back when the block raises.

        A refusal that `keeps_work` (see CrmError) commits before it goes on its way. `bulk`: work of many statements or
        large ones (an import, a nightly job); on SQLite it runs in a thread, so that the event loop goes on meanwhile.
        """
        async with self._place.taken() if self._place is not None else nullcontext():
            async with (self._bulk_writing if bulk else self._writing)() as session:
                try:
                    yield session
                except CrmError as refusal:
                    if refusal.keeps_work:
                        await session.commit()
                    raise
                await session.commit()
            self._tidy_log()

    @asynccontextmanager
    async def reading(self, *, bulk: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for reading only; on SQLite it takes no write lock. A statement that writes raises WriteInReading.

        Who reads nothing in the block takes no connection. What was read stays readable after it. On PostgreSQL each
        statement stands alone (read committed gives no more within a transaction), which saves its BEGIN and ROLLBACK;
        rows can be streamed only with `bulk`.
        """
        async with (self._bulk_reading if bulk else self._reading)() as session:
            yield session
            # Out of the session first: the rollback on closing would empty the objects the caller takes along.
            session.expunge_all()

    async def create_all(self) -> None:
        """Create every table that was imported; for tests. The program itself migrates (`crm_store.migrate`)."""
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        if self._checkpointing is not None:
            await asyncio.wait([self._checkpointing])
        await self.engine.dispose()
        await self._bulk_engine.dispose()

    def _sqlite_engine(self, url: URL, *, echo: bool) -> AsyncEngine:
        engine = create_async_engine(
            url, echo=echo, hide_parameters=True, connect_args={"cached_statements": STATEMENTS_REMEMBERED}
        )
        _prepare_sqlite(engine, inline=url.drivername == "sqlite+inline")
        return engine

    def _watch(self, engine: AsyncEngine) -> None:
        """Begin transactions as their kind needs, count them, and refuse to write in those that only read."""

        @event.listens_for(engine.sync_engine, "begin")
        def _on_begin(connection: Any) -> None:
            reads = bool(connection.get_execution_options().get("huike_read_only"))
            if self.is_sqlite:
                _begin_sqlite(connection, reads=reads)
            if reads:
                self.traffic.reading += 1
            else:
                self.traffic.writing += 1

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def _on_statement(connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
            self.traffic.statements += 1
            writes = context.isinsert or context.isupdate or context.isdelete
            if writes and connection.get_execution_options().get("huike_read_only"):
                raise WriteInReading("a session that only reads was asked to write")

    def _tidy_log(self) -> None:
        """Every so many writing transactions, have a thread put the write-ahead log into the file."""
        if self._file is None or self._checkpointing is not None or self.traffic.writing % CHECKPOINT_EVERY:
            return
        with suppress(RuntimeError):  # no event loop: the interpreter is going down
            self._checkpointing = asyncio.get_running_loop().run_in_executor(None, checkpoint, self._file)
            self._checkpointing.add_done_callback(self._tidied)

    def _tidied(self, done: "asyncio.Future[None]") -> None:
        self._checkpointing = None
        if not done.cancelled() and done.exception() is not None:
            log.warning("the write-ahead log could not be put into the file: %r", done.exception())


def is_damage(error: BaseException) -> bool:
    """Whether SQLite said, through the engine or by itself, that a file is no database or a damaged one."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", None)
    # The lowest byte: above it stands what in particular is damaged.
    return code is not None and code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _sessions_on(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


def _begin_sqlite(connection: Any, *, reads: bool) -> None:
    if reads:
        begin_reading(connection.connection)
        return
    try:
        begin_writing(connection.connection)
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", {}, error) from error


def _prepare_sqlite(engine: AsyncEngine, *, inline: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: Any) -> None:
        # The driver's own implicit BEGIN is switched off: `Database` decides between DEFERRED and IMMEDIATE.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if inline:
            cursor.execute(f"PRAGMA wal_autocheckpoint={LONGEST_LOG_PAGES}")
        cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch the file to its write-ahead log, which it stays in.

    Several processes that open a new file at once get in each other's way, and SQLite refuses this statement at once
    with "database is locked" where it would wait with any other: the busy timeout does not hold for it.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            await_only(asyncio.sleep(_WAL_RETRY_SECONDS))
        else:
            return


def _remember_statements(engine: AsyncEngine) -> None:
    """Let a PostgreSQL connection keep as many prepared statements as one of SQLite: the driver's 100 are fewer than
    this program has, and each that must go costs a round trip."""

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.driver_connection.prepared_max = STATEMENTS_REMEMBERED


def _check_after_a_pause(engine: AsyncEngine) -> None:
    """Ask a PostgreSQL connection whether it is alive only when it has rested: asking each time costs a round trip."""

    @event.listens_for(engine.sync_engine, "checkin")
    def _on_checkin(_dbapi_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _on_checkout(dbapi_connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < CHECK_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except Exception as error:
            raise DisconnectionError from error
