"""Telegram's rate limits: one message a second to a chat, thirty a second in all, and the waits it asks for."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from bot.desk.channel import SlowDown

PER_CHAT_S = 1.0
OVERALL_S = 1 / 30

PATIENCE_S = 1.5
"""A wait up to this is sat out in place; for a longer one the message goes back to the outbox."""

FORGET_ABOVE = 10_000
"""From this many remembered chats on, those whose second has passed are forgotten."""


class Pace:
    """When the next message may go out. Times are seconds of a monotonic clock."""

    def __init__(
        self,
        *,
        per_chat_s: float = PER_CHAT_S,
        overall_s: float = OVERALL_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_chat_s, self._overall_s, self._clock = per_chat_s, overall_s, clock
        self._chat_free_at: dict[int, float] = {}
        self._free_at = 0.0
        self._chat_told_until: dict[int, float] = {}
        """Chats for which the server answered 429, until when."""
        self._told_until = 0.0

    async def turn(self, chat: int) -> None:
        """Wait for the chat's turn and take it. Raises SlowDown when the wait is long."""
        now = self._clock()
        if self._told_until > now:
            raise SlowDown(timedelta(seconds=self._told_until - now), whole_channel=True)
        free_at = max(now, self._free_at, self._chat_free_at.get(chat, 0.0), self._chat_told_until.get(chat, 0.0))
        if free_at - now > PATIENCE_S:
            raise SlowDown(timedelta(seconds=free_at - now))
        self._chat_free_at[chat] = free_at + self._per_chat_s
        # Counted from now, not from this chat's turn: one chat's burst must not hold up the others.
        self._free_at = max(now, self._free_at) + self._overall_s
        self._forget(now)
        await asyncio.sleep(free_at - now)

    def told_to_wait(self, chat: int, wait: timedelta) -> SlowDown:
        """The server answered 429 for this chat; what is to be raised.

        The answer does not say which limit was hit. One chat alone has hit its own; a second one while the first is
        still waiting means that all of the bot is too fast.
        """
        now = self._clock()
        self._chat_told_until = {other: until for other, until in self._chat_told_until.items() if until > now}
        everybody = any(other != chat for other in self._chat_told_until)
        self._chat_told_until[chat] = now + wait.total_seconds()
        if everybody:
            self._told_until = max(self._told_until, now + wait.total_seconds())
        return SlowDown(wait, whole_channel=everybody)

    def _forget(self, now: float) -> None:
        if len(self._chat_free_at) > FORGET_ABOVE:
            self._chat_free_at = {chat: at for chat, at in self._chat_free_at.items() if at > now}
