"""The demo shop to measure on: written once, and copied for every run, so that each begins with the same.

`python -m benchmarks.demo_shop DATABASE_URL DATA_FOLDER MEMBERS` writes it.
"""

import asyncio
import os
import re
import shutil
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.demo import seed
from bot.services import open_index
from bot.settings import Settings
from crm_store import crypto, migrate
from crm_store.db import Database
from crm_store.members import Member
from tests.stack import Stack

SECRET_KEY = "an application secret of shops that live for minutes"  # noqa: S105 - on loopback, with invented data
IDENTITY_SECRET = "an identity secret of shops that live for minutes"  # noqa: S105
LIMITS = re.compile(r"web_(\w+_)?(burst|per_second|per_minute)")
LIFTED = "100000"


def lifted_limits() -> dict[str, str]:
    """The settings of the app that bound how fast a visitor may write, at values nobody reaches."""
    return {f"HUIKE_{name.upper()}": LIFTED for name in Settings.model_fields if LIMITS.fullmatch(name)}


@dataclass(frozen=True)
class Ground:
    """Where PostgreSQL and Redis are (databases of a run are made there and dropped), and how many members the demo
    shop has."""

    postgres_url: str = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    redis_url: str = "redis://127.0.0.1:6379/0"
    members: int = seed.MEMBERS


class NotReachable(Exception):
    """A server that runs need does not answer; `where` is its address, without a password."""

    def __init__(self, what: str, where: str) -> None:
        self.what, self.where = what, where
        super().__init__(f"{what} does not answer at {where}")


def check(ground: Ground) -> None:
    """Raises NotReachable when PostgreSQL or Redis does not answer."""
    for what, url, errors, ask in (
        ("PostgreSQL", ground.postgres_url, psycopg.Error, lambda: _admin(ground.postgres_url, "SELECT 1")),
        ("Redis", ground.redis_url, redis.RedisError, lambda: redis.Redis.from_url(ground.redis_url).ping()),
    ):
        try:
            ask()
        except errors as error:
            raise NotReachable(what, make_url(url).render_as_string(hide_password=True)) from error


@dataclass(frozen=True)
class Template:
    """A shop that is only copied from. `database_url` is where its data lie."""

    kind: str
    database_url: str
    cache: Path
    members: list[str]
    """Numbers of its members."""


def _admin(url: str, statement: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def template(kind: str, ground: Ground, folder: Path) -> AsyncIterator[Template]:
    """Write the demo shop on `kind` (sqlite, postgresql) in a process of its own."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    name = f"huike_bench_{uuid.uuid4().hex[:10]}"
    url = f"sqlite:///{folder / 'huike.db'}" if kind == "sqlite" else _with_database(ground.postgres_url, name)
    if kind != "sqlite":
        _admin(ground.postgres_url, f"CREATE DATABASE {name}")
    try:
        writing = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.demo_shop", url, str(folder), str(ground.members),
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        )  # fmt: skip
        if await writing.wait():
            raise RuntimeError("the demo shop could not be written")
        database = Database(url)
        async with database.reading() as session:
            numbers = list(await session.scalars(select(Member.number).order_by(Member.id)))
        await database.close()
        yield Template(kind, url, folder / "cache", numbers)
    finally:
        if kind != "sqlite":
            _admin(ground.postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def opened(shop: Template, ground: Ground, folder: Path, *, with_rasa: bool = True) -> AsyncIterator[Stack]:
    """A copy of the shop with app and Rasa running. Nothing in it has seen any message: vectors that were kept on disk
    are those of the articles."""
    await asyncio.to_thread(shutil.copytree, shop.cache, folder / "cache")
    name = f"huike_bench_{uuid.uuid4().hex[:10]}"
    settings = {
        "HUIKE_SECRET_KEY": SECRET_KEY,
        "HUIKE_IDENTITY_SECRET": IDENTITY_SECRET,
        "HUIKE_TRACKER_URL": "",
        "HUIKE_REDIS_URL": "",
        **lifted_limits(),
    }
    if shop.kind == "sqlite":
        url = f"sqlite:///{folder / 'huike.db'}"
        source = Path(make_url(shop.database_url).database or "")
        shutil.copy(source, folder / "huike.db")
    else:
        _admin(ground.postgres_url, f"CREATE DATABASE {name} TEMPLATE {make_url(shop.database_url).database}")
        url = _with_database(ground.postgres_url, name)
        settings |= {"HUIKE_REDIS_URL": ground.redis_url, "HUIKE_TRACKER_URL": url}
    stack = Stack(folder, url, settings)
    try:
        if with_rasa:
            await stack.start()
        else:
            await stack.app.start()
            await stack.app.wait_ready(90)
        yield stack
    finally:
        await stack.stop()
        if shop.kind != "sqlite":
            _admin(ground.postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _write(url: str, folder: Path, members: int) -> None:
    crypto.use_secret(SECRET_KEY)
    settings = Settings(demo=True, data_dir=folder, database_url=url)
    database = Database(url)
    await migrate.upgrade(database)
    await seed.seed(database, member_count=members)
    await open_index(settings, database).warm()
    await database.close()


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
