"""Fixtures of the Telegram channel's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.desk.desk import Desk
from tests import bot_api_server
from tests.bot.channels.telegram_shop import Shop, make_shop
from tests.bot.dialogue_server import DialogueServer
from tests.bot_api_server import BotApiServer


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApiServer]:
    async with bot_api_server.running() as server:
        yield server


@pytest_asyncio.fixture
async def shop(api: BotApiServer, rasa: DialogueServer, desk: Desk, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop that polls, not open yet."""
    shop = make_shop(api, rasa, desk, tmp_path / "data")
    yield shop
    await shop.close()


@pytest_asyncio.fixture(params=["polling", "webhook"])
async def either_shop(
    request: pytest.FixtureRequest, api: BotApiServer, rasa: DialogueServer, desk: Desk, tmp_path: Path
) -> AsyncIterator[Shop]:
    """A shop in each of the two modes, not open yet."""
    shop = make_shop(api, rasa, desk, tmp_path / "data", mode=request.param)
    yield shop
    await shop.close()


@pytest_asyncio.fixture
async def webhook_shop(api: BotApiServer, rasa: DialogueServer, desk: Desk, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop that is brought its updates, not open yet."""
    shop = make_shop(api, rasa, desk, tmp_path / "data", mode="webhook")
    yield shop
    await shop.close()
