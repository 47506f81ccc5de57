"""What one tab shows of its visitor's conversation: nothing missed and nothing twice.

New messages come with the signal that announces them and are shown from it as long as they follow what is shown. The
store is read when the tab says hello, across a gap, and when the lookout finds that a signal was lost.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

import structlog
from fastapi import WebSocketDisconnect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.web import files, frames, visitors
from bot.channels.web.channel import visitor_topic
from bot.channels.web.visitors import View, Visitor
from bot.desk.signals import Event, Subscription, conversation_topic
from bot.services import Services
from crm_store import messages
from crm_store.agents import Agent
from crm_store.conversations import ConversationState, Received
from crm_store.messages import Audience, Message, MessageStatus

HISTORY_MESSAGES = 200
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 20.0
"""Until the store is read again when that has failed; doubled each time."""

GONE = (WebSocketDisconnect, RuntimeError)
"""What sending to a tab raises that has gone away: the first time, and from then on."""

log = structlog.get_logger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Refuse = Callable[[str], Awaitable[None]]


class Screen:
    """The conversation in one tab. Whoever sends something that belongs to its order holds `lock`.

    `send` brings a frame to the browser, `refuse` says that something went wrong, by its code.
    """

    def __init__(self, services: Services, send: Send, refuse: Refuse) -> None:
        self._services, self._send, self._refuse = services, send, refuse
        self.lock = asyncio.Lock()
        self.conversation_id: str | None = None
        self._visitor: Visitor | None = None
        self._view = View()
        self._shown_seq = 0
        """Up to where the conversation is known here, the staff's notes included."""
        self._told_seq = 0
        """Up to where the browser has everything: the `seq` of its last frame without a gap."""
        self._own: set[int] = set()
        """`seq` of messages written in this tab that were acknowledged ahead of earlier ones."""
        self._handler: str | None = None
        self._changed = asyncio.Event()
        self._following = AsyncExitStack()

    @property
    def is_over(self) -> bool:
        """Whether the visitor is shown as signed in for longer than the shop's word holds."""
        return self._view.is_over

    @property
    def visitor_id(self) -> str:
        """Whose conversation it is; there is one since `open`."""
        assert self._visitor is not None
        return self._visitor.id

    def look(self) -> None:
        """Read the store soon: `pump` does."""
        self._changed.set()

    async def close(self) -> None:
        """Follow nothing any more."""
        await self._following.aclose()

    async def open(self, visitor: Visitor, *, conversation_id: str | None, after: int) -> None:
        """Show the visitor what is theirs; the browser has everything of `conversation_id` up to `after`."""
        async with self._services.database.reading() as session:
            view = await visitors.view(session, visitor.id)
        async with self.lock:
            self._visitor = visitor
            now = view.conversation
            same = now is not None and conversation_id in (None, now.id)
            await self._turn_to(view, after=after if same and now and after <= now.last_seq else 0)
            if visitor.refused:
                await self._refuse(f"identity_{visitor.refused}")
        self._changed.set()

    async def acknowledge(self, client_id: str, received: Received) -> None:
        """What this tab wrote is stored; the caller has held `lock` since before, so that the message cannot have been
        shown as another tab's."""
        conversation, seq = received.conversation, received.message.seq
        after = seq  # what does not follow what the browser has, follows nothing
        if conversation.id != self.conversation_id and not received.duplicate:
            await self._turn_to(View(conversation, conversation.member_id is not None, self._view.signed_in_until))
            await self._tell_other_tabs()
            # What came between storing and following was not heard.
            self._changed.set()
        if conversation.id == self.conversation_id:
            if seq == self._shown_seq + 1:
                after, self._shown_seq, self._told_seq = self._told_seq, seq, seq
            elif seq > self._shown_seq:
                self._own.add(seq)
        await self._send({"type": "ack", "client_id": client_id, "seq": seq, "after": after})

    async def acknowledge_rating(self, client_id: str) -> None:
        """A rating was kept. It has no place in the conversation; the caller holds `lock`."""
        await self._send({"type": "ack", "client_id": client_id, "seq": self._shown_seq, "after": self._shown_seq})

    async def pump(self) -> None:
        """Whenever something changed that no signal brought along, read what the tab lacks."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.catch_up()
                pause = FIRST_PAUSE_SECONDS
            except GONE:
                return
            except Exception:
                # Tried again, ever more seldom: a store that cannot serve all tabs would be asked by each of them every
                # second. The tab has missed nothing, `_shown_seq` stands.
                log.exception("web.show_failed", conversation=self.conversation_id)
                await asyncio.sleep(pause * random.uniform(0.7, 1.0))
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                self._changed.set()

    # Which conversation

    async def _turn_to(self, view: View, *, after: int = 0) -> None:
        """Show another conversation, or the same one from `after` on."""
        assert self._visitor is not None
        conversation = view.conversation
        self._view = view
        self.conversation_id = conversation.id if conversation else None
        self._shown_seq = self._told_seq = after
        self._handler = None
        self._own.clear()
        welcome = {
            "type": "welcome",
            "visitor": self._visitor.token,
            "conversation": self.conversation_id,
            "seq": conversation.last_seq if conversation else 0,
            "after": after,
            "member": view.is_member,
            "files": files.offered(self._services, self._visitor.id),
        }
        if self._visitor.refused:
            welcome["refused"] = self._visitor.refused
        await self._send(welcome)
        await self._follow()

    async def _follow(self) -> None:
        """Listen to the signals of this visitor and, when there is one, of the conversation."""
        assert self._visitor is not None
        await self._following.aclose()
        topics = [visitor_topic(self._visitor.id)]
        if self.conversation_id:
            topics.append(conversation_topic(self.conversation_id))
        self._following = AsyncExitStack()
        events = await self._following.enter_async_context(self._services.signals.subscribe(*topics))
        listener = asyncio.create_task(self._listen(events))
        self._following.callback(listener.cancel)

    async def _tell_other_tabs(self) -> None:
        assert self._visitor is not None
        event = {"kind": "conversation", "id": self.conversation_id}
        await self._services.signals.publish(visitor_topic(self._visitor.id), event=event)

    # From the signals to the browser

    async def _listen(self, events: Subscription) -> None:
        # When the tab has gone, its socket notices it too and tidies up.
        with suppress(*GONE):
            async for event in events:
                if event["kind"] == "typing":
                    if event["author"] != "customer":
                        await self._send({"type": "typing", "author": event["author"]})
                elif event["kind"] == "changed":
                    async with self.lock:
                        await self._take(event)
                elif event.get("id", "") != self.conversation_id:
                    self._changed.set()

    async def _take(self, event: Event) -> None:
        """Show what the signal brings; across a gap the store has to be read."""
        if event["conversation"] != self.conversation_id:
            return
        for entry in event.get("messages") or ():
            if entry["seq"] == self._shown_seq + 1:
                await self._show(entry)
        if event["seq"] > self._shown_seq:
            self._changed.set()
        elif event["seq"] == self._shown_seq:
            await self._tell_handler(event["state"])

    async def _show(self, entry: Mapping[str, Any]) -> None:
        """The next message, the customer's to see or not."""
        seq = entry["seq"]
        hidden = entry.get("audience") == Audience.STAFF or entry.get("status") == MessageStatus.SUPPRESSED
        if seq <= self._shown_seq:
            return
        if not hidden:
            await self._send(frames.message_frame(entry, after=self._told_seq))
            self._told_seq = seq
        self._shown_seq = seq
        while self._shown_seq + 1 in self._own:
            self._shown_seq += 1
            self._own.discard(self._shown_seq)

    async def _tell_handler(self, state: str) -> None:
        if state == ConversationState.MERGED:
            state = ConversationState.AGENT  # a person answers, whichever conversation they do it from
        if state != self._handler:
            self._handler = state
            await self._send({"type": "state", "handler": state})

    # From the store to the browser

    async def catch_up(self) -> None:
        """Read what the tab lacks; of a visitor whose time as a signed-in member is over, nothing is shown any more."""
        async with self.lock:
            await self._catch_up()

    async def _catch_up(self) -> None:
        assert self._visitor is not None
        over = self._view.is_over
        if over:
            await visitors.sign_out(self._services, self._visitor.id, by=visitors.SESSION_OVER)
        async with self._services.database.reading() as session:
            view = await visitors.view(session, self._visitor.id)
            conversation = view.conversation
            if (conversation.id if conversation else None) != self.conversation_id:
                await self._turn_to(view)
                # Read again: what came before the signals were followed may be younger than this look at the store.
                self._changed.set()
            self._view = view
            if over and not view.is_member:
                await self._refuse("identity_session_over")
            if conversation is None or self._changed.is_set():
                return
            newest = self._shown_seq == 0
            found = await messages.history(
                session, conversation.id, after_seq=self._shown_seq, limit=HISTORY_MESSAGES, newest=newest
            )
            names = await _agent_names(session, found)
        for message in found:
            await self._show(frames.entry_of(message, agent_name=names.get(message.agent_id or 0)))
        if len(found) == HISTORY_MESSAGES and not newest:
            self._changed.set()
            return
        # Notes of the staff at the end are not among what was read.
        self._shown_seq = max(self._shown_seq, conversation.last_seq)
        await self._tell_handler(conversation.state)


async def _agent_names(session: AsyncSession, found: list[Message]) -> dict[int, str]:
    ids = {message.agent_id for message in found if message.agent_id}
    if not ids:
        return {}
    rows = await session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))
    return {row.id: row.name for row in rows}
