"""The look for all tabs together: it finds what no signal told, and costs the store the same however many are open."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.channels.web import lookout
from bot.desk.dialogue import Dialogue
from crm_store import conversations
from crm_store.db import Database
from crm_store.messages import Reply
from tests.bot.channels.web_tab import Statements, Tab, make_services, tab


@pytest_asyncio.fixture
async def services(database: Database, dialogue: Dialogue, tmp_path: Path) -> Any:
    return make_services(database, dialogue, tmp_path)


async def has_spoken(visitor: Tab) -> str:
    """The visitor has said something; the conversation's id."""
    await visitor.greets(locale="en")
    await visitor.writes("c1", "hello")
    await visitor.is_idle()
    return str((await visitor.gets("welcome"))["conversation"])


async def stored_unheard(services: Any, conversation: str, text: str) -> None:
    """A reply that no signal tells of."""
    async with services.database.transaction() as session:
        await conversations.say(session, await conversations.locked(session, conversation), Reply(text))


async def test_hundreds_of_silent_tabs_cost_three_statements_a_look(services: Any) -> None:
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(tab(services)) for _ in range(40)]
        for one in tabs[:20]:
            await has_spoken(one)
        for one in tabs[20:]:
            await one.greets(locale="en")
        await services.lookout.look()  # the first one makes each of them look for itself
        for one in tabs:
            await one.is_idle()
        statements = Statements(services.database)
        await services.lookout.look()
        for one in tabs:
            await one.is_idle()
        assert 1 <= statements.count <= 3


async def test_only_the_tab_that_missed_something_reads_the_store(services: Any) -> None:
    async with tab(services) as missed, tab(services) as calm:
        conversation = await has_spoken(missed)
        await has_spoken(calm)
        await services.lookout.look()
        await missed.is_idle()
        await calm.is_idle()
        await stored_unheard(services, conversation, "nobody was told")
        before = len(calm.shown)
        await services.lookout.look()
        assert (await missed.gets("message"))["text"] == "nobody was told"
        assert len(calm.shown) == before


async def test_more_tabs_than_fit_into_one_statement_are_all_looked_for(
    services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "VISITORS_AT_A_TIME", 2)
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(tab(services)) for _ in range(5)]
        spoken = [await has_spoken(one) for one in tabs]
        await services.lookout.look()
        for conversation in spoken:
            await stored_unheard(services, conversation, f"for {conversation}")
        await services.lookout.look()
        for one, conversation in zip(tabs, spoken, strict=True):
            await one.gets("message", text=f"for {conversation}")


async def test_a_store_that_fails_is_told_once_for_all_tabs_and_the_next_look_finds_it(
    services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "LOOK_SECONDS", 0.05)
    standing, failed = lookout._standing, asyncio.Event()

    async def fails_once(*arguments: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise TimeoutError
        return await standing(*arguments)

    async with tab(services) as first, tab(services) as second:
        with capture_logs() as logs:
            conversation = await has_spoken(first)
            await second.greets(locale="en")
            monkeypatch.setattr(lookout, "_standing", fails_once)
            await failed.wait()
            await stored_unheard(services, conversation, "after the failure")
            await first.gets("message", text="after the failure")
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["web.look_failed"]


async def test_nobody_is_looked_for_once_the_last_tab_is_gone(services: Any) -> None:
    async with tab(services) as visitor:
        await visitor.greets(locale="en")
        await visitor.is_idle()
        looking = services.lookout._looking
        assert not looking.done()
    await asyncio.wait([looking], timeout=5)
    assert looking.cancelled()
    async with tab(services) as again:
        await again.greets(locale="en")
        await again.is_idle()
        assert not services.lookout._looking.done()
