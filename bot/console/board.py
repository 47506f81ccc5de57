"""The desk's lists, followed once for all consoles of this process.

Each open desk is a watcher of the board. The board alone listens for what changes the lists; it reads the counts once
for all, and each list that has changed once for all who look at it. The first event is shown at once; those that come
while it is, and in the short rest after it, are shown together.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.console import cases
from bot.console.cases import Shown, Tab
from bot.desk.signals import DESK, Event, Signals
from crm_store import queue
from crm_store.conversations import ConversationState
from crm_store.db import Database
from crm_store.queue import Case, Counts

SAFETY_NET_SECONDS = 15.0
"""Signals may be lost; after this long without one the board looks by itself."""
REST_SECONDS = 0.1
"""The least time between two looks, so that a busy desk costs no more than ten of them a second."""

log = structlog.get_logger(__name__)

_STATES = {
    Tab.QUEUE: {ConversationState.QUEUE},
    Tab.MINE: {ConversationState.AGENT},
    Tab.TEAM: {ConversationState.AGENT},
    Tab.BOT: {ConversationState.BOT},
    Tab.ALL: {ConversationState.QUEUE, ConversationState.AGENT},
    Tab.SNOOZED: {ConversationState.AGENT},
    Tab.CLOSED: {ConversationState.CLOSED},
}
"""The states of the conversations in each list."""


class Watcher(Protocol):
    """An open desk. `shown`: what it looks at; `rows`: the conversations it shows there."""

    @property
    def shown(self) -> Shown: ...

    @property
    def rows(self) -> Iterable[str]: ...

    def show(self, counts: Counts, shown: Shown, found: list[Case] | None) -> None:
        """The desk as it is now; `found` None: that list is as it was."""


class Board:
    """Keeps its watchers up to date as long as there are any."""

    def __init__(self, database: Database, signals: Signals) -> None:
        self._database, self._signals = database, signals
        self._watchers: set[Watcher] = set()
        self._following: asyncio.Task[None] | None = None

    async def join(self, watcher: Watcher) -> None:
        """Show the watcher everything now, and from now on what changes."""
        self._watchers.add(watcher)
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name="console board")
        await self.look(watcher)

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)
        if not self._watchers and self._following is not None:
            self._following.cancel()
            self._following = None

    async def look(self, *watchers: Watcher) -> None:
        """Read the counts and these watchers' lists, whatever has happened, and show them."""
        await self._read(watchers, {watcher.shown for watcher in watchers})

    async def _follow(self) -> None:
        async with self._signals.subscribe(DESK) as events:
            whole_at = time.monotonic()
            while True:
                first = await events.next(within_s=SAFETY_NET_SECONDS)
                begun = time.monotonic()
                whole = begun - whole_at >= SAFETY_NET_SECONDS
                whole_at = begun if whole else whole_at
                try:
                    await self._happened([first, *events.drain()] if first else [], whole=whole)
                except SQLAlchemyError:
                    log.exception("console.board_failed")
                await asyncio.sleep(max(REST_SECONDS, time.monotonic() - begun))

    async def _happened(self, events: list[Event], *, whole: bool) -> None:
        changes = [event for event in events if event.get("kind") == "changed"]
        watchers = list(self._watchers)
        if whole:
            await self.look(*watchers)
        elif changes:
            await self._read(watchers, _touched(watchers, changes))

    async def _read(self, watchers: Iterable[Watcher], wanted: set[Shown]) -> None:
        async with self._database.reading() as session:
            counts = await queue.counts(session)
            found = {shown: await cases.load(session, shown) for shown in wanted}
        for watcher in watchers:
            try:
                watcher.show(counts, watcher.shown, found.get(watcher.shown))
            except Exception:
                # One desk that cannot be drawn keeps nothing from the others.
                log.exception("console.desk_not_shown")


def _touched(watchers: Iterable[Watcher], changes: list[Event]) -> set[Shown]:
    """The lists that an event may have changed: its conversation is in one, or belongs there now. What was on none of
    the pages shown and goes elsewhere changes none of them."""
    changed = {str(event.get("conversation")) for event in changes}
    arrived = defaultdict[object, set[object]](set)
    for event in changes:
        arrived[event.get("state")].add(event.get("agent_id"))
    return {
        watcher.shown
        for watcher in watchers
        if not changed.isdisjoint(watcher.rows) or _belongs(watcher.shown, _holders(watcher.shown, arrived))
    }


def _holders(shown: Shown, arrived: Mapping[object, set[object]]) -> set[object]:
    return set[object]().union(*(arrived[state] for state in _STATES[shown.tab] if state in arrived))


def _belongs(shown: Shown, holders: set[object]) -> bool:
    """Whether a conversation in one of the list's states, held by one of these, is in the list."""
    if shown.tab in (Tab.MINE, Tab.SNOOZED):
        return shown.agent_id in holders
    if shown.tab is Tab.TEAM:
        return bool(holders - {shown.agent_id})
    return bool(holders)
