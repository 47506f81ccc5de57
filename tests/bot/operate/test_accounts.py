"""`huike agent add`, as whoever sets a shop up calls it."""

import re
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.operate.accounts import add_agent, reset_second_factor
from bot.settings import Settings
from crm_store import agents, audit, crypto, second_factor
from crm_store.db import Database
from tests.conftest import TEST_SECRET
from tests.crm_store.test_second_factor import set_up


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


async def reset(settings: Settings, email: str) -> tuple[int, str]:
    told = StringIO()
    return await reset_second_factor(settings, Console(file=told, width=200), email=email), told.getvalue()


async def test_the_last_administrator_whose_phone_is_gone_is_let_in_again_from_the_command_line(
    settings: Settings,
) -> None:
    await added(settings)
    crypto.use_secret(TEST_SECRET)
    database = Database(settings.database_url)
    async with database.transaction() as session:
        agent = await agents.by_email(session, "lin@shop.example")
        assert agent is not None
        await set_up(session, agent.id)
    assert await reset(settings, " Lin@shop.example") == (
        0,
        "林悦 signs in with the password alone, is signed out everywhere, and sets up another phone where the role "
        "needs one.\n",
    )
    assert (await reset(settings, "lin@shop.example"))[1] == "林悦 has no second factor.\n"
    assert (await reset(settings, "nobody@shop.example"))[0] == 2
    async with database.reading() as session:
        assert await second_factor.holders(session) == set()
        [entry] = await audit.entries(session, action="reset_second_factor")
    await database.close()
    assert (entry.actor, entry.agent_id, entry.subject) == ("command", None, f"agent:{agent.id}")


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


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"email": "lin at shop"}, 1, "no e-mail address"),
        ({"name": " "}, 1, "the name is empty"),
        ({"name": "x" * 81}, 1, "more than 80 characters"),
        ({"password": "short"}, 1, "10 characters or more"),
        ({"language": "fr"}, 2, "choose one of: zh-Hans, zh-Hant, en"),
        ({"language": "zh-TW"}, 2, "choose one of: zh-Hans, zh-Hant, en"),
        ({"role": "[/boss]"}, 2, "no role '[/boss]'"),
        ({"name": "Lin [/x]"}, 0, "Lin [/x] <lin@shop.example> can sign in as agent."),
    ],
)
async def test_what_cannot_be_is_told_in_words(
    settings: Settings, changed: dict[str, str], status: int, words: str
) -> None:
    told = StringIO()
    given = {
        "email": "lin@shop.example", "name": "Lin", "role": "agent", "language": "en",
        "password": "a password of ten or more",
    }  # fmt: skip
    assert await add_agent(settings, Console(file=told, width=200), **(given | changed)) == status
    assert words in told.getvalue()
    assert not re.search(r"[a-z]_[a-z]", told.getvalue())  # no code of ours


async def test_an_address_that_is_taken_is_told_in_words(settings: Settings) -> None:
    await added(settings)
    told = StringIO()
    again = await add_agent(
        settings, Console(file=told, width=200), email="lin@shop.example", name="Lin", role="agent", language="en",
        password="a password of ten or more",
    )  # fmt: skip
    assert (again, "somebody signs in with lin@shop.example already" in told.getvalue()) == (1, True)
