"""The safety net under the signals: now and then one look at the store for all tabs of a process together.

A signal may be lost. What each visitor's tabs stand on is compared with what it was at the last look, in a statement or
two for hundreds of visitors; only where it differs does a tab read the store itself. Tabs that say nothing cost the
store next to nothing that way, however many are open.
"""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any, Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.channels.web.channel import NAME
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import Identity

LOOK_SECONDS = 20.0
VISITORS_AT_A_TIME = 250

log = structlog.get_logger(__name__)


class Watched(Protocol):
    """A tab whose visitor has been greeted."""

    @property
    def visitor_id(self) -> str:
        """Whose tab it is."""

    @property
    def is_over(self) -> bool:
        """Whether it has to look at the store by the clock alone."""

    @property
    def conversation_id(self) -> str | None:
        """What it shows."""

    def look(self) -> None:
        """Read the store soon."""


class Lookout:
    """Looks for every tab that is `watching`; runs as long as there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tabs: dict[Watched, Hashable] = {}
        """What each tab's visitor stood on at the last look; None before the first."""
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, tab: Watched) -> Iterator[None]:
        """Look for this tab, too, until it goes."""
        self._tabs[tab] = None
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_for_all())
        try:
            yield
        finally:
            del self._tabs[tab]
            if not self._tabs:
                self._looking.cancel()

    async def _look_for_all(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                # One failure for all of them, and one look less: the next one sees what this would have seen.
                log.exception("web.look_failed", tabs=len(self._tabs))

    async def look(self) -> None:
        """One look for all."""
        for some in batched(list(self._tabs), VISITORS_AT_A_TIME):
            await self._look_for(some)

    async def _look_for(self, tabs: Sequence[Watched]) -> None:
        async with self._database.reading() as session:
            stands_on = await _standing(session, {tab.visitor_id for tab in tabs})
        for tab in tabs:
            if tab not in self._tabs:
                continue
            before, now = self._tabs[tab], stands_on.get(tab.visitor_id, ())
            self._tabs[tab] = now
            nothing_yet = before is None and now == () and tab.conversation_id is None
            if tab.is_over or (now != before and not nothing_yet):
                tab.look()


async def _standing(session: AsyncSession, visitor_ids: set[str]) -> dict[str, tuple[Hashable, ...]]:
    """By visitor, if they ever wrote: everything that what they are shown depends on, the words apart."""
    identity_rows = await session.execute(
        select(
            Identity.channel_user_id, Identity.id, Identity.member_id, Identity.verified_by, Identity.verified_at
        ).where(Identity.channel == NAME, Identity.channel_user_id.in_(visitor_ids))
    )
    found = list(identity_rows)
    own = await _open_by(session, Conversation.identity_id, {row.id for row in found})
    members = await _open_by(session, Conversation.member_id, {row.member_id for row in found} - {None})
    return {row.channel_user_id: (tuple(row), tuple(own[row.id]), tuple(members[row.member_id])) for row in found}


async def _open_by(
    session: AsyncSession, owner: InstrumentedAttribute[Any], ids: set[Any]
) -> defaultdict[Any, list[Hashable]]:
    """The open conversations of each owner, and who speaks in them."""
    by_owner: defaultdict[Any, list[Hashable]] = defaultdict(list)
    if ids:
        rows = await session.execute(
            select(
                owner,
                Conversation.id,
                Conversation.last_seq,
                Conversation.state,
                Conversation.last_message_at,
                Identity.member_id,
                Identity.verified_by,
            )
            .join(Identity, Identity.id == Conversation.identity_id)
            .where(owner.in_(ids), Conversation.state != ConversationState.CLOSED)
            .order_by(Conversation.id)
        )
        for row in rows:
            by_owner[row[0]].append(tuple(row))
    return by_owner
