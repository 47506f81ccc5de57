"""Long polling: asks for updates and confirms them only when they are stored."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods import GetUpdates
from aiogram.types import Update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.channels.telegram.client import ALLOWED_UPDATES, brief
from bot.channels.telegram.intake import Intake, chat_of
from bot.channels.telegram.reading import read

POLL_S = 30
ANSWER_GRACE_S = 15
BATCH = 100
PARALLEL_CHATS = 16

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
CONFLICT_PAUSE_S = 15.0

POISON_TRIES = 5
"""How often an update is tried that fails by a mistake of our own, before the others go on without it."""

_PASSING = (OperationalError, InterfaceError, PoolTimeout, OSError, TimeoutError)
"""The store is away for a while: nothing is given up, the next try may succeed."""

log = structlog.get_logger(__name__)


class Poller:
    """Asks the Bot API server for updates until `stop`."""

    def __init__(self, bot: Bot, intake: Intake, *, poll_s: int = POLL_S) -> None:
        self._bot, self._intake, self._poll_s = bot, intake, poll_s
        self._offset: int | None = None
        self._failures = 0
        self._stopping = asyncio.Event()
        self._parallel = asyncio.Semaphore(PARALLEL_CHATS)

    def stop(self) -> None:
        """Ask for nothing more; what is being stored is finished."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def run(self) -> None:
        """Poll until `stop`; no failure ends it."""
        while not self._stopping.is_set():
            try:
                updates = await self._unless_stopped(self._ask())
            except Exception as error:  # noqa: BLE001 - whatever it was, the customers still wait for us
                await self._pause_after(error)
                continue
            self._failures = 0
            if not updates:
                # All is confirmed. After a week of silence the numbers may begin anew, below what we have seen.
                self._offset = None
                continue
            await self._take_all(updates)
            # The server forgets what is below the offset of the next question, and not before.
            self._offset = max(update.update_id for update in updates) + 1

    async def _ask(self) -> list[Update]:
        question = GetUpdates(
            offset=self._offset, limit=BATCH, timeout=self._poll_s, allowed_updates=list(ALLOWED_UPDATES)
        )
        try:
            return await self._bot(question, request_timeout=self._poll_s + ANSWER_GRACE_S)
        except ClientDecodeError as error:
            return self._readable(error)

    def _readable(self, error: ClientDecodeError) -> list[Update]:
        """One update that cannot be read must not keep the others waiting for ever."""
        found = error.data.get("result") if isinstance(error.data, dict) else None
        if not isinstance(found, list):
            raise error
        return [read(raw, self._bot) for raw in found]

    async def _take_all(self, updates: list[Update]) -> None:
        """Chats side by side, the updates of one chat in order."""
        by_chat: defaultdict[int | None, list[Update]] = defaultdict(list)
        for update in updates:
            by_chat[chat_of(update)].append(update)
        async with asyncio.TaskGroup() as tasks:
            for of_chat in by_chat.values():
                tasks.create_task(self._take_in_order(of_chat))

    async def _take_in_order(self, updates: list[Update]) -> None:
        async with self._parallel:
            for update in updates:
                await self._take(update)

    async def _take(self, update: Update) -> None:
        """Store an update, however long the store is away. On a stop meanwhile it stays unconfirmed."""
        tries = 0
        while not self._stopping.is_set() or tries == 0:
            tries += 1
            try:
                await self._intake.take(update)
                return
            except _PASSING as error:
                log.warning("telegram.update_not_stored", update=update.update_id, tries=tries, error=brief(error))
            except Exception:
                log.exception("telegram.update_failed", update=update.update_id, tries=tries)
                if tries >= POISON_TRIES:
                    return
            await self.pause(min(FIRST_PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S))

    async def _pause_after(self, error: Exception) -> None:
        self._failures += 1
        log.warning("telegram.polling_failed", error=brief(error), failures=self._failures)
        wait = min(FIRST_PAUSE_S * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE_S)
        if isinstance(error, TelegramRetryAfter):
            wait = max(wait, float(error.retry_after))
        elif isinstance(error, TelegramConflictError):
            log.error("telegram.polled_twice", hint="one process may poll; several need HUIKE_TELEGRAM_MODE=webhook")
            wait = CONFLICT_PAUSE_S
            if "webhook" in error.message.lower():
                wait = FIRST_PAUSE_S
                with suppress(AiogramError):
                    await self._bot.delete_webhook(drop_pending_updates=False)
        await self.pause(wait * random.uniform(0.7, 1.0))

    async def pause(self, seconds: float) -> None:
        """Wait; a stop ends it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _unless_stopped(self, question: Coroutine[Any, Any, list[Update]]) -> list[Update]:
        """The answer; nothing when we are stopped first. An answer thrown away so was never confirmed."""
        asked, stopped = asyncio.create_task(question), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((asked, stopped), return_when=asyncio.FIRST_COMPLETED)
            return await asked if asked.done() else []
        finally:
            for task in (asked, stopped):
                task.cancel()
            await asyncio.gather(asked, stopped, return_exceptions=True)
