"""A tab of the website and its socket, the browser's end played by the test."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi import WebSocket
from pydantic import SecretStr
from sqlalchemy import event

from bot import identity_token
from bot.channels.web.lookout import Lookout
from bot.channels.web.socket import TabSocket
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from bot.rate_limits import RateLimits, Rates
from bot.settings import Settings
from crm_store import members
from crm_store.db import Database
from crm_store.members import Member
from tests.conftest import TEST_SECRET

HERE = "192.0.2.7"


def make_services(database: Database, dialogue: Dialogue, folder: Path, **changed: Any) -> Any:
    """One process of the app, as far as the website needs it."""
    signals = changed.pop("signals", None) or Signals()
    rates = changed.pop("rates", Rates())
    settings = Settings(_env_file=None, demo=True, data_dir=folder, secret_key=SecretStr(TEST_SECRET), **changed)
    return SimpleNamespace(
        settings=settings,
        database=database,
        signals=signals,
        desk=Desk(database, dialogue, signals),
        rate_limits=RateLimits(rates),
        lookout=Lookout(database),
    )


async def make_member(services: Any) -> Member:
    async with services.database.transaction() as session:
        return await members.create(session, family_name="林", given_name="晓雯")


def word_for(services: Any, member: Member, **more: Any) -> str:
    """The shop's token for a member."""
    return identity_token.issue(member.number, services.settings.identity_secret.get_secret_value(), **more)


class Tab:
    """The peer of one socket. Once `left`, what is sent to it fails as a closed connection does."""

    def __init__(self, services: Any, source: str = HERE) -> None:
        self.shown: list[dict[str, Any]] = []
        self.left = False
        self.refused_sends = 0
        self.closed_with: int | None = None
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._frames.put_nowait({"type": "websocket.connect"})
        self._news = asyncio.Event()
        self.socket = WebSocket({"type": "websocket"}, self._frames.get, self._take)
        self.served = asyncio.create_task(TabSocket(services, self.socket, source, services.lookout).run())

    def says(self, kind: str, **frame: Any) -> None:
        self.sends(json.dumps({"type": kind, **frame}))

    def sends(self, raw: str) -> None:
        self._frames.put_nowait({"type": "websocket.receive", "text": raw})

    def sends_bytes(self, raw: bytes) -> None:
        self._frames.put_nowait({"type": "websocket.receive", "bytes": raw})

    def is_noticed_gone(self) -> None:
        self._frames.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def greets(self, **hello: Any) -> dict[str, Any]:
        """Say hello and wait for the welcome."""
        before = len(self.all("welcome"))
        self.says("hello", **hello)
        await self.until(lambda: len(self.all("welcome")) > before)
        return self.all("welcome")[-1]

    async def writes(self, client_id: str, text: str) -> dict[str, Any]:
        """Say something and wait for the acknowledgement."""
        self.says("message", client_id=client_id, text=text)
        return await self.gets("ack", client_id=client_id)

    def all(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            frame
            for frame in self.shown
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items())
        ]

    async def gets(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for a frame like this one; gives the latest."""
        await self.until(lambda: bool(self.all(kind, **fields)))
        return self.all(kind, **fields)[-1]

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def is_idle(self) -> None:
        """Wait until everything said so far was dealt with: an unknown frame is answered in its turn."""
        before = len(self.all("error", code="malformed"))
        self.sends("no frame")
        await self.until(lambda: len(self.all("error", code="malformed")) > before)

    async def _take(self, message: Any) -> None:
        if self.left:
            self.refused_sends += 1
            raise ConnectionResetError
        if message["type"] == "websocket.send":
            self.shown.append(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            self.closed_with = message["code"]
        self._news.set()


@asynccontextmanager
async def tab(services: Any, source: str = HERE) -> AsyncIterator[Tab]:
    """A tab that is open within this block. What its server's side raises fails the test."""
    opened = Tab(services, source)
    yield opened
    opened.is_noticed_gone()
    await asyncio.wait_for(opened.served, 10)


class Statements:
    """Counts what is sent to a database, without the words around transactions."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, *_: Any) -> None:
        self.count += 1
