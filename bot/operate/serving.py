"""How the app is served: which proxies are believed, and how long a client may take.

The server has no limit of its own for a request that never ends, and goes on reading from a socket that was shut.
"""

import asyncio
from asyncio import TimerHandle, Transport
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bot.settings import Settings

HEAD_SECONDS = 15
"""From the connection, or the first byte of a later request, to the end of its head."""

HEAD_BYTES = 64 * 1024
BODY_PAUSE_SECONDS = 30
"""The longest silence within a body."""

KEEP_ALIVE_SECONDS = 15
GOODBYE_SECONDS = 1
SOCKET_FRAME_BYTES = 64 * 1024
SHUT_OUT = 1008


class PunctualHttp(HttpToolsProtocol):
    """Closes a connection whose request does not come to its end."""

    _late: TimerHandle | None = None
    _head_bytes: int | None = 0
    """What has come of a head that is not complete; None within a body."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_within(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._expect_within(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._head_bytes = None
        self._expect_within(BODY_PAUSE_SECONDS)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._expect_within(BODY_PAUSE_SECONDS)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expect_nothing()

    def handle_websocket_upgrade(self) -> None:
        self._expect_nothing()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._late = asyncio.get_running_loop().call_later(seconds, self._give_up, seconds)

    def _expect_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self, seconds: float) -> None:
        if self.flow.read_paused:
            # It is the app that has not yet taken what came.
            self._expect_within(seconds)
        else:
            self.transport.abort()


class GuardedSocket(WebSocketsSansIOProtocol):
    """Reads nothing more from a client that is shut out: a flood would cost as much after that as before."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.close" and message.get("code") == SHUT_OUT and not self.transport.is_closing():
            self.transport.pause_reading()
            if self.close_timer is not None:
                self.close_timer.cancel()
            self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)


def options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is started with."""
    return {
        "host": settings.host,
        "port": settings.port,
        "http": PunctualHttp,
        "ws": GuardedSocket,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "log_config": None,
        "access_log": False,
        "ws_max_size": SOCKET_FRAME_BYTES,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": 10,
    }


class _Beside(uvicorn.Server):
    """A server within a program that has its own ways to be stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's."""
        yield


@asynccontextmanager
async def beside(app: FastAPI, *, host: str, port: int) -> AsyncIterator[None]:
    """Serve `app` while the block runs."""
    config = uvicorn.Config(
        app, host=host, port=port, http=PunctualHttp, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = _Beside(config)
    task = asyncio.create_task(server.serve(), name="figures")
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=5)
