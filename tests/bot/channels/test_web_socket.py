"""A tab of the website and its socket, the browser's end played by the test."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest_asyncio
from fastapi import WebSocket
from pydantic import SecretStr

from bot.channels.web.socket import TabSocket
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals, conversation_topic
from bot.settings import Settings
from crm_store.db import Database
from tests.conftest import TEST_SECRET


class Browser:
    """The peer of one socket. Once `left`, what is sent to it fails as a closed connection does."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []
        self.left = False
        self.refused_sends = 0
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._frames.put_nowait({"type": "websocket.connect"})
        self.socket = WebSocket({"type": "websocket"}, self._frames.get, self._take)

    def says(self, **frame: Any) -> None:
        self._frames.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    def is_noticed_gone(self) -> None:
        self._frames.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def gets(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while not (found := [frame for frame in self.shown if frame["type"] == kind]):  # noqa: ASYNC110 - a list has no event
                await asyncio.sleep(0.01)
        return found[-1]

    async def _take(self, message: Any) -> None:
        if self.left:
            self.refused_sends += 1
            raise ConnectionResetError
        if message["type"] == "websocket.send":
            self.shown.append(json.loads(message["text"]))


@pytest_asyncio.fixture
async def services(database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    signals = Signals()
    settings = Settings(demo=True, data_dir=tmp_path, secret_key=SecretStr(TEST_SECRET))
    desk = Desk(database, dialogue, signals)
    return SimpleNamespace(settings=settings, database=database, signals=signals, desk=desk)


@pytest_asyncio.fixture
async def unheard() -> AsyncIterator[list[dict[str, Any]]]:
    """Errors of tasks that nobody waited for."""
    loop = asyncio.get_running_loop()
    found: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: found.append(context))
    yield found
    loop.set_exception_handler(None)


async def test_a_tab_that_closes_while_the_agent_types_ends_quietly(
    services: Any, unheard: list[dict[str, Any]]
) -> None:
    tab = Browser()
    serving = asyncio.create_task(TabSocket(services, tab.socket).run())
    tab.says(type="hello", locale="en-GB")
    await tab.gets("welcome")
    tab.says(type="message", client_id="c1", text="is anybody there?")
    await tab.gets("ack")
    conversation = (await tab.gets("welcome"))["conversation"]
    tab.left = True
    for _ in range(2):
        await services.signals.publish(conversation_topic(conversation), event={"kind": "typing", "author": "agent"})
        await asyncio.sleep(0.05)
    tab.is_noticed_gone()
    await asyncio.wait_for(serving, 10)
    del serving
    gc.collect()
    await asyncio.sleep(0)
    assert tab.refused_sends == 1
    assert unheard == []
