"""The desk: takes in what customers send, decides who answers, and is where agents take over, reply and hand back.

Every change is one transaction; signals go out after it. The console and the channels call the methods of `Desk`, the
worker calls `claim` and `handle`.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.in_hand import TurnInHand, held_in_hand
from bot.desk import alerts, answering, events, in_line, notices, records, road, served_in_line, settling
from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import changed
from bot.desk.dialogue import Dialogue, DialogueUnavailable, Outage, read_understanding
from bot.desk.handover import Handover
from bot.desk.notices import DESK_PREFIX, GO_ON_WITH_BOT, HUMAN, LEAVE_QUEUE
from bot.desk.rules import DeskRules
from bot.desk.signals import Event, Signals
from bot.figures import AnsweredBy
from bot.hearing.danger import danger
from bot.hearing.message.said import Said
from crm_store import again, conversations, turns
from crm_store.clock import now
from crm_store.conversations import Bid, Conversation, ConversationState, Lease, QueueReason, Received
from crm_store.db import Database
from crm_store.messages import Inbound, Message, Understanding
from crm_store.turns import LeaseLost, Work
from crm_store.work import Kind

log = structlog.get_logger(__name__)

PIECES_WAITED_FOR = 4
"""A message in pieces is answered after this many waits at the latest, however the pieces go on."""


class Hands(Protocol):
    """A worker of this process: what is received can be handed to it at once, without a look at the table."""

    def bid(self) -> Bid | None:
        """Keep a hand free for work that is about to be stored; None when all are full."""
        ...

    def withdraw(self) -> None:
        """The hand that was kept free is not needed."""
        ...

    def take(self, work: Work) -> None:
        """Begin the work with the hand that was kept free."""
        ...


class Desk(Handover, AgentSide):
    """Who answers the customer: the bot, or a person; and the words in between."""

    def __init__(
        self, database: Database, dialogue: Dialogue, signals: Signals, *, rules: DeskRules | None = None
    ) -> None:
        super().__init__(database, dialogue, signals, rules=rules)
        self.hands: Hands | None = None

    # What channels call

    async def receive(self, inbound: Inbound) -> Received:
        """Store what a customer sent. When this returns it is safe: the channel may acknowledge."""
        with road.reception(inbound) as noted:
            noted.received = await self._receive(inbound)
            return noted.received

    async def _receive(self, inbound: Inbound) -> Received:
        bid = self.hands.bid() if self.hands is not None else None
        work: Work | None = None
        try:
            try:
                received, news = await self._store(inbound, bid)
            except IntegrityError:
                # The same message is just being stored by somebody else: it is found now.
                received, news = await self._store(inbound, bid)
            work = turns.work_of(received)
        finally:
            if self.hands is not None and bid is not None and work is None:
                self.hands.withdraw()
        if work is not None and self.hands is not None:
            self.hands.take(work)
        if not received.duplicate:
            await self.tell(received.conversation, messages=news, wake_worker=work is None)
        return received

    async def _store(self, inbound: Inbound, bid: Bid | None) -> tuple[Received, list[Event]]:
        async def once() -> tuple[Received, list[Event]]:
            async with self.database.transaction() as session:
                return await conversations.receive(session, inbound, bid=bid), await events.news(session)

        return await again.until_through(once)

    # What the worker calls

    async def has_work(self) -> bool:
        """Whether any conversation has something to do; takes no lock."""
        async with self.database.reading() as session:
            return await turns.is_due(session)

    async def claim(self, worker: str) -> Work | None:
        """Lease one conversation that has something to do."""
        async with self.database.transaction() as session:
            return await turns.claim(session, worker)

    async def handle(self, work: Work) -> None:
        """Do what is to be done for one claimed conversation and give the lease back."""
        conversation, message = work.conversation, work.message
        road.taken(message)
        try:
            if message is None:
                await self._announce_only(work.lease)
                return
            pressed = in_line.pressed(conversation, message)
            if answered := await settling.answer_of(self.database, conversation, message):
                await self._settle(work.lease, message, answered)
                road.answered(message, AnsweredBy.DESK)
            elif conversation.state == ConversationState.MERGED:
                await self._listen_in_line(work, message)
            elif (pressed or "").startswith(DESK_PREFIX):
                await self._desk_button(work.lease, message, pressed)
                road.answered(message, AnsweredBy.DESK)
            elif await self._leaves_for_a_wish(work, message):
                return
            elif not (pressed or self._is_for_bot(conversation, message)):
                await self._listen(work, message)
            elif message.text or pressed:
                await self._bot_turn(work, message, payload=pressed)
            else:
                await self._keep_attachment(work.lease, message)
                road.answered(message, AnsweredBy.DESK)
        except LeaseLost:
            log.warning("desk.lease_lost", conversation=work.lease.conversation_id)

    async def give_up(self, work: Work, error: Exception) -> None:
        """After a mistake of our own: treat the message like one the dialogue server failed on. Where no network or
        disk is behind it, it is soon put aside, for it would only fail again and keep all that follows waiting."""
        if work.message is not None:
            reason = Outage.ERROR if isinstance(error, (DBAPIError, OSError)) else Outage.MISTAKE
            with contextlib.suppress(LeaseLost):
                await self._outage(work.lease, work.message.id, DialogueUnavailable(reason, repr(error)))

    def _is_for_bot(self, conversation: Conversation, message: Message) -> bool:
        """Also the bot's: a button pressed while waiting (call me back), and words that crossed the closing. Of the
        line only the desk can tell."""
        in_queue = conversation.state == ConversationState.QUEUE
        if in_queue and not message.payload and in_line.asks_of_the_line(message.text or ""):
            return False
        pressed_while_waiting = in_queue and bool(message.payload)
        return conversation.bot_answers or pressed_while_waiting or conversation.state == ConversationState.CLOSED

    async def _announce_only(self, lease: Lease) -> None:
        """No message is to be handled: the queue was entered outside a turn, or a burst of messages in line is over."""
        async with self._working(lease) as (session, conversation):
            if conversation.queue_announced_at is None:
                await notices.announce(session, conversation)
            else:
                await self._acknowledge(session, lease, conversation)

    async def _bot_turn(
        self,
        work: Work,
        message: Message,
        *,
        payload: str | None,
        heard: Said | None = None,
        keeps_place: bool = False,
        leaves_line: bool = False,
    ) -> None:
        """`payload`: of the button that was pressed, or said in words, which then stand for it. `heard`: the message as
        it was understood already. `keeps_place`: the customer waits in line and is told that the place is kept.
        `leaves_line`: they wait no longer, and this is what they wish instead."""
        conversation, lease = work.conversation, work.lease
        await self.typing(conversation.id, "bot")
        with held_in_hand(TurnInHand(message.id, conversation, work.identity, work.member)) as in_hand:
            try:
                pieces = [message] if payload or heard else await self._pieces(conversation, message)
                said = None if payload else heard or await self._said(pieces, conversation)
                if said is not None and heard is None and (quiet_at := self._more_may_come(pieces, said, conversation)):
                    await self._wait_for_more(lease, quiet_at)
                    return
                answered = await answering.answer(self.dialogue, conversation, message.id, said=said, payload=payload)
            except DialogueUnavailable as error:
                await self._outage(lease, message.id, error)
                return
        waited = conversation.state == ConversationState.QUEUE and conversation.queue_announced_at is not None
        async with self.database.transaction() as session:
            if leaves_line:
                await in_line.leave_for_a_wish(session, await turns.held(session, lease))
            completed = await turns.complete_turn(
                session,
                lease,
                message.id,
                replies=answered.replies,
                understanding=answered.understanding,
                fallbacks=answered.fallbacks,
                form_active=answered.active_form is not None,
                context=answered.context,
                along=[piece.id for piece in pieces[1:]],
                release=True,
            )
            current, due_at = completed.conversation, completed.conversation.work_due_at
            await self._consider_person(session, completed, answered, in_hand)
            await notices.announce(session, current)
            if waited:
                replied = bool(completed.replies)
                await in_line.after_turn(session, current, completed.message, replied=replied, keeps_place=keeps_place)
            # Whoever enters the queue has just been told: nothing more is to be done but what waits.
            current.work_due_at = due_at
            news = await events.news(session)
        road.answered(message, AnsweredBy.BOT)
        if in_hand.forgets:
            await self._forget(conversation.id)
        await self.tell(current, messages=news)

    async def _pieces(self, conversation: Conversation, message: Message) -> list[Message]:
        """The message, and what came so soon after it that both may be parts of one."""
        if not answering.may_be_fragment(message.text or "", conversation):
            return [message]
        async with self.database.reading() as session:
            waiting = await turns.unhandled(session, message.conversation_id)
        return answering.burst(message, waiting, within=self.rules.fragments_within)

    async def _said(self, pieces: Sequence[Message], conversation: Conversation) -> Said:
        text = answering.joined([piece.text or "" for piece in pieces])
        return await answering.understood(self.dialogue, text, conversation, sent_at=pieces[-1].created_at)

    def _more_may_come(self, pieces: Sequence[Message], said: Said, conversation: Conversation) -> datetime | None:
        """Until when more of a message in pieces is waited for; None when it is whole."""
        if len(pieces) == 1 and not answering.is_fragment(said, conversation):
            return None
        if pieces[-1].created_at > now() + self.rules.fragments_within:
            return None  # the clock has been put back since it came
        quiet_at = pieces[-1].created_at + self.rules.fragments_within
        longest = pieces[0].created_at + self.rules.fragments_within * PIECES_WAITED_FOR
        return quiet_at if now() < min(quiet_at, longest) else None

    async def _wait_for_more(self, lease: Lease, quiet_at: datetime) -> None:
        async with self.database.transaction() as session:
            await turns.release(session, lease, due_at=quiet_at)

    async def _keep_attachment(self, lease: Lease, message: Message) -> None:
        """Pictures and files without a word: kept for the staff; the bot says that it cannot look into them."""
        async with self._working(lease) as (session, conversation):
            await turns.complete_turn(session, lease, message.id)
            await conversations.say(session, conversation, notices.attachment_only(conversation.speaks))

    async def _listen(self, work: Work, message: Message) -> None:
        """A person answers, or will: the message is understood, for the staff and for the member's mood. In line the
        bot says what to do in danger, and does what it surely understands while the place is kept."""
        conversation, lease = work.conversation, work.lease
        said = await self._understood(message, work.conversation)
        is_risk = bool(said.names_danger if said else danger.heard(message.text or ""))
        if said is not None and conversation.state == ConversationState.QUEUE:
            served = said if is_risk else served_in_line.for_the_bot(said, conversation)
            if served is not None:
                keeps_place = not (is_risk or served_in_line.goes_on_with_danger(said, conversation))
                await self._bot_turn(work, message, payload=None, heard=served, keeps_place=keeps_place)
                return
        understanding = read_understanding(said.whole) if said is not None else None
        async with self._working(lease) as (session, conversation):
            completed = await turns.complete_turn(session, lease, message.id, understanding=understanding)
            road.answered(message, AnsweredBy.STAFF)
            await records.remember(session, completed)
            await alerts.alarm(
                session, conversation, completed.message, is_risk=is_risk, furious_from=self.rules.anger_handover
            )
            if conversation.state != ConversationState.QUEUE:
                return
            if conversation.queue_announced_at is None:
                await notices.announce(session, conversation)
            else:
                await self._acknowledge(session, lease, conversation)

    async def _listen_in_line(self, work: Work, message: Message) -> None:
        """The customer writes where a conversation was merged; when that has ended meanwhile, to the bot."""
        said = await self._understood(message, work.conversation)
        ended = await self._hear_line(work.lease, message, said)
        if ended is not None:
            await self.handle(replace(work, conversation=ended))

    async def _leaves_for_a_wish(self, work: Work, message: Message) -> bool:
        """Whether a customer in line leaves it for something the bot surely does ("不等了，明天早上打给我"), which is
        then done. Whoever wishes for a person beside it keeps the place."""
        wish = in_line.wish_beside_leaving(work.conversation, message)
        said = await self._understood(message, work.conversation, text=wish) if wish else None
        if said is None or said.names_danger or danger.heard(message.text or "") is not None:
            return False
        if (served := served_in_line.for_the_bot(said, work.conversation, leaving=True)) is None:
            return False
        await self._bot_turn(work, message, payload=None, heard=served, leaves_line=True)
        return True

    async def _acknowledge(self, session: AsyncSession, lease: Lease, conversation: Conversation) -> None:
        """Answer what a customer in line has written; of a burst, once, when it is over."""
        again_at = await in_line.answer(session, conversation, burst=self.rules.burst)
        if again_at is not None:
            await turns.release(session, lease)
            conversation.work_due_at = conversation.work_due_at or again_at

    async def _understand(self, message: Message) -> Understanding | None:
        if not message.text:
            return None
        try:
            return await self.dialogue.parse(message.text)
        except DialogueUnavailable as error:
            log.warning("desk.not_understood", message=message.id, reason=error.reason.value)
            return None

    async def _understood(
        self, message: Message, conversation: Conversation, *, text: str | None = None
    ) -> Said | None:
        """The message, or the `text` that is a part of it, as it is understood without a turn of the dialogue; None
        while that is not possible."""
        words = text or message.text
        if not words:
            return None
        try:
            return await answering.understood(self.dialogue, words, conversation, sent_at=message.created_at)
        except DialogueUnavailable as error:
            log.warning("desk.not_understood", message=message.id, reason=error.reason.value)
            return None

    async def _desk_button(self, lease: Lease, message: Message, payload: str | None) -> None:
        """A button of the desk was pressed, or said in words."""
        understanding = await self._understand(message)
        if payload == HUMAN:
            understanding = Understanding(intent="request_human", confidence=1.0)
        async with self._working(lease) as (session, conversation):
            completed = await turns.complete_turn(session, lease, message.id, understanding=understanding)
            waiting = conversation.state == ConversationState.QUEUE
            if payload == HUMAN:
                await self._call_person(session, lease, conversation, reason=QueueReason.REQUESTED)
                await records.remember(session, completed)
            elif payload == GO_ON_WITH_BOT and waiting:
                await conversations.invite_bot(session, conversation.id)
                await conversations.say(session, conversation, notices.plain("bot_invited", conversation.speaks))
            elif payload == LEAVE_QUEUE and waiting:
                await conversations.leave_queue(session, conversation.id)
                await conversations.say(session, conversation, notices.plain("left_queue", conversation.speaks))

    async def _settle(self, lease: Lease, message: Message, answered: tuple[str, str]) -> None:
        """The customer has said whether a complaint is solved."""
        understanding = await self._understand(message)
        async with self._working(lease) as (session, conversation):
            completed = await turns.complete_turn(session, lease, message.id, understanding=understanding)
            complaint = await settling.settle(session, conversation, completed.message, answered)
            await records.remember(session, completed)
        if complaint is not None:
            await changed(self.signals, Kind.COMPLAINTS, f"complaint:{complaint.number}")
