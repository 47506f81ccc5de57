"""The desk: takes in what customers send, decides who answers, and is where agents take over, reply and hand back.

Every change is one transaction; signals go out after it. The console and the channels call the methods of `Desk`, the
worker calls `claim` and `handle`.
"""

import contextlib
import random
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import in_line, notices, records
from bot.desk.dialogue import Dialogue, DialogueUnavailable, Outage, TurnResult
from bot.desk.notices import DESK_PREFIX, GO_ON_WITH_BOT, HUMAN, LEAVE_QUEUE
from bot.desk.signals import DESK, INBOX, OUTBOX, Signals, conversation_topic
from crm_store import audit, conversations, turns
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState, QueueReason, Received, Urgency
from crm_store.db import Database
from crm_store.messages import Inbound, Message, Understanding
from crm_store.turns import Completed, Lease, LeaseLost, Work

log = structlog.get_logger(__name__)

_PERSON_WORDS = re.compile(r"人工|真人|客服|专人|專人|\b(human|agent|person|representative)\b", re.IGNORECASE)
"""Enough to see that a person is wanted while the dialogue server is away."""


@dataclass(frozen=True, slots=True)
class DeskRules:
    """When a person comes in, and how an outage of the dialogue server is bridged. `burst`: messages in line that
    follow an acknowledgement so soon are answered together."""

    anger_handover: float = 0.8
    misunderstandings: int = 2
    outage_told_after_tries: int = 2
    outage_handover: timedelta = timedelta(minutes=5)
    first_retry: timedelta = timedelta(seconds=1)
    longest_retry: timedelta = timedelta(seconds=30)
    burst: timedelta = timedelta(seconds=4)

    def retry_in(self, tries: int) -> timedelta:
        """Time until the next try after `tries` failed ones: doubled each time, with jitter."""
        step: timedelta = min(self.first_retry * 2 ** min(tries - 1, 10), self.longest_retry)
        return step * random.uniform(0.7, 1.0)


class Desk:
    """Who answers the customer: the bot, or a person; and the words in between."""

    def __init__(
        self, database: Database, dialogue: Dialogue, signals: Signals, *, rules: DeskRules | None = None
    ) -> None:
        self.database, self.dialogue, self.signals = database, dialogue, signals
        self.rules = rules or DeskRules()

    # What channels call

    async def receive(self, inbound: Inbound) -> Received:
        """Store what a customer sent. When this returns it is safe: the channel may acknowledge."""
        async with self.database.transaction() as session:
            received = await conversations.receive(session, inbound)
        if not received.duplicate:
            await self.tell(received.conversation)
        return received

    # What the worker calls

    async def claim(self, worker: str) -> Work | None:
        """Lease one conversation that has something to do."""
        async with self.database.transaction() as session:
            return await turns.claim(session, worker)

    async def handle(self, work: Work) -> None:
        """Do what is to be done for one claimed conversation and give the lease back."""
        conversation, message = work.conversation, work.message
        try:
            if message is None:
                await self._announce_only(work.lease)
                return
            pressed = in_line.pressed(conversation, message)
            if (pressed or "").startswith(DESK_PREFIX):
                await self._desk_button(work.lease, message, pressed)
            elif not (pressed or self._is_for_bot(conversation, message)):
                await self._listen(work.lease, message)
            elif message.text or pressed:
                await self._bot_turn(work.lease, conversation, message, payload=pressed)
            else:
                await self._keep_attachment(work.lease, message)
        except LeaseLost:
            log.warning("desk.lease_lost", conversation=work.lease.conversation_id)

    async def give_up(self, work: Work, error: Exception) -> None:
        """After a mistake of our own: treat the message like one the dialogue server failed on, so that it is tried
        again and in the end reaches a person."""
        if work.message is not None:
            with contextlib.suppress(LeaseLost):
                await self._outage(work.lease, work.message.id, DialogueUnavailable(Outage.ERROR, repr(error)))

    def _is_for_bot(self, conversation: Conversation, message: Message) -> bool:
        """Also the bot's: a button pressed while waiting (call me back), and words that crossed the closing."""
        pressed_while_waiting = conversation.state == ConversationState.QUEUE and bool(message.payload)
        return conversation.bot_answers or pressed_while_waiting or conversation.state == ConversationState.CLOSED

    async def _announce_only(self, lease: Lease) -> None:
        """No message is to be handled: the queue was entered outside a turn, or a burst of messages in line is over."""
        async with self._working(lease) as (session, conversation):
            if conversation.queue_announced_at is None:
                await self._announce(session, conversation)
            else:
                await self._acknowledge(session, lease, conversation)

    @asynccontextmanager
    async def _working(self, lease: Lease) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
        """A transaction on a leased conversation that ends by giving the lease back and telling of it."""
        async with self.database.transaction() as session:
            conversation = await turns.held(session, lease)
            before = conversation.last_seq
            yield session, conversation
            if conversation.lease_token == lease.token:
                conversation = await turns.release(session, lease)
        await self.tell(conversation, said=conversation.last_seq > before)

    async def _bot_turn(
        self, lease: Lease, conversation: Conversation, message: Message, *, payload: str | None
    ) -> None:
        """`payload`: of the button that was pressed, or said in words, which then stand for it."""
        await self.typing(conversation.id, "bot")
        try:
            result = await self.dialogue.turn(
                conversation.id,
                message_id=message.id,
                text=None if payload else message.text,
                payload=payload,
                language=conversation.language,
                locale=conversation.locale,
                channel=conversation.channel,
            )
        except DialogueUnavailable as error:
            await self._outage(lease, message.id, error)
            return
        async with self._working(lease) as (session, current):
            completed = await turns.complete_turn(
                session,
                lease,
                message.id,
                replies=result.replies,
                understanding=result.understanding,
                fallbacks=result.fallbacks,
                form_active=result.active_form is not None,
            )
            await self._consider_person(session, completed, result)
            await self._announce(session, current)

    async def _keep_attachment(self, lease: Lease, message: Message) -> None:
        """Pictures and files without a word: kept for the staff; the bot says that it cannot look into them."""
        async with self._working(lease) as (session, conversation):
            await turns.complete_turn(session, lease, message.id)
            await conversations.say(session, conversation, notices.attachment_only(conversation.speaks))

    async def _consider_person(self, session: AsyncSession, completed: Completed, result: TurnResult) -> None:
        """Call a person when the customer is very angry, is at risk and unhappy, or was not understood again."""
        conversation, message = completed.conversation, completed.message
        risk_is_high = await records.remember(session, completed)
        if conversation.state not in (ConversationState.BOT, ConversationState.QUEUE):
            return
        again = self.rules.misunderstandings
        if (message.anger or 0.0) >= self.rules.anger_handover:
            reason, urgency = QueueReason.ANGER, Urgency.HIGH
        elif risk_is_high and message.sentiment == "negative":
            reason, urgency = QueueReason.RISK, Urgency.HIGH
        elif result.fallbacks and result.fallbacks % again == 0:
            reason, urgency = QueueReason.MISUNDERSTOOD, Urgency.NORMAL
        else:
            return
        await conversations.request_human(session, conversation.id, reason=reason, urgency=urgency)
        conversation.bot_continues = result.active_form is not None

    async def _announce(self, session: AsyncSession, conversation: Conversation) -> None:
        """Tell a customer who has just entered the queue where they stand."""
        if conversation.state == ConversationState.QUEUE and conversation.queue_announced_at is None:
            await conversations.say(session, conversation, await notices.queued(session, conversation))
            conversation.queue_announced_at = now()

    async def _listen(self, lease: Lease, message: Message) -> None:
        """A person answers, or will: only understand the message, for the staff and for the member's mood."""
        understanding = await self._understand(message)
        async with self._working(lease) as (session, conversation):
            completed = await turns.complete_turn(session, lease, message.id, understanding=understanding)
            await records.remember(session, completed)
            if conversation.state != ConversationState.QUEUE:
                return
            if (completed.message.anger or 0.0) >= self.rules.anger_handover:
                await conversations.request_human(
                    session, conversation.id, reason=QueueReason.ANGER, urgency=Urgency.HIGH
                )
            if conversation.queue_announced_at is None:
                await self._announce(session, conversation)
            else:
                await self._acknowledge(session, lease, conversation)

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

    async def _call_person(
        self, session: AsyncSession, lease: Lease, conversation: Conversation, *, reason: QueueReason
    ) -> None:
        if conversation.state == ConversationState.CLOSED:
            return
        urgency = Urgency.RAISED if reason is QueueReason.BOT_UNAVAILABLE else Urgency.NORMAL
        await conversations.request_human(session, conversation.id, reason=reason, urgency=urgency)
        await turns.leave_to_person(session, lease)
        await self._announce(session, conversation)

    async def _outage(self, lease: Lease, message_id: int, error: DialogueUnavailable) -> None:
        """No answer from the dialogue server: keep the message, try again later, and leave nobody in the dark."""
        log.warning("desk.dialogue_unavailable", message=message_id, reason=error.reason.value, detail=error.detail)
        async with self._working(lease) as (session, conversation):
            message = await turns.note_failure(session, lease, message_id, error=str(error))
            language = conversation.speaks
            if await self._wants_person(session, conversation):
                await self._call_person(session, lease, conversation, reason=QueueReason.REQUESTED)
                return
            if now() - message.created_at >= self.rules.outage_handover:
                if conversation.state == ConversationState.BOT:
                    await conversations.say(session, conversation, notices.plain("bot_unavailable_queued", language))
                await self._call_person(session, lease, conversation, reason=QueueReason.BOT_UNAVAILABLE)
                return
            if message.tries >= self.rules.outage_told_after_tries and conversation.outage_told_at is None:
                await conversations.say(session, conversation, notices.bot_unavailable(language))
                conversation.outage_told_at = now()
            await turns.release(session, lease, due_at=now() + self.rules.retry_in(message.tries))

    async def _wants_person(self, session: AsyncSession, conversation: Conversation) -> bool:
        waiting = await turns.unhandled(session, conversation.id)
        return any(
            message.payload in (HUMAN, "/request_human") or _PERSON_WORDS.search(message.text or "")
            for message in waiting
        )

    # What the console calls

    async def take(self, conversation_id: str, agent_id: int) -> Conversation:
        """The agent takes the conversation and the customer is told who has come. Raises ConversationTaken,
        ConversationClosed."""
        async with self.database.transaction() as session:
            handovers = (await conversations.locked(session, conversation_id)).handovers
            conversation = await conversations.take(session, conversation_id, agent_id)
            if conversation.handovers != handovers:
                await self._by_agent(session, conversation, agent_id, "take", notice="agent_joined")
        return await self.tell(conversation, said=True)

    async def transfer(self, conversation_id: str, agent_id: int, *, to_agent_id: int | None) -> Conversation:
        """Give the conversation to a colleague, or back to the queue when `to_agent_id` is None. Raises NotHeld."""
        async with self.database.transaction() as session:
            conversation = await conversations.transfer(
                session, conversation_id, agent_id=agent_id, to_agent_id=to_agent_id
            )
            await self._by_agent(session, conversation, agent_id, "transfer", to_agent_id=to_agent_id)
            if to_agent_id is None:
                await self._announce(session, conversation)
            else:
                colleague = await session.get_one(Agent, to_agent_id)
                notice = notices.plain("transferred", conversation.speaks, name=colleague.name)
                await conversations.say(session, conversation, notice)
        return await self.tell(conversation, said=True)

    async def hand_back(self, conversation_id: str, agent_id: int) -> Conversation:
        """Give the conversation back to the bot, which begins afresh: a form it had open before the person came is of
        the past. Raises NotHeld."""
        async with self.database.transaction() as session:
            conversation = await conversations.hand_back(session, conversation_id, agent_id=agent_id)
            await self._by_agent(session, conversation, agent_id, "hand_back", notice="handed_back")
        try:
            await self.dialogue.forget(conversation_id)
        except DialogueUnavailable as error:
            log.warning("desk.not_forgotten", conversation=conversation_id, reason=error.reason.value)
        return await self.tell(conversation, said=True)

    async def close(self, conversation_id: str, agent_id: int, *, outcome: str) -> Conversation:
        """End the conversation and say so to the customer. Raises NotHeld."""
        async with self.database.transaction() as session:
            open_before = (await conversations.locked(session, conversation_id)).state != ConversationState.CLOSED
            conversation = await conversations.close(session, conversation_id, outcome=outcome, agent_id=agent_id)
            if open_before:
                await self._by_agent(session, conversation, agent_id, "close", notice="closed", outcome=outcome)
        return await self.tell(conversation, said=True)

    async def reply(
        self,
        conversation_id: str,
        agent_id: int,
        *,
        text: str,
        key: str,
        attachments: Sequence[dict[str, Any]] = (),
    ) -> Message:
        """Say something to the customer; the same `key` again says it once. Raises NotHeld, TextTooLong."""
        async with self.database.transaction() as session:
            message = await conversations.agent_reply(
                session, conversation_id, agent_id=agent_id, text=text, key=key, attachments=attachments
            )
            conversation = await conversations.get(session, conversation_id)
        await self.tell(conversation, said=True)
        return message

    async def note(self, conversation_id: str, agent_id: int, *, text: str, key: str) -> Message:
        """Write a note that only the staff reads."""
        async with self.database.transaction() as session:
            message = await conversations.note(session, conversation_id, agent_id=agent_id, text=text, key=key)
            conversation = await conversations.get(session, conversation_id)
        await self.tell(conversation)
        return message

    async def mark_read(self, conversation_id: str, agent_id: int) -> Conversation:
        """The agent has seen everything so far."""
        async with self.database.transaction() as session:
            conversation = await conversations.mark_read(session, conversation_id, agent_id=agent_id)
        return await self.tell(conversation)

    async def typing(self, conversation_id: str, author: str) -> None:
        """Show the other side that `author` (customer, agent) is writing."""
        await self.signals.publish(
            conversation_topic(conversation_id), {"kind": "typing", "conversation": conversation_id, "author": author}
        )

    async def _by_agent(
        self,
        session: AsyncSession,
        conversation: Conversation,
        agent_id: int,
        act: str,
        *,
        notice: str | None = None,
        **details: object,
    ) -> None:
        """Leave the trail of an agent's act and, when it has one, its notice to the customer."""
        if notice is not None:
            agent = await session.get_one(Agent, agent_id)
            await conversations.say(session, conversation, notices.plain(notice, conversation.speaks, name=agent.name))
        await audit.record(
            session,
            agent_id=agent_id,
            action=f"{act}_conversation",
            subject=f"conversation:{conversation.id}",
            details=details,
        )

    async def tell(self, conversation: Conversation, *, said: bool = False) -> Conversation:
        """Wake whoever follows the conversation, and the outbox when there may be something to deliver."""
        event = {
            "kind": "changed",
            "conversation": conversation.id,
            "seq": conversation.last_seq,
            "state": conversation.state,
            "agent_id": conversation.agent_id,
        }
        await self.signals.publish(conversation_topic(conversation.id), event)
        await self.signals.publish(DESK, event)
        if said:
            await self.signals.publish(OUTBOX)
        if conversation.work_due_at is not None:
            await self.signals.publish(INBOX)
        return conversation
