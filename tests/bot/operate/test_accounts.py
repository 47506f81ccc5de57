"""`huike agent add`, as whoever sets a shop up calls it."""

from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.operate.accounts import add_agent
from bot.settings import Settings
from crm_store import agents, audit
from crm_store.db import Database
from tests.conftest import TEST_SECRET


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        demo=True,
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'huike.db'}",
        secret_key=SecretStr(TEST_SECRET),
        actions_secret=SecretStr(TEST_SECRET),
    )


async def added(settings: Settings, *, role: str = "admin") -> int:
    return await add_agent(
        settings, Console(file=StringIO()), email="Lin@shop.example", name="林悦", role=role, language="zh-Hant",
        password="a password of ten or more",
    )  # fmt: skip


async def test_the_agent_may_sign_in_and_the_trail_says_that_it_came_from_the_command_line(settings: Settings) -> None:
    assert await added(settings) == 0
    assert await added(settings) == 1  # the address is taken: nothing more is written
    assert await added(settings, role="boss") == 2
    database = Database(settings.database_url)
    async with database.reading() as session:
        agent = await agents.by_email(session, "lin@shop.example")
        assert agent is not None
        [entry] = await audit.entries(session, subject=f"agent:{agent.id}")
    await database.close()
    assert (agent.role, agent.password_is_temporary) == ("admin", False)
    assert (entry.actor, entry.action, entry.details) == ("command", "add_agent", {"role": "admin"})
