"""`huike keys seal` and `unseal`: they say when they must not run, and leave nothing readable behind."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.operate import sealing as commands
from bot.settings import Settings
from crm_store import audit, crypto, members, migrate, sealing, search
from crm_store.db import Database
from tests.bot import dialogue_server
from tests.conftest import TEST_SECRET
from tests.crm_store.inbox import receive


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    sealing.use_sealing(False)
    crypto.use_secret(TEST_SECRET)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'huike.db'}"


def chosen(url: str, folder: Path, *, on: bool) -> Settings:
    told: dict[str, Any] = {
        "demo": True,
        "data_dir": folder,
        "database_url": url,
        "secret_key": SecretStr(TEST_SECRET),
        "actions_secret": SecretStr(dialogue_server.SECRET),
    }
    return Settings(**told, encrypt_at_rest=on)


async def run(command: Callable[..., Any], settings: Settings) -> tuple[int, str]:
    said = io.StringIO()
    return await command(settings, Console(file=said, width=400)), said.getvalue()


async def shop(url: str) -> Database:
    database = Database(url)
    await migrate.upgrade(database)
    async with database.transaction() as session:
        for given in ("Narwhal", "Unicorn of the sea"):
            await members.create(session, family_name="獨角鯨", given_name=given)
        await receive(session, "獨角鯨燈壞了 narwhal")
        await search.index_messages(session)
    return database


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("huike.db*"))


async def test_sealed_and_back_and_the_file_keeps_nothing_of_before(url: str, tmp_path: Path) -> None:
    await (await shop(url)).close()
    assert "獨角鯨".encode() in on_disk(tmp_path)
    status, said = await run(commands.seal, chosen(url, tmp_path, on=True))
    assert (status, "sealed now" in said) == (0, True), said
    assert not any(word in on_disk(tmp_path) for word in ("獨角鯨".encode(), "独角鲸".encode(), b"arwhal"))
    assert (await run(commands.seal, chosen(url, tmp_path, on=True)))[1].strip().startswith("0 rows")
    status, said = await run(commands.unseal, chosen(url, tmp_path, on=False))
    assert (status, "in clear now" in said) == (0, True), said
    database = Database(url)
    async with database.reading() as session:
        found = await search.members_like(session, "独角", limit=5)
        assert [member.family_name for member in found] == ["獨角鯨"] * 2
        assert [each.details["rows"] > 0 for each in await audit.entries(session, action="seal_rows")] == [False, True]
    await database.close()
    assert "獨角鯨".encode() in on_disk(tmp_path)


@pytest.mark.parametrize(("command", "on"), [(commands.seal, False), (commands.unseal, True)])
async def test_while_the_setting_says_otherwise_nothing_is_rewritten(
    url: str, tmp_path: Path, command: Callable[..., Any], on: bool
) -> None:
    database = await shop(url)
    status, said = await run(command, chosen(url, tmp_path, on=on))
    assert status == 2
    assert "HUIKE_ENCRYPT_AT_REST" in said
    async with database.reading() as session:
        assert await audit.entries(session, action="seal_rows") == []
    await database.close()


async def test_with_another_secret_nothing_is_rewritten(url: str, tmp_path: Path) -> None:
    database = await shop(url)
    async with database.transaction() as session:
        await members.create(session, given_name="乙", phone="13800138000")
    await database.close()
    other = chosen(url, tmp_path, on=True).model_copy(
        update={"secret_key": SecretStr("another secret than the one it was begun with")}
    )
    status, said = await run(commands.seal, other)
    assert (status, "HUIKE_SECRET_KEY" in said) == (1, True)
    assert "獨角鯨".encode() in on_disk(tmp_path)
