"""One open tab: frames in, frames out."""

import asyncio
import time
from contextlib import AsyncExitStack, suppress

import structlog
from fastapi import WebSocket, WebSocketDisconnect, status

from bot.channels.web import frames, payloads, visitors
from bot.channels.web.channel import NAME
from bot.channels.web.connection_limits import Allowance, TooMany
from bot.channels.web.frames import Frame, FrameRefused, Hello, Pressed, Rating, Said, Typing
from bot.channels.web.lookout import Lookout
from bot.channels.web.screen import GONE, Screen
from bot.channels.web.visitors import Visitor
from bot.desk.channel import Inbound
from bot.services import Services
from bot.wording import section, wording
from crm_store import identities, low_scores, messages, surveys
from crm_store.errors import CrmError
from crm_store.language import Language

HELLO_SECONDS = 20
TYPING_EVERY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class TabSocket:
    """The server's side of one tab's socket. `source`: what its address is counted by."""

    def __init__(self, services: Services, socket: WebSocket, source: str, lookout: Lookout) -> None:
        self._services, self._socket, self._source, self._lookout = services, socket, source, lookout
        self._allowance = Allowance(services.rate_limits.rates.tab_frames)
        self._screen = Screen(services, socket.send_json, self._refuse)
        self._visitor: Visitor | None = None
        self._locale: str | None = None
        self._typed_at = 0.0

    async def run(self) -> None:
        """Serve the tab until it goes away."""
        await self._socket.accept()
        # A tab may go away at any moment, while it is being welcomed as well.
        with suppress(*GONE):
            try:
                hello = await self._first_frame()
                if hello is None:
                    await self._socket.close(status.WS_1002_PROTOCOL_ERROR)
                else:
                    await self._serve(hello)
            except TooMany as flood:
                visitor = self._visitor.id if self._visitor else None
                log.warning("web.socket_shut", source=self._source, visitor=visitor, too_many=flood.what)
                await self._socket.close(status.WS_1008_POLICY_VIOLATION)

    async def _serve(self, hello: Hello) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._screen.close)
            await self._welcome(hello)
            pump = asyncio.create_task(self._screen.pump())
            stack.callback(pump.cancel)
            stack.enter_context(self._lookout.watching(self._screen))
            while not pump.done():
                if (frame := await self._next()) is not None:
                    await self._take(frame)

    async def _first_frame(self) -> Hello | None:
        """What the tab says first; None when it says nothing of use for too long. Raises TooMany."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HELLO_SECONDS):
                while True:
                    frame = await self._next()
                    if isinstance(frame, Hello):
                        return frame
                    if frame is not None:
                        await self._refuse("hello_first")
        return None

    async def _next(self) -> Frame | None:
        """The next frame; None when it is not as agreed, which the tab has been told. Raises TooMany."""
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", status.WS_1006_ABNORMAL_CLOSURE))
        raw, binary = event.get("text"), event.get("bytes")
        self._allowance.count(len(raw or binary or ""))
        try:
            return frames.read(raw or "")
        except FrameRefused as refusal:
            log.info("web.frame_refused", source=self._source, code=refusal.code)
            self._allowance.count_bad()
            await self._refuse(refusal.code, refusal.client_id)
            return None

    # From the browser to the desk

    async def _take(self, frame: Frame) -> None:
        if isinstance(frame, Hello):
            await self._welcome(frame)
        elif isinstance(frame, Typing):
            await self._typing()
        elif not await self._may_speak():
            await self._refuse("too_fast", frame.client_id)
        else:
            try:
                await (self._rate(frame) if isinstance(frame, Rating) else self._receive(frame))
            except CrmError as refusal:
                await self._refuse(refusal.code, frame.client_id)

    async def _welcome(self, hello: Hello) -> None:
        limits = self._services.rate_limits
        if not await limits.allows(limits.rates.hellos, self._source):
            raise TooMany("hellos")
        await self._screen.close()  # what this hello changes is told by its welcome alone
        self._locale = hello.locale
        self._visitor = await visitors.welcome(
            self._services,
            token=hello.visitor,
            vouched=hello.identity,
            locale=hello.locale,
            signed_out=hello.sign_out,
            zone=hello.zone,
        )
        await self._screen.open(self._visitor, conversation_id=hello.conversation, after=hello.after)

    async def _may_speak(self) -> bool:
        assert self._visitor is not None
        limits = self._services.rate_limits
        by_visitor, by_address = limits.rates.messages, limits.rates.address_messages
        return await limits.allows(by_visitor, self._visitor.id) and await limits.allows(by_address, self._source)

    async def _typing(self) -> None:
        at, conversation_id = time.monotonic(), self._screen.conversation_id
        if conversation_id and at - self._typed_at >= TYPING_EVERY_SECONDS:
            self._typed_at = at
            await self._services.desk.typing(conversation_id, "customer")

    async def _receive(self, frame: Said | Pressed) -> None:
        """Raises CrmError."""
        assert self._visitor is not None
        if self._screen.is_over:
            await self._screen.catch_up()
        if isinstance(frame, Said):
            if payloads.looks_like_one(frame.text):
                raise payloads.NoWords
            text, payload = frame.text, None
        else:
            await self._check_offered(frame.payload)
            text, payload = frame.title or "", frame.payload
        inbound = Inbound(
            channel=NAME,
            channel_user_id=self._visitor.id,
            channel_message_id=f"{self._visitor.id}:{frame.client_id}",
            text=text.strip() or None,
            payload=payload,
            locale=self._locale,
        )
        async with self._screen.lock:
            received = await self._services.desk.receive(inbound)
            await self._screen.acknowledge(frame.client_id, received)

    async def _check_offered(self, payload: str) -> None:
        assert self._visitor is not None
        if payloads.names_open_intent(payload):
            return
        async with self._services.database.reading() as session:
            shown = self._screen.conversation_id
            if not await payloads.was_offered(session, self._visitor.id, payload, shown_id=shown):
                raise payloads.NotOffered

    async def _rate(self, frame: Rating) -> None:
        """Raises CrmError."""
        assert self._visitor is not None
        visitor_id, conversation_id = self._visitor.id, self._screen.conversation_id
        async with self._services.database.transaction() as session:
            identity = await identities.find(session, channel=NAME, channel_user_id=visitor_id)
            if identity is None or conversation_id is None:
                raise NothingToRate
            if not await messages.customer_wrote(session, conversation_id):
                raise NothingToRate
            answer = await surveys.record_answer(
                session,
                kind=surveys.SurveyKind.CSAT,
                score=frame.score,
                comment=frame.comment,
                key=f"web:{visitor_id}:{frame.client_id}",
                member_id=identity.member_id,
                identity_id=identity.id,
                conversation_id=conversation_id,
                agent_id=await messages.last_agent(session, conversation_id),
            )
            await low_scores.follow_up(session, answer)
        async with self._screen.lock:
            await self._screen.acknowledge_rating(frame.client_id)

    # What went wrong

    async def _refuse(self, code: str, client_id: str | None = None) -> None:
        key = f"error_{code}"
        if key not in section("web"):
            key = "error_identity_refused" if code.startswith("identity_") else "error_refused"
        frame = {"type": "error", "code": code, "text": wording(f"web.{key}", Language.of(self._locale))}
        await self._socket.send_json(frame | ({"client_id": client_id} if client_id else {}))


class NothingToRate(CrmError):
    """The visitor has not spoken with anybody yet."""

    code = "nothing_to_rate"
