"""A shop on Telegram for the tests: a Bot API server, a dialogue server, desk, worker and channel, all over HTTP."""

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.telegram import TelegramChannel, build_router
from bot.channels.telegram.pace import Pace
from bot.desk.delivery import Delivery, RetryPolicy
from bot.desk.desk import Desk
from bot.desk.worker import Worker
from bot.rate_limits import RateLimits, Rates
from bot.services import Services, open_index
from bot.settings import Settings
from crm_store.conversations import Conversation
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.messages import Message
from tests.bot.dialogue_server import DialogueServer
from tests.bot_api_server import TOKEN, BotApiServer

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what the kind of database makes no difference to."""

WEBHOOK_SECRET = "the-webhook-secret-of-the-tests"


@dataclass
class Shop:
    """The running parts; `open` and `close` start and stop channel and worker, again if wanted."""

    api: BotApiServer
    rasa: DialogueServer
    services: Services
    pace: dict[str, float] = field(default_factory=lambda: {"per_chat_s": 0.0, "overall_s": 0.0})
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        self._stack = AsyncExitStack()
        self.channel = self._new_channel()

    @property
    def database(self) -> Database:
        return self.services.database

    def _new_channel(self) -> TelegramChannel:
        return TelegramChannel(self.services, pace=Pace(**self.pace), poll_s=1)

    async def open(self, *, answering: bool = True) -> None:
        """Start; without `answering` messages are only taken in."""
        self.channel = self._new_channel()
        if self.services.settings.telegram_mode == "webhook":
            await self._stack.enter_async_context(self._serving())
        await self.channel.start()
        if answering:
            delivery = Delivery(self.database, [self.channel], self.services.signals, retry=self.retry)
            worker = Worker(self.services.desk, delivery, self.services.signals, poll_s=0.1)
            running = asyncio.create_task(worker.run())
            self._stack.push_async_callback(_finish, worker, running)

    async def close(self) -> None:
        await self._stack.aclose()
        await self.channel.stop()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        app = FastAPI()
        app.include_router(build_router(self.services, self.channel))
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.services.settings.public_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        )
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await task

    # What is in the store

    async def received(self) -> list[Message]:
        """What customers sent, in the order of arrival."""
        return [message for message in await self.stored() if message.direction == "in"]

    async def stored(self) -> list[Message]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Message).order_by(Message.conversation_id, Message.seq)))

    async def identity(self, chat: int) -> Identity:
        async with self.database.reading() as session:
            return (await session.scalars(select(Identity).where(Identity.channel_user_id == str(chat)))).one()

    async def conversation(self, chat: int) -> Conversation:
        identity = await self.identity(chat)
        async with self.database.reading() as session:
            newest = select(Conversation).where(Conversation.identity_id == identity.id)
            found = await session.scalar(newest.order_by(Conversation.opened_at.desc()).limit(1))
        assert found is not None
        return found

    async def until_stored(self, count: int) -> list[Message]:
        """Wait for so many messages of customers."""

        async def enough() -> bool:
            return len(await self.received()) >= count

        await until(enough)
        return await self.received()

    async def until_told(self, chat: int, count: int) -> list[str]:
        """Wait until the chat got so many messages; their texts."""
        await until(lambda: len(self.api.sent(chat)) >= count)
        return self.api.texts(chat)

    async def press(self, chat: int, title: str, *, query_id: str = "q1") -> None:
        """The customer presses a button of the latest message that has it."""
        for call in reversed(self.api.sent(chat)):
            for button in call.buttons:
                if button["text"] == title:
                    message_id = call.fields["message_id"]
                    self.api.presses(chat, button["callback_data"], message_id=message_id, query_id=query_id)
                    return
        raise AssertionError(f"no button {title}")


async def _finish(worker: Worker, running: "asyncio.Task[None]") -> None:
    worker.stop()
    await running


async def until(condition: Callable[[], Any], *, within_s: float = 30.0) -> None:
    """Wait until the condition, awaited if need be, is true, or fail."""
    async with asyncio.timeout(within_s):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.02)


def make_shop(
    api: BotApiServer, rasa: DialogueServer, desk: Desk, data_dir: Path, *, mode: str = "polling", **more: Any
) -> Shop:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        demo=True,
        data_dir=data_dir,
        telegram_token=TOKEN,
        telegram_api_url=api.url,
        telegram_mode=mode,
        telegram_webhook_secret=WEBHOOK_SECRET,
    )
    services = Services(
        settings=settings,
        database=desk.database,
        signals=desk.signals,
        dialogue=desk.dialogue,
        desk=desk,
        knowledge=open_index(settings, desk.database),
        mailer=None,
        rate_limits=RateLimits(Rates()),
    )
    return Shop(api, rasa, services, **more)
