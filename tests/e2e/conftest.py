"""One app, one Rasa server and one browser for all end-to-end tests, on a small demo shop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.demo import seed
from crm_store import crypto, migrate
from crm_store.db import Database
from tests import bot_api_server
from tests.bot_api_server import BotApiServer
from tests.chromium import launched
from tests.conftest import TEST_SECRET
from tests.stack import Stack, trained_model


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bot_api() -> AsyncIterator[BotApiServer]:
    """Telegram's side, on loopback."""
    async with bot_api_server.running() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory, bot_api: BotApiServer) -> AsyncIterator[Stack]:
    """The running product with the members of `bot.demo.scenes`."""
    folder: Path = tmp_path_factory.mktemp("shop")
    await trained_model()
    crypto.use_secret(TEST_SECRET)
    url = f"sqlite:///{folder / 'huike.db'}"
    database = Database(url)
    await migrate.upgrade(database)
    await seed.seed(database, member_count=len(seed.DEMO_MEMBERS))
    await database.close()
    stack = Stack(
        folder,
        url,
        settings={
            "HUIKE_SECRET_KEY": TEST_SECRET,
            "HUIKE_TELEGRAM_TOKEN": bot_api_server.TOKEN,
            "HUIKE_TELEGRAM_API_URL": bot_api.url,
        },
    )
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop_database(shop: Stack) -> AsyncIterator[Database]:
    """The running shop's database, to look into."""
    database = Database(shop.database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        yield browser
        await browser.close()
