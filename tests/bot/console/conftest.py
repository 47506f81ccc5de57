"""The whole app on a free port with a dialogue server on loopback, and a real Chromium in front of it.

Each test has an app, a store and browser sessions of its own. Chromium itself is started once for all, so tests with
the app or the browser live in the event loop of the run.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import nicegui.ui_run_with
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

import bot.app
from bot.app import build_app
from bot.console import access
from bot.desk.scheduler import Job
from bot.services import Services
from bot.settings import Settings
from crm_store import agents, conversations, identities, members, messages, migrate, passwords
from crm_store.agents import Role
from crm_store.conversations import Conversation
from crm_store.db import Database
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Audience, Inbound, Message
from tests import vectors
from tests.bot import dialogue_server
from tests.bot.dialogue_server import DialogueServer
from tests.conftest import TEST_SECRET
from tests.stack import free_port

PASSWORD = "a password of ten or more"
PATIENCE_MS = 30_000

_numbers = count(1)


@dataclass
class Shop:
    """The running app, and short ways to act as a customer and to look into the store."""

    services: Services
    url: str

    async def agent(
        self,
        name: str = "周晴",
        *,
        email: str = "zhou@shop.example",
        language: str = Language.ZH_HANS,
        role: str = Role.AGENT,
    ) -> int:
        password_hash = await _password_hash()
        async with self.services.database.transaction() as session:
            agent = await agents.create(
                session, email=email, name=name, password_hash=password_hash, language=language, role=role
            )
            return agent.id

    async def member(self, *, tier: str = "bronze", **profile: str) -> Member:
        async with self.services.database.transaction() as session:
            member = await members.create(session, **{"family_name": "林", "given_name": "晓雯", **profile})
            member.tier_code = tier
            return member

    async def says(self, text: str, *, user: str = "u1", member: Member | None = None) -> Conversation:
        """A customer says something on the website."""
        if member is not None:
            async with self.services.database.transaction() as session:
                identity = await identities.find_or_create(session, channel="web", channel_user_id=user)
                await identities.bind(session, identity, member, by="shop_login")
        received = await self.services.desk.receive(Inbound("web", user, f"w{next(_numbers)}", text=text))
        return received.conversation

    async def waits(
        self, text: str, *, user: str, member: Member | None = None, urgency: int = 1, reason: str = "requested"
    ) -> Conversation:
        """A customer who waits for a person."""
        conversation = await self.says(text, user=user, member=member)
        async with self.services.database.transaction() as session:
            conversation = await conversations.request_human(session, conversation.id, reason=reason, urgency=urgency)
        await self.services.desk.tell(conversation)
        return conversation

    async def now(self, conversation: Conversation) -> Conversation:
        async with self.services.database.reading() as session:
            return await conversations.get(session, conversation.id)

    async def heard(self, conversation: Conversation, audience: Audience = Audience.MEMBER) -> list[Message]:
        async with self.services.database.reading() as session:
            return await messages.history(session, conversation.id, audience=audience)

    async def until(self, true: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
        """Wait until something has become true."""
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.05)


_hashes: list[str] = []


async def _password_hash() -> str:
    """Of PASSWORD, computed once."""
    if not _hashes:
        _hashes.append(await passwords.hashed(PASSWORD))
    return _hashes[0]


_migrated: list[bytes] = []


async def migrated() -> bytes:
    """An empty store's file as the migrations leave it, which takes them a second. They run once for all apps, and
    `tests/crm_store/test_migrate.py` is about them."""
    if not _migrated:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "empty.db"
            database = Database(f"sqlite:///{file}")
            await migrate.upgrade(database)
            await database.close()
            _migrated.append(file.read_bytes())
    return _migrated[0]


@asynccontextmanager
async def nothing_left_running() -> AsyncIterator[None]:
    """What the block has begun and left is ended with it, as by an event loop that ends."""
    before = asyncio.all_tasks()
    try:
        yield
    finally:
        left = asyncio.all_tasks() - before - {asyncio.current_task()}  # a fixture ends in a task of its own
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def without_nights() -> Any:
    """Leaves the nightly jobs of the app for the night: begun with the shop, they would judge what a test is only just
    writing."""
    usual = bot.app.standard_jobs

    def by_day(*shop: Any, **more: Any) -> list[Job]:
        return [replace(job, at_first=False) for job in usual(*shop, **more)]

    return patch.object(bot.app, "standard_jobs", by_day)


def found_at_once(server: uvicorn.Server) -> Any:
    """NiceGUI goes through all objects of the process to find the server that runs it; here there are many."""
    return patch.object(nicegui.ui_run_with, "gc", SimpleNamespace(get_objects=lambda: [server]))


@asynccontextmanager
async def running_shop(folder: Path, **settings: Any) -> AsyncIterator[Shop]:
    """The app as long as the block lasts, a demo unless `settings` say otherwise."""
    vectors.lend_to(folder / "cache")
    if not (store := folder / "huike.db").exists():
        store.write_bytes(await migrated())
    # A page of the app before this one may still be closing.
    without_pages = patch.object(access, "_open_pages", defaultdict(dict))
    async with nothing_left_running(), dialogue_server.running() as rasa:
        port = free_port()
        told = Settings(
            data_dir=folder,
            rasa_url=rasa.url,
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            secret_key=SecretStr(TEST_SECRET),
            actions_secret=SecretStr(dialogue_server.SECRET),
            **{"demo": True, **settings},
        )
        app = build_app(told)
        app.state.rasa = rasa
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=2))
        with without_nights(), found_at_once(server):
            serving = asyncio.create_task(server.serve())
            while not server.started:
                assert not serving.done(), "the app did not start"
                await asyncio.sleep(0.01)
        with without_pages:
            yield Shop(app.state.services, told.public_url)
        server.should_exit = True
        await serving


@pytest_asyncio.fixture(loop_scope="session")
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with running_shop(tmp_path) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="session")
async def real_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """One that is no demo."""
    async with running_shop(tmp_path, demo=False) as shop:
        yield shop


async def signed_in(
    browser: Browser, shop: Shop, *, email: str = "zhou@shop.example", size: tuple[int, int] = (1280, 800)
) -> Page:
    """A page at the desk, in a browser session of its own. A script error in it fails the test."""
    context: BrowserContext = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(f"{shop.url}/console/")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hk-desk")
    return page


async def menu_gone(page: Page) -> None:
    """No menu is left. One that is closing takes the focus back, and what is typed meanwhile goes nowhere."""
    await expect(page.locator(".q-menu")).to_have_count(0, timeout=PATIENCE_MS)


__all__ = ["DialogueServer", "Shop", "menu_gone", "signed_in"]
