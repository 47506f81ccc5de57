"""Fixtures every test may use: both databases, a session that is undone, a clock that stands still."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, crypto
from crm_store.db import Base, Database
from crm_store.migrate import import_all_tables

TEST_SECRET = "an application secret that only the tests know"
POSTGRES_URL = os.environ.get("HUIKE_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("HUIKE_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")

collect_ignore = ["bot/nlu"]
"""Those tests run in Rasa's own interpreter, by a pytest.ini of their own; see `make test`."""

import_all_tables()
crypto.use_secret(TEST_SECRET)


def _admin(statement: str) -> None:
    plain = make_url(POSTGRES_URL).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own. A missing server fails the run: it is part of what is promised."""
    name = f"huike_test_{uuid.uuid4().hex[:10]}"
    _admin(f"CREATE DATABASE {name}")
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    _admin(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """An app that a test builds sets up logging for its process; the next test starts without that."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def redis_url() -> str:
    return REDIS_URL


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with all tables; every test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'huike.db'}")
    else:
        database = Database(request.getfixturevalue("postgres_url"), pool_size=30)
    await database.create_all()
    yield database
    if not database.is_sqlite:
        # TRUNCATE makes new files for every table and takes two seconds; the tests leave few rows behind.
        deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.tables.values())
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {deletes}")
    await database.close()


@pytest_asyncio.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """One transaction on each database, committed when the test ends well."""
    async with database.transaction() as session:
        yield session


@pytest.fixture
def frozen_clock() -> Iterator[clock.FrozenClock]:
    """It is Sunday, 22 November 2026, 10:00 in Shanghai, until the test moves the clock."""
    with clock.frozen(datetime(2026, 11, 22, 2, 0, tzinfo=UTC)) as frozen:
        yield frozen
