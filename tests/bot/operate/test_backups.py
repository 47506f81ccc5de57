"""A backup put into an empty place holds everything, and nothing is ever written over."""

import asyncio
import io
import json
import os
import shutil
import sqlite3
import tarfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
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


async def test_under_another_secret_nothing_is_put_anywhere(places: tuple[Settings, Settings], tmp_path: Path) -> None:
    shop, new = places
    file = tmp_path / "monday.tar.gz"
    await lived_in(shop)
    await write(shop, file)
    secret = SecretStr("another secret than the one it was written with")
    status, said = await read(new.model_copy(update={"secret_key": secret}), file)
    assert status == 1
    assert "another HUIKE_SECRET_KEY" in said
    assert not (tmp_path / "new" / "attachments").exists()
    assert (await read(new, file))[0] == 0
    assert (new.data_dir / "attachments" / FILE).read_bytes() == b"a photo"


@pytest.mark.parametrize("content", [b"no archive", b""])
async def test_half_a_backup_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.tar.gz"
    file.write_bytes(content)
    status, said = await read(settings_at(tmp_path / "new"), file)
    assert status == 1
    assert "no whole backup" in said


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the archive lies that the tests of this file damage copies of: it is made once."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
async def packed(tmp_path: Path, shelf: Path) -> Path:
    """A good archive of a shop on SQLite."""
    good, file = shelf / "good.tar.gz", tmp_path / "monday.tar.gz"
    if not await asyncio.to_thread(good.exists):
        shop = settings_at(shelf / "shop")
        await lived_in(shop)
        assert (await write(shop, good))[0] == 0
    shutil.copy(good, file)
    return file


async def refused(tmp_path: Path, file: Path) -> str:
    """What restore says of an archive that it must not take; afterwards the good one goes into the same place."""
    new = settings_at(tmp_path / "new")
    status, said = await read(new, file)
    assert status == 1, said
    assert "Nothing was restored" in said
    assert not new.attachments.exists()
    assert not _trackers(new).exists()
    good = tmp_path / "monday.tar.gz"
    if good.exists() and good != file:
        status, again = await read(new, good)
        assert status == 0, again
    return said


def repacked(file: Path, change: Callable[[dict[str, bytes]], object], *, with_sums: bool = True) -> Path:
    """The archive with other members, as a tar and a gzip stream without a fault. Without sums it is as they were
    written before there were any."""
    with tarfile.open(file) as archive:
        opened = {each.name: archive.extractfile(each) for each in archive}
        members = {name: member.read() for name, member in opened.items() if member is not None}
    if not with_sums:
        manifest = json.loads(members["manifest.json"])
        del manifest["sha256"]
        members["manifest.json"] = json.dumps(manifest).encode()
    change(members)
    other = file.with_name("tuesday.tar.gz")
    with tarfile.open(other, "w:gz") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return other


def overwritten(content: bytes) -> bytes:
    """With two of a database's pages lost."""
    return content[: 2 * 4096] + b"\x00" * (2 * 4096) + content[4 * 4096 :]


DATABASE, PHOTO, MANIFEST = "huike.db", f"attachments/{FILE}", "manifest.json"


class TestDamagedArchives:
    @pytest.mark.parametrize("tenth", range(10))
    async def test_one_bit_is_enough(self, tmp_path: Path, packed: Path, tenth: int) -> None:
        file = repacked(packed, lambda members: None)
        content = bytearray(file.read_bytes())
        # Past the head of the stream, where the name of the tar stands, which means nothing.
        content[64 + (len(content) - 74) * tenth // 10] ^= 0x10
        file.write_bytes(content)
        status, said = await read(settings_at(tmp_path / "new"), file)
        assert status == 1
        assert "no whole backup" in said

    @pytest.mark.parametrize("with_sums", [True, False])
    async def test_the_sum_at_the_end_of_the_stream_counts(self, tmp_path: Path, packed: Path, with_sums: bool) -> None:
        file = repacked(packed, lambda members: None, with_sums=with_sums)
        content = bytearray(file.read_bytes())
        content[-8] ^= 0x01
        file.write_bytes(content)
        assert "no whole backup" in await refused(tmp_path, file)

    @pytest.mark.parametrize("with_sums", [True, False])
    async def test_one_that_breaks_off(self, tmp_path: Path, packed: Path, with_sums: bool) -> None:
        file = repacked(packed, lambda members: None, with_sums=with_sums)
        file.write_bytes(file.read_bytes()[:-4])
        assert "no whole backup" in await refused(tmp_path, file)

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (lambda members: members.update({PHOTO: b"another"}), PHOTO),
            (lambda members: members.update({"trackers.sqlite3": b""}), "trackers.sqlite3"),
            (lambda members: members.update({DATABASE: members[DATABASE] + b"\x00"}), DATABASE),
            (lambda members: members.pop(PHOTO), f"{PHOTO} is missing"),
            (lambda members: members.update({"attachments/web/more.jpg": b""}), "more.jpg does not belong"),
        ],
    )
    async def test_a_member_that_is_not_what_was_packed_is_named(
        self, tmp_path: Path, packed: Path, change: Callable[[dict[str, bytes]], object], named: str
    ) -> None:
        assert named in await refused(tmp_path, repacked(packed, change))

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda members: members.update({DATABASE: b""}), "no tables"),
            (lambda members: members.update({DATABASE: b"words, and no pages"}), "not a database"),
            (lambda members: members.update({DATABASE: overwritten(members[DATABASE])}), "database"),
            (lambda members: members.update({DATABASE: members[DATABASE][:-4096]}), "database"),
        ],
    )
    async def test_a_damaged_database_is_found_without_sums_too(
        self, tmp_path: Path, packed: Path, change: Callable[[dict[str, bytes]], object], why: str
    ) -> None:
        assert why in await refused(tmp_path, repacked(packed, change, with_sums=False))

    @pytest.mark.parametrize(
        "manifest",
        [b"[]", b"3", b"null", b"{}", b"no JSON", b"\xff", b"[" * 100_000, b'{"format": 1, "at": "", "sha256": []}'],
    )
    async def test_a_manifest_that_nobody_wrote(self, tmp_path: Path, packed: Path, manifest: bytes) -> None:
        said = await refused(tmp_path, repacked(packed, lambda members: members.update({MANIFEST: manifest})))
        assert "manifest.json" in said

    async def test_none_at_all(self, tmp_path: Path, packed: Path) -> None:
        assert "no manifest.json" in await refused(tmp_path, repacked(packed, lambda members: members.pop(MANIFEST)))

    async def test_no_archive(self, tmp_path: Path) -> None:
        assert "No such file" in await refused(tmp_path, tmp_path / "wednesday.tar.gz")


async def test_an_archive_from_before_there_were_sums_is_taken(tmp_path: Path, packed: Path) -> None:
    new = settings_at(tmp_path / "new")
    status, said = await read(new, repacked(packed, lambda members: None, with_sums=False))
    assert status == 0, said
    assert (new.attachments / FILE).read_bytes() == b"a photo"


async def test_files_of_every_size_are_packed_with_their_sums(tmp_path: Path) -> None:
    shop, new, file = settings_at(tmp_path / "shop"), settings_at(tmp_path / "new"), tmp_path / "monday.tar.gz"
    await lived_in(shop)
    contents = {"web/empty": b"", "web/large": os.urandom(3_000_001), "web/照片 [1].jpg": b"another"}
    for name, content in contents.items():
        (shop.attachments / name).write_bytes(content)
    os.link(shop.attachments / "web/large", shop.attachments / "web/twice")
    assert (await write(shop, file))[0] == 0
    status, said = await read(new, file)
    assert status == 0, said
    contents["web/twice"] = contents["web/large"]
    assert {name: (new.attachments / name).read_bytes() for name in contents} == contents


class TestNoBackup:
    @pytest.mark.parametrize("name", ["nowhere/monday.tar.gz", "a file/monday.tar.gz", f"{'long' * 62}.tar.gz"])
    async def test_a_file_that_cannot_be_written_is_told_before_anything_is_copied(
        self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a file").touch()
        monkeypatch.setattr(backups, "_copy_database", None)
        status, said = await write(settings_at(tmp_path / "shop"), tmp_path / name)
        assert status == 2
        assert "cannot be written" in said

    async def test_of_a_database_without_tables(self, tmp_path: Path) -> None:
        (tmp_path / "shop").mkdir()
        status, said = await write(settings_at(tmp_path / "shop"), tmp_path / "monday.tar.gz")
        assert status == 1
        assert "HUIKE_DATA_DIR" in said
        assert os.listdir(tmp_path) == ["shop"]

    @pytest.mark.parametrize("name", ["huike.db", "rasa/trackers.sqlite3"])
    async def test_of_a_damaged_file(self, tmp_path: Path, name: str) -> None:
        shop = settings_at(tmp_path / "shop")
        await lived_in(shop)
        (shop.data_dir / name).write_bytes(b"words, and no pages " * 300)
        status, said = await write(shop, tmp_path / "monday.tar.gz")
        assert status == 1
        assert name in said
        assert os.listdir(tmp_path) == ["shop"]

    async def test_of_a_database_with_a_lost_page(self, tmp_path: Path) -> None:
        """Its copy would be refused when it is needed."""
        shop = settings_at(tmp_path / "shop")
        await lived_in(shop)
        file = shop.data_dir / "huike.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'members'").fetchone()
        content = bytearray(file.read_bytes())
        content[(root - 1) * 4096 : root * 4096] = b"\xaa" * 4096
        file.write_bytes(content)
        status, said = await write(shop, tmp_path / "monday.tar.gz")
        assert status == 1
        assert "damaged" in said


async def test_into_a_place_whose_database_is_damaged(tmp_path: Path, packed: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "huike.db").write_bytes(b"words, and no pages " * 300)
    status, said = await read(settings_at(tmp_path / "new"), packed)
    assert status == 1
    assert "move the file away" in said


async def test_without_postgresqls_programs_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_with_tables: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, said = await write(settings_at(tmp_path / "shop", postgres_with_tables), tmp_path / "monday.tar.gz")
    assert status == 1
    assert "postgresql-client" in said
    assert not (tmp_path / "monday.tar.gz").exists()
