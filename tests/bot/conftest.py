"""Fixtures of the desk: a dialogue server on loopback and a desk in front of each database. And the browser."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from crm_store.db import Database
from tests.bot import dialogue_server
from tests.bot.dialogue_server import DialogueServer
from tests.chromium import launched


@pytest_asyncio.fixture
async def rasa() -> AsyncIterator[DialogueServer]:
    async with dialogue_server.running() as server:
        yield server


@pytest_asyncio.fixture
async def dialogue(rasa: DialogueServer) -> AsyncIterator[Dialogue]:
    async with Dialogue(rasa.url, secret=dialogue_server.SECRET) as client:
        yield client


@pytest_asyncio.fixture
async def desk(database: Database, dialogue: Dialogue) -> Desk:
    return Desk(database, dialogue, Signals())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real Chromium, started once for all tests of a worker: a start costs as much as most of these tests."""
    async with async_playwright() as playwright:
        started = await launched(playwright)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Chromium without a session: what a test opens in it is closed with the test."""
    assert not chromium.contexts
    yield chromium
    for context in chromium.contexts:
        await context.close()
