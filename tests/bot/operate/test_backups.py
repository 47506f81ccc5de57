"""A backup put into an empty place holds everything, and nothing is ever written over."""

import io
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.operate import backups
from bot.settings import Settings
from crm_store import crypto, keys, members, migrate
from crm_store.db import Database
from crm_store.messages import Message
from tests.conftest import POSTGRES_URL, TEST_SECRET
from tests.crm_store.inbox import receive

FILE = "web/ab/photo.jpg"


@pytest.fixture(autouse=True)
def the_tests_secret_again() -> Iterator[None]:
    yield
    crypto.use_secret(TEST_SECRET)


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Settings, Settings]]:
    """A shop, and an empty place of the same kind."""
    if request.param == "sqlite":
        yield settings_at(tmp_path / "shop"), settings_at(tmp_path / "new")
        return
    names = [f"huike_backup_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    plain = make_url(POSTGRES_URL).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
    urls = [make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False) for name in names]
    yield settings_at(tmp_path / "shop", urls[0]), settings_at(tmp_path / "new", urls[1])
    with psycopg.connect(plain, autocommit=True) as server:
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def settings_at(folder: Path, url: str = "", secret: str = TEST_SECRET) -> Settings:
    return Settings(demo=True, data_dir=folder, database_url=url, secret_key=SecretStr(secret))


async def lived_in(settings: Settings) -> None:
    """A member, a message with a file, a dialogue, in what is stored now."""
    crypto.use_secret(TEST_SECRET)
    database = Database(settings.database_url)
    await migrate.upgrade(database)
    async with database.transaction() as session:
        await keys.remember(session)
        await members.create(session, family_name="王", phone="13800138000")
        await receive(session, "看这张照片", attachments=[{"kind": "image", "ref": FILE, "mime": "image/jpeg"}])
    await database.close()
    (settings.data_dir / "attachments" / FILE).parent.mkdir(parents=True)
    (settings.data_dir / "attachments" / FILE).write_bytes(b"a photo")
    with sqlite3.connect(_trackers(settings)) as trackers:
        trackers.execute("CREATE TABLE rasa_turns (sender_id TEXT)")
        trackers.execute("INSERT INTO rasa_turns VALUES ('c1')")


def _trackers(settings: Settings) -> Path:
    settings.rasa_dir.mkdir(parents=True, exist_ok=True)
    return settings.rasa_dir / "trackers.sqlite3"


async def write(settings: Settings, file: Path) -> tuple[int, str]:
    said = io.StringIO()
    return await backups.write(settings, Console(file=said, width=400), file), said.getvalue()


async def read(settings: Settings, file: Path) -> tuple[int, str]:
    said = io.StringIO()
    return await backups.read(settings, Console(file=said, width=400), file), said.getvalue()


async def test_in_an_empty_place_everything_is_found_again(places: tuple[Settings, Settings], tmp_path: Path) -> None:
    shop, new = places
    await lived_in(shop)
    file = tmp_path / "monday.tar.gz"
    status, said = await write(shop, file)
    assert status == 0, said
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]

    status, said = await read(new, file)
    assert status == 0, said
    database = Database(new.database_url)
    async with database.reading() as session:
        member = await members.by_phone(session, "+8613800138000")
        assert member is not None
        assert member.family_name == "王"
        assert [each.text for each in await session.scalars(select(Message))] == ["看这张照片"]
    assert await migrate.differences(database) == []
    await database.close()
    assert (new.data_dir / "attachments" / FILE).read_bytes() == b"a photo"
    with sqlite3.connect(_trackers(new)) as trackers:
        assert trackers.execute("SELECT sender_id FROM rasa_turns").fetchall() == [("c1",)]

    status, said = await read(new, file)
    assert status == 1
    assert "already" in said


async def test_an_older_backup_is_never_written_over(tmp_path: Path) -> None:
    shop, file = settings_at(tmp_path / "shop"), tmp_path / "monday.tar.gz"
    await lived_in(shop)
    file.write_bytes(b"an older one")
    status, _ = await write(shop, file)
    assert (status, file.read_bytes()) == (2, b"an older one")


async def test_under_another_secret_nothing_is_put_anywhere(tmp_path: Path) -> None:
    shop, file = settings_at(tmp_path / "shop"), tmp_path / "monday.tar.gz"
    await lived_in(shop)
    await write(shop, file)
    other = settings_at(tmp_path / "new", secret="another secret than the one it was written with")
    status, said = await read(other, file)
    assert status == 1
    assert "another HUIKE_SECRET_KEY" in said
    assert not (tmp_path / "new" / "attachments").exists()
    right = settings_at(tmp_path / "new")
    assert (await read(right, file))[0] == 0


@pytest.mark.parametrize("content", [b"no archive", b""])
async def test_half_a_backup_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.tar.gz"
    file.write_bytes(content)
    status, said = await read(settings_at(tmp_path / "new"), file)
    assert status == 1
    assert "no whole backup" in said


async def test_without_postgresqls_programs_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_with_tables: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, said = await write(settings_at(tmp_path / "shop", postgres_with_tables), tmp_path / "monday.tar.gz")
    assert status == 1
    assert "postgresql-client" in said
    assert not (tmp_path / "monday.tar.gz").exists()
