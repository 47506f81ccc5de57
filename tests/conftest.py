"""Fixtures every test may use: both databases, a session that is undone, a clock that stands still."""

import gc
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, crypto
from crm_store.db import Base, Database
from crm_store.migrate import import_all_tables
from tests import statements
from tests.postgres import RestedConnections, Sweeper, connected

TEST_SECRET = "an application secret that only the tests know"
POSTGRES_URL = os.environ.get("HUIKE_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("HUIKE_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
DATABASES = os.environ.get("HUIKE_TEST_DATABASES", "sqlite,postgresql").split(",")
"""On what the `database` fixture runs each test; mutation testing takes SQLite alone, for speed."""

collect_ignore = ["bot/nlu"]
"""Those tests run in Rasa's own interpreter, by a pytest.ini of their own; see `make test`."""

import_all_tables()
statements.share()
crypto.use_secret(TEST_SECRET)
# A machine that others share is slow at times; that says nothing of the values that are tried.
settings.register_profile("shared", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("shared")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole shop's tests, which take longest, begin first. A test with a fixture that lives in the event loop of
    the run lives there too."""
    items.sort(key=lambda item: not needs_whole_shop(item.nodeid))
    for item in items:
        if isinstance(item, pytest.Function) and _is_of_the_run(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_collection_finish() -> None:
    """What has been collected stays to the end of the run: looked through by the garbage collector again and again, it
    cost a sixth of the processor time of many tests."""
    gc.freeze()


def _is_of_the_run(test: pytest.Function) -> bool:
    """Raises UsageError for a test half of whose fixtures would stand still: those of another event loop."""
    fixtures = [found[-1].func for found in test._fixtureinfo.name2fixturedefs.values()]
    is_of_the_run = any(_loop_of(fixture) == "session" for fixture in fixtures)
    others = [
        fixture.__name__
        for fixture in fixtures
        if (iscoroutinefunction(fixture) or isasyncgenfunction(fixture)) and _loop_of(fixture) != "session"
    ]
    if is_of_the_run and others:
        raise pytest.UsageError(f"{test.nodeid}: {', '.join(others)} must have loop_scope='session' as well")
    return is_of_the_run


def _loop_of(fixture: object) -> str | None:
    return getattr(fixture, "_loop_scope", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How workers share the tests: a file stays with one of them, and so does everything that starts Rasa or the whole
    shop, so that two shops never wait for the same processors. (`--dist loadgroup` is for that, but pytest-xdist 3.8
    groups nothing under pytest 9.2: its issue 1386.)"""
    from xdist.scheduler import LoadFileScheduling

    class WholeShopTogether(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "whole shop" if needs_whole_shop(nodeid) else super()._split_scope(nodeid)

    return WholeShopTogether(config, log)


def needs_whole_shop(nodeid: str) -> bool:
    return nodeid.startswith(("tests/e2e/", "tests/conversations/"))


def _admin(*commands: str) -> None:
    with connected(POSTGRES_URL) as connection:
        for command in commands:
            connection.execute(command)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own. A missing server fails the run: it is part of what is promised."""
    name = f"huike_test_{uuid.uuid4().hex[:10]}"
    # No test pulls the plug of the server, so no commit needs to wait for the disk.
    _admin(f"CREATE DATABASE {name}", f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    _admin(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_url: str) -> str:
    """The run's PostgreSQL database once it has all tables."""
    _create_tables(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def rested_connections() -> Iterator[RestedConnections]:
    rested = RestedConnections()
    yield rested
    rested.close()


@pytest.fixture(scope="session")
def sweeper(postgres_with_tables: str) -> Iterator[Sweeper]:
    sweeper = Sweeper(postgres_with_tables)
    yield sweeper
    sweeper.close()


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file with all tables, to be copied: making them anew costs a tenth of a second for each test."""
    path = tmp_path_factory.mktemp("tables") / "empty.db"
    _create_tables(f"sqlite:///{path}")
    return path


def _create_tables(url: str) -> None:
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """An app that a test builds sets up logging for its process; the next test starts without that."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def redis_url() -> str:
    return REDIS_URL


@pytest_asyncio.fixture(params=DATABASES)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with all tables; every test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "huike.db")
        database = Database(f"sqlite:///{path}")
        event.listen(database.engine.sync_engine, "connect", _leave_the_disk_alone)
        yield database
        await database.close()
    else:
        sweeper = request.getfixturevalue("sweeper")
        database = Database(request.getfixturevalue("postgres_with_tables"), pool_size=30)
        request.getfixturevalue("rested_connections").lend_to(database)
        yield database
        await database.close()
        sweeper.sweep()


def _leave_the_disk_alone(connection: Any, _record: Any) -> None:
    """The file lives as long as its test, so no commit needs to wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


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
