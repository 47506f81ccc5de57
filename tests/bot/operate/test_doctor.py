"""`huike doctor` says of each part how it is and what to do; `/readyz` is red when database or disk fail."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy.engine import make_url

from bot.operate import doctor, health
from bot.operate.doctor import CHECKS, Finding, Unwell
from bot.services import Services, build_services
from bot.settings import Settings
from crm_store import at_rest, crypto, members, migrate, sealing
from crm_store.db import Database
from tests import bot_api_server
from tests.bot.dialogue_server import DialogueServer
from tests.conftest import POSTGRES_URL, TEST_SECRET, _admin


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """Settings of an installation on SQLite of which nothing runs."""
    return {
        "_env_file": None,
        "data_dir": tmp_path,
        "secret_key": TEST_SECRET,
        "actions_secret": TEST_SECRET,
        "rasa_url": "http://127.0.0.1:9",
        "port": 9,
        "public_url": "http://127.0.0.1:9",
    }


@pytest_asyncio.fixture
async def own_postgres() -> AsyncIterator[str]:
    """A database of the test's own, which it may drop."""
    name = f"huike_doctor_{uuid.uuid4().hex[:8]}"
    _admin(f"CREATE DATABASE {name}")
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    _admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def seen(part: str, told: dict[str, Any], **changed: Any) -> Finding:
    return await CHECKS[part](Settings(**(told | changed)))


async def unwell(part: str, told: dict[str, Any], **changed: Any) -> Unwell:
    with pytest.raises(Unwell) as problem:
        await seen(part, told, **changed)
    assert problem.value.advice
    return problem.value


class TestParts:
    async def test_a_database_of_another_version_is_to_be_migrated(self, told: dict[str, Any]) -> None:
        assert "huike migrate" in (await unwell("Database", told)).advice
        database = Database(f"sqlite:///{told['data_dir'] / 'huike.db'}")
        await migrate.upgrade(database)
        await database.close()
        assert await seen("Database", told) == Finding("sqlite, newest schema")

    async def test_a_database_that_is_away_is_named_without_its_password(self, told: dict[str, Any]) -> None:
        problem = await unwell("Database", told, database_url="postgresql://shop:geheim@127.0.0.1:9/huike")
        assert "127.0.0.1:9" in problem.what
        assert "geheim" not in problem.what + problem.advice

    @pytest.mark.parametrize("part", ["Database", "Secret key", "Encryption"])
    async def test_a_damaged_database_is_named_with_the_way_back(self, told: dict[str, Any], part: str) -> None:
        (told["data_dir"] / "huike.db").write_bytes(b"words, and no pages " * 300)
        problem = await unwell(part, told, encrypt_at_rest=True)
        assert "huike.db is damaged" in problem.what
        assert "huike restore" in problem.advice

    async def test_another_key_than_the_data_were_written_with(self, told: dict[str, Any]) -> None:
        crypto.use_secret(TEST_SECRET)
        database = Database(f"sqlite:///{told['data_dir'] / 'huike.db'}")
        await migrate.upgrade(database)
        async with database.transaction() as session:
            await members.create(session, given_name="甲", phone="13800138000")
        await database.close()
        assert not (await seen("Secret key", told)).advice
        problem = await unwell("Secret key", told, secret_key="another secret than the one it was begun with")
        assert "HUIKE_SECRET_KEY" in problem.what
        assert (await seen("Database", told, secret_key="another secret than the one it was begun with")).text
        crypto.use_secret(TEST_SECRET)

    async def test_rows_from_before_that_stand_in_clear_though_they_should_not(self, told: dict[str, Any]) -> None:
        crypto.use_secret(TEST_SECRET)
        database = Database(f"sqlite:///{told['data_dir'] / 'huike.db'}")
        await migrate.upgrade(database)
        async with database.transaction() as session:
            await members.create(session, given_name="甲")
        assert "in clear" in (await seen("Encryption", told)).text
        problem = await unwell("Encryption", told, encrypt_at_rest=True)
        assert "members" in problem.what
        assert "huike keys seal" in problem.advice
        await at_rest.seal(database)
        await database.close()
        assert await seen("Encryption", told, encrypt_at_rest=True) == Finding(
            "names, birthdays and words are encrypted"
        )
        sealing.use_sealing(False)

    async def test_more_connections_than_postgresql_allows(self, told: dict[str, Any], own_postgres: str) -> None:
        enough = await seen("Connections", told, database_url=own_postgres, database_connections=5)
        assert enough.advice == ""
        far_too_many = await seen("Connections", told, database_url=own_postgres, database_connections=5000)
        assert re.search(r"HUIKE_DATABASE_CONNECTIONS to \d+ or less", far_too_many.advice)

    @pytest.mark.parametrize(("off", "is_wrong"), [(0.2, False), (4, False), (-60, True)])
    async def test_a_clock_that_differs_from_the_databases(
        self, told: dict[str, Any], own_postgres: str, off: float, is_wrong: bool
    ) -> None:
        class Shifted(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return super().now(tz) + timedelta(seconds=off)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(doctor, "datetime", Shifted)
            if is_wrong:
                assert "NTP" in (await unwell("Clock", told, database_url=own_postgres)).advice
            else:
                assert bool((await seen("Clock", told, database_url=own_postgres)).advice) == (off > 1)

    async def test_redis_away_and_there(self, told: dict[str, Any], redis_url: str) -> None:
        assert "HUIKE_REDIS_URL" in (await unwell("Redis", told, redis_url="redis://127.0.0.1:9/0")).advice
        assert await seen("Redis", told, redis_url=redis_url) == Finding("answers")

    async def test_rasa_away_loading_and_there(self, told: dict[str, Any], rasa: DialogueServer) -> None:
        assert "HUIKE_RASA_URL" in (await unwell("Rasa", told)).advice
        assert await seen("Rasa", told, rasa_url=rasa.url) == Finding("answers, with a model")
        rasa.broken = True
        assert "no model" in (await unwell("Rasa", told, rasa_url=rasa.url)).what

    async def test_telegram_with_a_wrong_token_which_is_not_repeated(self, told: dict[str, Any]) -> None:
        async with bot_api_server.running() as api:
            right = {"telegram_api_url": api.url, "telegram_token": bot_api_server.TOKEN}
            assert await seen("Telegram", told, **right) == Finding("the token is right")
            wrong = "7777777:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            problem = await unwell("Telegram", told, **(right | {"telegram_token": wrong}))
        assert wrong not in problem.what + problem.advice

    async def test_a_mail_server_that_is_away(self, told: dict[str, Any]) -> None:
        problem = await unwell("E-mail", told, smtp_url="smtp://shop:geheim@127.0.0.1:9")
        assert "HUIKE_SMTP_URL" in problem.advice
        assert "geheim" not in problem.what

    async def test_a_disk_that_is_nearly_full(self, told: dict[str, Any]) -> None:
        free = int(health.free_megabytes(Settings(**told)))
        assert (await seen("Disk", told, disk_free_megabytes=0)).advice == ""
        assert (await seen("Disk", told, disk_free_megabytes=free // 2)).advice
        assert "Make room" in (await unwell("Disk", told, disk_free_megabytes=free * 2)).advice

    async def test_a_website_nobody_can_reach(self, told: dict[str, Any]) -> None:
        assert "HUIKE_PUBLIC_URL" in (await unwell("Website", told)).advice
        assert "huike up" in (await unwell("App", told)).advice


async def test_everything_is_told_in_one_table_and_the_status_says_it(told: dict[str, Any]) -> None:
    console = Console(record=True, width=200, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115, ASYNC230
    assert await doctor.examine(Settings(**told), console) == 1
    text = console.export_text()
    assert all(part in text for part in CHECKS)
    assert "huike migrate" in text


async def ready(services: Services) -> tuple[int, dict[str, bool]]:
    app = FastAPI()
    app.include_router(health.build_router(services))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json()


class TestReadyz:
    async def test_red_when_the_database_is_away(
        self, told: dict[str, Any], own_postgres: str, rasa: DialogueServer
    ) -> None:
        services = build_services(Settings(**(told | {"database_url": own_postgres, "rasa_url": rasa.url})))
        assert await ready(services) == (
            200,
            {"ready": True, "database": True, "key": True, "dialogue": True, "disk": True},
        )
        await asyncio.to_thread(_admin, f"DROP DATABASE {make_url(own_postgres).database} WITH (FORCE)")
        assert await ready(services) == (
            503,
            {"ready": False, "database": False, "key": False, "dialogue": True, "disk": True},
        )
        await services.dialogue.close()
        await services.database.close()

    async def test_red_when_the_disk_is_nearly_full(self, told: dict[str, Any], rasa: DialogueServer) -> None:
        full = {"rasa_url": rasa.url, "disk_free_megabytes": 10**12}
        services = build_services(Settings(**(told | full)))
        assert await ready(services) == (
            503,
            {"ready": False, "database": True, "key": True, "dialogue": True, "disk": False},
        )
        await services.dialogue.close()
        await services.database.close()
