"""The server in front of the app: whom it believes, and for whom it does not wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from websockets.asyncio.client import connect

from bot.operate import serving
from bot.settings import Settings
from tests.stack import free_port


def small_app() -> FastAPI:
    app = FastAPI()

    @app.get("/who")
    async def who(request: Request) -> str:
        return request.client.host if request.client else ""

    @app.post("/slow")
    async def slow(request: Request) -> int:
        await asyncio.sleep(1)
        return len(await request.body())

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        while (said := await socket.receive_text()) != "shut":
            await socket.send_text(said)
        await socket.close(serving.SHUT_OUT)

    return app


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[str]:
    """The server on a free port; gives its address."""
    chosen = Settings(_env_file=None, demo=True, port=free_port(), **settings)
    server = uvicorn.Server(uvicorn.Config(small_app(), lifespan="off", **serving.options(chosen)))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{chosen.port}"
    server.should_exit = True
    await running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(serving, "BODY_PAUSE_SECONDS", 0.3)


@pytest.mark.parametrize(
    ("trusted", "client"), [("127.0.0.1", "203.0.113.9"), ("10.0.0.0/8", "127.0.0.1"), ("", "127.0.0.1")]
)
async def test_whose_word_counts_for_the_callers_address(trusted: str, client: str) -> None:
    async with served(trusted_proxies=trusted) as address, httpx.AsyncClient() as caller:
        told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        assert (await caller.get(f"http://{address}/who", headers=told)).json() == client


@pytest.mark.usefixtures("impatient")
class TestTime:
    @pytest.mark.parametrize(
        "begun",
        [
            b"",
            b"GET /who HTTP/1.1\r\nHost: shop\r\nX-Half: ",
            b"POST /slow HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\nhalf",
            b"GET /who HTTP/1.1\r\nHost: shop\r\n\r\nGET /who HTTP/1.1\r\nHo",
        ],
    )
    async def test_what_does_not_come_to_its_end_is_closed(self, begun: bytes) -> None:
        async with served() as address, asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(*address.split(":"))
            writer.write(begun)
            began = time.monotonic()
            await read_out(reader)
            assert time.monotonic() - began < 5
            writer.close()

    async def test_a_head_that_comes_by_drops_is_not_waited_for(self) -> None:
        async with served() as address, asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(*address.split(":"))
            writer.write(b"GET /who HTTP/1.1\r\n")
            ended = asyncio.create_task(read_out(reader))
            while not ended.done():
                writer.write(b"X-Drop: 1\r\n")
                await asyncio.sleep(0.05)
            writer.close()

    async def test_an_app_that_takes_its_time_is_waited_for(self) -> None:
        async with served() as address, httpx.AsyncClient() as caller:
            assert (await caller.post(f"http://{address}/slow", content=b"x" * 300_000)).json() == 300_000

    async def test_a_socket_may_stay_open(self) -> None:
        async with served() as address, connect(f"ws://{address}/talk", proxy=None) as socket:
            for _ in range(4):
                await asyncio.sleep(0.2)
                await socket.send("still here")
                assert await socket.recv() == "still here"


async def test_a_head_without_end_is_closed_long_before_its_time() -> None:
    async with served() as address, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(b"GET /who HTTP/1.1\r\n" + b"X-More: 1\r\n" * 7000)
        assert await read_out(reader) == b""
        writer.close()


async def test_a_large_body_right_behind_the_head_is_taken() -> None:
    async with served() as address, httpx.AsyncClient() as caller:
        assert (await caller.post(f"http://{address}/slow", content=b"x" * 2_000_000)).json() == 2_000_000


UPGRADE = (
    "GET /talk HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def masked(text: bytes) -> bytes:
    """A client's frame, its mask all zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


async def test_who_is_shut_out_is_told_and_floods_a_closed_door_for_a_moment_only() -> None:
    async with served() as address, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(UPGRADE.encode())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(masked(b"shut"))
        goodbye = await reader.readexactly(4)
        assert goodbye == bytes([0x88, 2]) + serving.SHUT_OUT.to_bytes(2)
        began = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < 5:
                writer.write(masked(b"flood"))
                await writer.drain()
                await asyncio.sleep(0.01)
        assert time.monotonic() - began < 5


async def read_out(reader: asyncio.StreamReader) -> bytes:
    """Everything until the other side closes, in whichever way."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""
