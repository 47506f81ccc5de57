"""Tabs that say nothing: how many are open, and how many are heard, is counted and never assumed."""

import json
import os

import pytest
from websockets.asyncio.server import ServerConnection, serve

from benchmarks import idle
from benchmarks.idle import TooFewFiles

TABS = 20


async def measured(serves, monkeypatch) -> idle.IdleFigures:
    monkeypatch.setattr(idle, "WARMING_UP", 2)
    async with serve(serves, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        return await idle.measure(f"http://127.0.0.1:{port}", os.getpid(), TABS, seconds=0.05, asked=TABS)


async def _greet(socket: ServerConnection) -> None:
    await socket.recv()
    await socket.send(json.dumps({"type": "welcome", "visitor": "v", "conversation": None, "seq": 0, "member": False}))


async def _acknowledge(socket: ServerConnection) -> None:
    async for raw in socket:
        await socket.send(json.dumps({"type": "ack", "client_id": json.loads(raw)["client_id"], "seq": 1}))


async def test_all_that_stay_open_are_counted_and_heard(monkeypatch):
    async def serves(socket: ServerConnection) -> None:
        await _greet(socket)
        await _acknowledge(socket)

    found = await measured(serves, monkeypatch)
    assert (found.not_welcome, found.still_open, found.acked, found.asked) == (0, TABS, TABS, TABS)
    assert 0 < found.ack_median <= found.ack_p95


async def test_those_the_server_drops_while_nothing_is_said_are_not_open(monkeypatch):
    count = 0

    async def serves(socket: ServerConnection) -> None:
        nonlocal count
        count += 1
        mine = count
        await _greet(socket)
        if mine % 2:
            await _acknowledge(socket)

    found = await measured(serves, monkeypatch)
    assert found.not_welcome == 0
    assert found.still_open == TABS // 2


async def test_those_that_are_not_greeted_are_counted_and_the_others_measured(monkeypatch):
    count = 0

    async def serves(socket: ServerConnection) -> None:
        nonlocal count
        count += 1
        if count == 5:
            socket.transport.abort()
            return
        await _greet(socket)
        await _acknowledge(socket)

    found = await measured(serves, monkeypatch)
    assert (found.not_welcome, found.still_open) == (1, TABS - 1)
    assert found.acked == TABS - 1


def test_more_sockets_than_the_system_allows_are_refused_before_anything_starts(monkeypatch):
    monkeypatch.setattr(idle.resource, "getrlimit", lambda _: (1024, 4096))
    with pytest.raises(TooFewFiles) as refused:
        idle.allow_files(4000)
    assert refused.value.limit == 4096
