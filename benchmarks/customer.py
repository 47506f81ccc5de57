"""A customer of the website without a browser: speaks the widget's socket and notes when which frame came."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.protocol import State

HELLO_SECONDS = 60
QUIET_SECONDS = 0.002
"""An answer is over when no frame has come for so long; only then is the next message sent."""

TAB_BURST = 15
"""Messages the server takes from one tab at once; after that one a second."""

WITH_A_PERSON = {"queue", "agent"}


class Outcome(StrEnum):
    """How a message ended."""

    REPLIED = "replied"
    ACKED = "acknowledged"
    """The one who asked waited no longer."""
    WITH_A_PERSON = "with a person"
    """The conversation waits for a member of staff, so the bot says nothing."""
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    LOST = "lost"
    """The socket was closed."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message: seconds from its frame to the ack and to the first frame of the reply, as far as they came."""

    outcome: Outcome
    ack_s: float | None = None
    reply_s: float | None = None
    author: str = ""
    """Who replied: bot or system."""
    detail: str = ""


class Exchange:
    """One message on its way: fed with every frame that comes, it knows which of them answer it.

    Replies are told from those to an earlier message by `seq`: everything that answers this message was stored
    after it.
    """

    def __init__(self, client_id: str, sent_at: float, *, until: Outcome = Outcome.REPLIED) -> None:
        self._client_id, self._sent_at, self._until = client_id, sent_at, until
        self._seq: int | None = None
        self._ack_s: float | None = None

    def take(self, frame: dict[str, Any], at: float) -> Said | None:
        """What has become of the message; None while that is open."""
        kind = frame["type"]
        if kind == "ack" and frame["client_id"] == self._client_id:
            self._seq, self._ack_s = frame["seq"], at - self._sent_at
            if self._until is Outcome.ACKED:
                return Said(Outcome.ACKED, self._ack_s)
        elif kind == "error" and frame.get("client_id") == self._client_id:
            return Said(Outcome.REFUSED, detail=str(frame["code"]))
        elif self._seq is None:
            return None
        elif kind == "message" and frame["author"] in {"bot", "system"} and frame["seq"] > self._seq:
            return Said(Outcome.REPLIED, self._ack_s, at - self._sent_at, frame["author"])
        elif kind == "state" and frame["handler"] in WITH_A_PERSON:
            return Said(Outcome.WITH_A_PERSON, self._ack_s)
        return None

    def timed_out(self) -> Said:
        return Said(Outcome.TIMED_OUT, self._ack_s, detail="no ack" if self._seq is None else "no reply")


class Allowance:
    """How many messages one tab may still send, counted as the server counts; `lifted` when a setting lifts it."""

    def __init__(self, *, lifted: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifted, self._clock = lifted, clock
        self.renew()

    def renew(self) -> None:
        self._tokens, self._at = float(TAB_BURST), self._clock()

    def take(self) -> bool:
        """Whether this tab may send one more; one is kept in reserve, for clocks never agree."""
        at = self._clock()
        self._tokens, self._at = min(TAB_BURST, self._tokens + at - self._at), at
        if not self._lifted and self._tokens < 2:
            return False
        self._tokens -= 1
        return True


class NotWelcome(Exception):
    """The server did not greet back."""


class NotRecognised(NotWelcome):
    """The server did not recognise the member."""


class Customer:
    """One person at the shop's website, in one tab at a time. `identity` gives a fresh identity token of a member;
    without it the person is a stranger."""

    def __init__(
        self,
        url: str,
        *,
        reply_seconds: float,
        limits_lifted: bool,
        source: str | None = None,
        identity: Callable[[], str] | None = None,
    ) -> None:
        """`source`: the loopback address to come from."""
        self._url, self._reply_seconds, self._source, self._identity = url, reply_seconds, source, identity
        self._allowance = Allowance(lifted=limits_lifted)
        self._socket: ClientConnection | None = None
        self._visitor: str | None = None
        self._last_seq = 0
        self._count = 0
        self.conversation: str | None = None
        self.handler = "bot"
        self.tabs = 0

    @property
    def with_a_person(self) -> bool:
        """Whether a member of staff has, or is to have, the conversation."""
        return self.handler in WITH_A_PERSON

    async def open(self) -> None:
        """Open a tab; the one before is closed. Raises NotWelcome, NotRecognised."""
        await self.leave()
        where = {"local_addr": (self._source, 0)} if self._source and sys.platform == "linux" else {}
        try:
            self._socket = await connect(
                self._url.replace("http", "ws") + "/chat/ws",
                proxy=None,
                compression=None,
                max_queue=None,
                ping_interval=None,
                open_timeout=HELLO_SECONDS,
                **where,
            )
            hello = {
                "type": "hello",
                "visitor": self._visitor,
                "identity": self._identity() if self._identity else None,
                "locale": "zh-Hans",
                "conversation": self.conversation,
                "after": self._last_seq,
            }
            await self._socket.send(json.dumps(hello))
            async with asyncio.timeout(HELLO_SECONDS):
                while (frame := await self._frame())["type"] != "welcome":
                    pass
        except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake) as failure:
            raise NotWelcome(repr(failure)) from failure
        self.tabs += 1
        self._allowance.renew()
        if self._identity and not frame["member"]:
            raise NotRecognised("the member was not recognised")

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    @property
    def is_open(self) -> bool:
        """Whether the tab's socket is open on both sides, as far as is known here."""
        return self._socket is not None and self._socket.state is State.OPEN

    async def say(self, text: str, *, until: Outcome = Outcome.REPLIED) -> Said:
        """Say something and wait for the reply and the end of the answer, or, `until` ACKED, for the ack.

        Raises NotWelcome, NotRecognised when a new tab was needed.
        """
        if self._socket is None or not self._allowance.take():
            await self.open()
            self._allowance.take()
        assert self._socket is not None
        self._count += 1
        client_id = f"m{self._count}"
        exchange = Exchange(client_id, time.perf_counter(), until=until)
        try:
            await self._socket.send(
                json.dumps({"type": "message", "client_id": client_id, "text": text}, ensure_ascii=False)
            )
            async with asyncio.timeout(self._reply_seconds):
                while (said := exchange.take(await self._frame(), time.perf_counter())) is None:
                    pass
        except TimeoutError:
            return exchange.timed_out()
        except ConnectionClosed as closed:
            self._socket = None
            return Said(Outcome.LOST, detail=str(closed))
        await self._hear_out()
        return said

    async def _hear_out(self) -> None:
        try:
            while True:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._frame()
        except TimeoutError:
            return
        except ConnectionClosed:
            self._socket = None

    async def _frame(self) -> dict[str, Any]:
        assert self._socket is not None
        frame: dict[str, Any] = json.loads(await self._socket.recv())
        kind = frame["type"]
        if kind == "welcome":
            self._visitor = frame["visitor"]
            if frame["conversation"] != self.conversation:
                self.conversation, self._last_seq = frame["conversation"], 0
        elif kind in {"ack", "message"}:
            self._last_seq = max(self._last_seq, frame["seq"])
        elif kind == "state":
            self.handler = frame["handler"]
        return frame
