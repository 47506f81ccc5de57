"""A thousand people leave the chat open on one app process: every tab stays open and is heard when it speaks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from benchmarks import idle
from tests.stack import APP_PATIENCE_SECONDS, Stack

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

TABS = 1000
IDLE_SECONDS = 25
"""Longer than the server waits between two looks at the store, and between two pings."""

MOST_BYTES_A_TAB = 200 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The app alone, on an empty shop; nobody answers behind it."""
    idle.allow_files(TABS)
    folder: Path = tmp_path_factory.mktemp("idle")
    stack = Stack(folder, f"sqlite:///{folder / 'huike.db'}")
    try:
        await stack.app.start()
        await stack.app.wait_ready(APP_PATIENCE_SECONDS)
        yield stack
    finally:
        await stack.stop()


async def test_a_thousand_open_tabs_stay_open_cost_little_and_are_heard(app: Stack) -> None:
    assert app.app.process is not None
    found = await idle.measure(app.url, app.app.process.pid, TABS, seconds=IDLE_SECONDS, asked=TABS)
    print(f"\n{found.per_socket / 1024:.0f} KiB a tab, {found.memory_after / 2**20:.0f} MiB with {TABS} of them")
    assert found.still_open == TABS
    assert found.acked == TABS
    assert 0 < found.per_socket < MOST_BYTES_A_TAB
