"""One open tab: frames in, frames out, nothing missed and nothing twice."""

import asyncio
import time
from contextlib import AsyncExitStack, suppress

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Inbound
from bot.channels.web import frames, visitors
from bot.channels.web.channel import NAME, visitor_topic
from bot.channels.web.visitors import Visitor
from bot.desk.signals import Subscription, conversation_topic
from bot.services import Services
from bot.wording import wording
from crm_store import messages, surveys
from crm_store.agents import Agent
from crm_store.conversations import MEMBER_CHANGED, Conversation
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.messages import Author, Message

HELLO_SECONDS = 20
HISTORY_MESSAGES = 200
BURST = 15
"""Messages a tab may send at once; after that one a second."""
CATCH_UP_SECONDS = 20
"""The safety net: how often the store is read when no signal comes."""
_GONE = (WebSocketDisconnect, RuntimeError)
"""What sending to a tab raises that has gone away: the first time, and from then on."""

log = structlog.get_logger(__name__)


class _Bucket:
    """A token bucket: `BURST` frames at once, refilled by one a second."""

    def __init__(self) -> None:
        self._tokens, self._at = float(BURST), time.monotonic()

    def take(self) -> bool:
        at = time.monotonic()
        self._tokens = min(BURST, self._tokens + at - self._at)
        self._at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class TabSocket:
    """The server's side of one tab's socket."""

    def __init__(self, services: Services, socket: WebSocket) -> None:
        self._services, self._socket = services, socket
        self._bucket = _Bucket()
        self._visitor: Visitor | None = None
        self._locale: str | None = None
        self._conversation_id: str | None = None
        self._shown_seq = 0
        self._handler: str | None = None
        self._own: set[int] = set()
        """`seq` of messages written in this tab, which it gets as acks."""
        self._changed = asyncio.Event()
        self._sending = asyncio.Lock()
        self._following = AsyncExitStack()

    async def run(self) -> None:
        """Serve the tab until it goes away."""
        await self._socket.accept()
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._first_frame()
        except (TimeoutError, WebSocketDisconnect):
            with suppress(RuntimeError):
                await self._socket.close(code=1002)
            return
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._following.aclose)
            # A tab may go away at any moment, while it is being welcomed as well.
            with suppress(*_GONE):
                await self._welcome(hello)
                pump = asyncio.create_task(self._pump())
                stack.callback(pump.cancel)
                await self._read(pump)

    async def _first_frame(self) -> frames.Hello:
        while True:
            try:
                frame = frames.read(await self._socket.receive_text())
            except frames.FrameRefused as refusal:
                await self._error(refusal.code)
                continue
            if isinstance(frame, frames.Hello):
                return frame
            await self._error("hello_first")

    async def _read(self, pump: asyncio.Task[None]) -> None:
        while not pump.done():
            raw = await self._socket.receive_text()
            try:
                await self._take(frames.read(raw))
            except frames.FrameRefused as refusal:
                await self._error(refusal.code, refusal.client_id)

    async def _take(self, frame: object) -> None:
        if isinstance(frame, frames.Typing):
            if self._conversation_id and self._bucket.take():
                await self._services.desk.typing(self._conversation_id, "customer")
        elif isinstance(frame, frames.Said | frames.Pressed | frames.Rating):
            if not self._bucket.take():
                await self._error("too_fast", frame.client_id)
            elif isinstance(frame, frames.Rating):
                await self._rate(frame)
            else:
                await self._receive(frame)
        elif isinstance(frame, frames.Hello):
            await self._welcome(frame)

    # From the browser to the desk

    async def _receive(self, frame: frames.Said | frames.Pressed) -> None:
        assert self._visitor is not None
        identity = self._visitor.identity
        payload = frame.payload if isinstance(frame, frames.Pressed) else None
        text = frame.text if isinstance(frame, frames.Said) else frame.title
        inbound = Inbound(
            channel=NAME,
            channel_user_id=identity.channel_user_id,
            channel_message_id=f"{identity.channel_user_id}:{frame.client_id}",
            text=(text or "").strip() or None,
            payload=payload,
            locale=self._locale,
        )
        try:
            # Held while the message is stored, so that the pump cannot show it as another tab's before it is known
            # to be ours.
            async with self._sending:
                received = await self._services.desk.receive(inbound)
                if received.conversation.id != self._conversation_id and not received.duplicate:
                    await self._switch(received.conversation)
                self._own.add(received.message.seq)
                await self._send({"type": "ack", "client_id": frame.client_id, "seq": received.message.seq})
        except CrmError as refusal:
            await self._error(refusal.code, frame.client_id)
            return
        self._changed.set()

    async def _rate(self, frame: frames.Rating) -> None:
        assert self._visitor is not None
        identity = self._visitor.identity
        async with self._services.database.transaction() as session:
            await surveys.record_answer(
                session,
                kind=surveys.SurveyKind.CSAT,
                score=frame.score,
                comment=frame.comment,
                key=f"web:{identity.channel_user_id}:{frame.client_id}",
                member_id=identity.member_id,
                identity_id=identity.id,
                conversation_id=self._conversation_id,
            )
        await self._send({"type": "ack", "client_id": frame.client_id, "seq": self._shown_seq})

    # From the store to the browser

    async def _welcome(self, hello: frames.Hello) -> None:
        self._locale = hello.locale
        self._visitor = await visitors.welcome(
            self._services, token=hello.visitor, vouched=hello.identity, locale=hello.locale
        )
        async with self._services.database.reading() as session:
            conversation = await self._latest(session)
        async with self._sending:
            same = conversation is not None and hello.conversation in (None, conversation.id)
            after = hello.after if same and conversation and hello.after <= conversation.last_seq else 0
            await self._switch(conversation, after=after)
            if self._visitor.refused:
                await self._error(f"identity_{self._visitor.refused}")
        self._changed.set()

    async def _latest(self, session: AsyncSession) -> Conversation | None:
        """The visitor's open conversation, or else the last one, unless it was another person's."""
        assert self._visitor is not None
        newest = select(Conversation).where(Conversation.identity_id == self._visitor.identity.id)
        found = await session.scalar(newest.order_by(Conversation.opened_at.desc()).limit(1))
        return None if found is None or found.outcome == MEMBER_CHANGED else found

    async def _switch(self, conversation: Conversation | None, *, after: int = 0) -> None:
        """Show `conversation` from `after` on; the caller holds `_sending`."""
        assert self._visitor is not None
        self._conversation_id = conversation.id if conversation else None
        self._shown_seq, self._handler = after, None
        self._own.clear()
        await self._send(
            {
                "type": "welcome",
                "visitor": self._visitor.token,
                "conversation": self._conversation_id,
                "seq": conversation.last_seq if conversation else 0,
                "member": self._visitor.identity.member_id is not None,
            }
        )
        await self._follow()

    async def _follow(self) -> None:
        """Listen to the signals of this visitor and, when there is one, of the conversation."""
        assert self._visitor is not None
        await self._following.aclose()
        topics = [visitor_topic(self._visitor.identity.id)]
        if self._conversation_id:
            topics.append(conversation_topic(self._conversation_id))
            await self._services.signals.publish(topics[0], event={"kind": "conversation", "id": self._conversation_id})
        self._following = AsyncExitStack()
        events = await self._following.enter_async_context(self._services.signals.subscribe(*topics))
        listener = asyncio.create_task(self._listen(events))
        self._following.callback(listener.cancel)

    async def _listen(self, events: Subscription) -> None:
        # When the tab has gone, `_read` notices it too and tidies up.
        with suppress(*_GONE):
            async for event in events:
                if event["kind"] != "typing":
                    self._changed.set()
                elif event["author"] != "customer":
                    await self._send({"type": "typing", "author": event["author"]})

    async def _pump(self) -> None:
        """Whenever something changed, send what the tab does not have yet."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            try:
                async with self._sending:
                    await self._show_news()
            except _GONE:
                return
            except Exception:
                # The next signal, or the next look, tries again; the tab has missed nothing, `_shown_seq` stands.
                log.exception("web.show_failed", conversation=self._conversation_id)
                await asyncio.sleep(1)
                self._changed.set()

    async def _show_news(self) -> None:
        async with self._services.database.reading() as session:
            conversation = await self._latest(session)
            if conversation is None:
                return
            if conversation.id != self._conversation_id:
                await self._switch(conversation)
            newest = self._shown_seq == 0
            found = await messages.history(
                session, conversation.id, after_seq=self._shown_seq, limit=HISTORY_MESSAGES, newest=newest
            )
            names = await _agent_names(session, found)
        for message in found:
            await self._show(message, names)
        await self._tell_handler(conversation)
        if len(found) == HISTORY_MESSAGES and not newest:
            self._changed.set()

    async def _show(self, message: Message, names: dict[int, str]) -> None:
        if message.seq not in self._own:
            client_id = None
            if message.author == Author.CUSTOMER and message.channel_message_id:
                client_id = message.channel_message_id.rpartition(":")[2]
            name = names.get(message.agent_id or 0)
            await self._send(frames.message_frame(message, client_id=client_id, agent_name=name))
        self._shown_seq = message.seq

    async def _tell_handler(self, conversation: Conversation) -> None:
        if conversation.state != self._handler:
            self._handler = conversation.state
            await self._send({"type": "state", "handler": conversation.state})

    async def _error(self, code: str, client_id: str | None = None) -> None:
        key = code if code in _KNOWN_ERRORS else "refused"
        text = wording(f"web.error_{key}", Language.of(self._locale))
        frame: dict[str, object] = {"type": "error", "code": code, "text": text}
        if client_id:
            frame["client_id"] = client_id
        await self._send(frame)

    async def _send(self, frame: dict[str, object]) -> None:
        await self._socket.send_json(frame)


_KNOWN_ERRORS = {"too_fast", "too_large", "text_too_long", "message_empty", "malformed", "identity_expired"}


async def _agent_names(session: AsyncSession, found: list[Message]) -> dict[int, str]:
    ids = {message.agent_id for message in found if message.agent_id}
    if not ids:
        return {}
    rows = await session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))
    return {row.id: row.name for row in rows}
