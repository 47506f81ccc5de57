"""Fixtures of the desk: a dialogue server on loopback and a desk in front of each database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from crm_store.db import Database
from tests.bot import dialogue_server
from tests.bot.dialogue_server import DialogueServer


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
