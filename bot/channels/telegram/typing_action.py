"""Shows "is typing" in the customer's chat while the bot or an agent writes."""

import asyncio
from contextlib import suppress

import structlog
from aiogram import Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError

from bot.desk.signals import Event, Signals, Subscription, conversation_topic

FOLLOW_S = 600.0
"""How long after the last message of either side a conversation is followed."""

REPEAT_S = 4.0
"""Telegram shows the action for five seconds."""

LONGEST_S = 30.0
"""A bot that has written nothing for so long is no longer shown as typing."""

FOLLOW_LIMIT = 2000

log = structlog.get_logger(__name__)


class TypingAction:
    """Follows the signals of conversations that are going on, one task each."""

    def __init__(self, bot: Bot, signals: Signals) -> None:
        self._bot, self._signals = bot, signals
        self._until: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def follow(self, conversation_id: str, chat: int) -> None:
        """Something was said here: follow the conversation from now on."""
        self._until[conversation_id] = asyncio.get_running_loop().time() + FOLLOW_S
        if conversation_id not in self._tasks and len(self._tasks) < FOLLOW_LIMIT:
            # From now on, not from when the task begins: the bot may be writing before that.
            events = self._signals.listen(conversation_topic(conversation_id))
            task = asyncio.create_task(self._run(conversation_id, chat, events), name="telegram typing")
            self._tasks[conversation_id] = task
            task.add_done_callback(lambda _: self._forget(conversation_id, events))

    def _forget(self, conversation_id: str, events: Subscription) -> None:
        self._signals.leave(events)
        self._tasks.pop(conversation_id, None)
        self._until.pop(conversation_id, None)

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, conversation_id: str, chat: int, events: Subscription) -> None:
        time = asyncio.get_running_loop().time
        shown_at, bot_until = 0.0, 0.0
        while (left := self._until[conversation_id] - time()) > 0:
            event = await events.next(within_s=REPEAT_S if bot_until else left)
            bot_until = _typing_until(event, bot_until, time())
            due = bot_until > time() or _is_agent(event)
            if due and time() - shown_at >= REPEAT_S - 0.1:
                shown_at = time()
                with suppress(AiogramError):
                    await self._bot.send_chat_action(chat, ChatAction.TYPING)


def _is_agent(event: Event | None) -> bool:
    return event is not None and event["kind"] == "typing" and event.get("author") == "agent"


def _typing_until(event: Event | None, before: float, now: float) -> float:
    """Until when the bot is writing: from its signal on, until the conversation has changed. 0.0: it is not."""
    if event is None:
        return before if before > now else 0.0
    if event["kind"] == "typing" and event.get("author") == "bot":
        return now + LONGEST_S
    return 0.0 if event["kind"] == "changed" else before
