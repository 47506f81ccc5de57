"""Connections to PostgreSQL that stay open from one test to the next.

A new connection is a new process of the server, which reads the definitions of every table it meets anew: that took
longer than most tests.
"""

import asyncio
import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import AsyncAdapt_psycopg_connection
from sqlalchemy.engine import make_url

from crm_store.db import Base, Database

KEPT = 4
"""Connections of one process; what a test opens beyond them is closed with it."""
LONGEST_LOCK_SECONDS = 30
"""What a test still holds locked when it has ended is its fault: it is told instead of waited for."""


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection beside all engines, each statement of which is a transaction."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


class Sweeper:
    """Takes all rows out of a database; its connection plans the statements once. (TRUNCATE makes new files for every
    table and takes two seconds; the tests leave few rows behind.)"""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._prepared()

    def sweep(self) -> None:
        try:
            self._sweep()
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = self._prepared()  # the test has ended every connection, as a server does that stops
            self._sweep()

    def close(self) -> None:
        self._connection.close()

    def _sweep(self) -> None:
        self._connection.execute("CALL pg_temp.sweep()")

    def _prepared(self) -> psycopg.Connection[Any]:
        deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.tables.values())
        connection = connected(self._url)
        connection.execute("SET session_replication_role = replica")  # no order of tables, no triggers
        connection.execute(f"SET lock_timeout = '{LONGEST_LOCK_SECONDS}s'")
        connection.execute(f"CREATE PROCEDURE pg_temp.sweep() AS $$ BEGIN {deletes}; END $$ LANGUAGE plpgsql")
        return connection


class RestedConnections:
    """Those that no test uses at the moment: outside any transaction and in the driver's own state, so that the next
    test's engine gets one as if it had just been opened. All databases lent to are of one address."""

    def __init__(self) -> None:
        self._rested: list[psycopg.AsyncConnection[Any]] = []

    def lend_to(self, database: Database) -> None:
        """Let `database` take its connections from here, and give them back when it is closed."""
        engine = database.engine.sync_engine
        close = engine.dialect.do_close

        @event.listens_for(engine, "do_connect")
        def _lend(dialect: Any, _record: Any, _arguments: Any, _options: Any) -> Any:
            while self._rested:
                connection = self._rested.pop()
                if _is_at_rest(connection):
                    connection.lock = asyncio.Lock()  # the one it has belongs to the event loop of an earlier test
                    return AsyncAdapt_psycopg_connection(dialect.loaded_dbapi, connection)
                connection.pgconn.finish()
            return None

        def take_back(adapted: Any) -> None:
            connection = adapted.driver_connection
            if len(self._rested) < KEPT and _is_at_rest(connection):
                self._rested.append(connection)
            else:
                close(adapted)

        # For this engine's dialect alone: a pool offers no other place to keep what it would close.
        engine.dialect.do_close = take_back  # type: ignore[method-assign]

    def close(self) -> None:
        """End them all, as their event loops already have."""
        while self._rested:
            self._rested.pop().pgconn.finish()


def _is_at_rest(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server waits for a statement outside any transaction and has said nothing unasked (goodbye)."""
    return (
        not connection.closed
        and not connection.autocommit
        and connection.info.transaction_status == TransactionStatus.IDLE
        and not select.select([connection.fileno()], [], [], 0)[0]
    )
