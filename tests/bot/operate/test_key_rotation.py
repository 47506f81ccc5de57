"""Another secret: the command says what it needs, and a replica with the old one says that it is not ready."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr
from rich.console import Console

from bot.operate import health, key_rotation
from bot.services import Services, build_services
from bot.settings import Settings
from crm_store import audit, crypto, keys, members
from crm_store.db import Database
from tests.bot import dialogue_server
from tests.bot.dialogue_server import DialogueServer
from tests.conftest import TEST_SECRET

NEW = "the secret that takes the place of the tests' secret"


@pytest.fixture(autouse=True)
def the_tests_secret_again() -> Iterator[None]:
    yield
    crypto.use_secret(TEST_SECRET)


def settings_for(database: Database, folder: Path, **changed: Any) -> Settings:
    chosen: dict[str, Any] = {
        "demo": True,
        "data_dir": folder,
        "database_url": database.url.render_as_string(hide_password=False),
        "secret_key": SecretStr(TEST_SECRET),
        "actions_secret": SecretStr(dialogue_server.SECRET),
        "port": 9,
    }
    return Settings(**(chosen | changed))


async def rotated(settings: Settings) -> tuple[int, str]:
    said = io.StringIO()
    return await key_rotation.rotate(settings, Console(file=said, width=400)), said.getvalue()


@pytest_asyncio.fixture
async def services(database: Database, rasa: DialogueServer, tmp_path: Path) -> AsyncIterator[Services]:
    built = build_services(settings_for(database, tmp_path, rasa_url=rasa.url))
    async with built.database.transaction() as session:
        await keys.remember(session)
        for last in range(3):
            await members.create(session, phone=f"1380013800{last}")
    yield built
    await built.dialogue.close()
    await built.database.close()


async def ready(services: Services) -> tuple[int, bool]:
    app = FastAPI()
    app.include_router(health.build_router(services))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json()["key"]


async def test_a_replica_with_the_old_secret_is_not_ready_and_one_with_the_new_is(
    services: Services, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation.migrate, "upgrade", _nothing_to_do)
    assert await ready(services) == (200, True)
    status, said = await rotated(
        settings_for(database, tmp_path, secret_key=SecretStr(NEW), old_secret_key=SecretStr(TEST_SECRET))
    )
    assert status == 0, said
    crypto.use_secret(TEST_SECRET)
    assert await ready(services) == (503, False)
    crypto.use_secret(NEW)
    assert await ready(services) == (200, True)
    async with database.reading() as session:
        [entry] = await audit.entries(session, action="rotate_key")
        assert entry.details == {"rows": 3}
        assert await members.by_phone(session, "13800138000") is not None


@pytest.mark.parametrize("old", ["", NEW])
async def test_without_two_secrets_it_says_which_it_needs(database: Database, tmp_path: Path, old: str) -> None:
    status, said = await rotated(
        settings_for(database, tmp_path, secret_key=SecretStr(NEW), old_secret_key=SecretStr(old))
    )
    assert status == 2
    assert "HUIKE_OLD_SECRET_KEY" in said


async def test_while_the_app_answers_nothing_is_rotated(
    services: Services, database: Database, tmp_path: Path, rasa: DialogueServer
) -> None:
    rasa.app.get("/healthz")(_alive)
    port = int(rasa.url.rpartition(":")[2])
    chosen = {"secret_key": SecretStr(NEW), "old_secret_key": SecretStr(TEST_SECRET), "port": port}
    status, said = await rotated(settings_for(database, tmp_path, **chosen))
    assert status == 2
    assert "stop it" in said
    crypto.use_secret(TEST_SECRET)
    await keys.check(database)


async def _alive() -> dict[str, str]:
    return {"status": "ok"}


async def _nothing_to_do(_database: Database) -> None:
    """The tests' databases have their tables already, without the migrations' own."""
