"""A visitor of the website without a browser: speaks the widget's socket the way the widget does."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake


@dataclass
class Visitor:
    """Keeps what the widget keeps: its token, the conversation, the last `seq`, and what is not yet acknowledged."""

    url: str
    locale: str = "zh-Hans"
    identity: str | None = None
    token: str | None = None
    conversation: str | None = None
    last_seq: int = 0
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Every message and ack frame with its `seq`, in the order they came."""
    states: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _task: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._live())
        await self._until(lambda: self._socket is not None and self.token is not None, 30)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def say(self, client_id: str, text: str) -> None:
        await self._write({"type": "message", "client_id": client_id, "text": text})

    async def press(self, client_id: str, payload: str, title: str = "") -> None:
        await self._write({"type": "payload", "client_id": client_id, "payload": payload, "title": title})

    async def answer_to(self, client_id: str, text: str, *, within_s: float = 60) -> list[dict[str, Any]]:
        """Say something and wait for what comes after it; gives the other side's messages so far, at least one."""
        await self.say(client_id, text)
        await self._until(lambda: client_id not in self.waiting, within_s)
        seq = next(frame["seq"] for frame in self.seen if frame.get("client_id") == client_id)
        return await self.after(seq, within_s=within_s)

    async def after(self, seq: int, *, within_s: float = 60, by: str | None = None) -> list[dict[str, Any]]:
        def found() -> list[dict[str, Any]]:
            others = [frame for frame in self.seen if frame.get("author") not in (None, "customer")]
            return [frame for frame in others if frame["seq"] > seq and by in (None, frame["author"])]

        await self._until(lambda: bool(found()), within_s)
        return found()

    async def sees(self, count: int, *, within_s: float = 60) -> None:
        """Wait until the screen shows `count` messages."""
        await self._until(lambda: len(self.seen) >= count, within_s)

    async def _until(self, condition: Any, within_s: float) -> None:
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await self._news.wait()

    async def _write(self, frame: dict[str, Any]) -> None:
        self.waiting[frame["client_id"]] = frame
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def _live(self) -> None:
        """Stay connected; after a break, say hello with what is known and send again what was not acknowledged."""
        while True:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                async with connect(self.url.replace("http", "ws") + "/chat/ws", proxy=None) as socket:
                    hello = {
                        "type": "hello",
                        "visitor": self.token,
                        "identity": self.identity,
                        "locale": self.locale,
                        "conversation": self.conversation,
                        "after": self.last_seq,
                    }
                    await socket.send(json.dumps(hello))
                    async for raw in socket:
                        await self._take(json.loads(raw), socket)
            self._socket = None
            await asyncio.sleep(0.2)

    def _note_seq(self, frame: dict[str, Any]) -> None:
        """Nothing is missing up to `last_seq`: a frame that follows a gap does not raise it."""
        if frame["after"] <= self.last_seq:
            self.last_seq = max(self.last_seq, frame["seq"])

    async def _take(self, frame: dict[str, Any], socket: ClientConnection) -> None:
        kind = frame["type"]
        if kind == "welcome":
            self.token = frame["visitor"]
            if frame["conversation"] != self.conversation:
                self.conversation, self.last_seq = frame["conversation"], 0
            self._socket = socket
            for waiting in list(self.waiting.values()):
                await socket.send(json.dumps(waiting))
        elif kind == "ack":
            if self.waiting.pop(frame["client_id"], None) is not None:
                self.seen.append(frame)
            self._note_seq(frame)
        elif kind == "message":
            self._note_seq(frame)
            if self.waiting.pop(frame.get("client_id", ""), None) is not None or frame["author"] != "customer":
                self.seen.append(frame)
        elif kind == "state":
            self.states.append(frame["handler"])
        elif kind == "error":
            self.errors.append(frame)
        self._news.set()
