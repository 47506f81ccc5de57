"""When a person is called: who is furious, at risk or not understood, and what happens while the dialogue server is
away."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.in_hand import TurnInHand
from bot.desk import events, notices, records
from bot.desk.answering import Answered
from bot.desk.base import DeskBase
from bot.desk.dialogue import Dialogue, DialogueUnavailable, Outage
from bot.desk.notices import HUMAN
from bot.desk.rules import DeskRules
from bot.desk.signals import Signals
from bot.hearing.danger import danger
from bot.hearing.message import mood, no_person
from crm_store import conversations, service_hours, turns
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState, Lease, QueueReason, Urgency
from crm_store.db import Database
from crm_store.turns import Completed

log = structlog.get_logger(__name__)

OFFERS_A_PERSON = frozenset({HUMAN, "/request_human"})
_PERSON_WORDS = re.compile(r"人工|真人|客服|专人|專人|\b(human|agent|person|representative)\b", re.IGNORECASE)
"""Enough to see that a person is wanted while the dialogue server is away."""


def _offers_a_person(result: Answered) -> bool:
    """Whether the bot's own words offer one by a button."""
    payloads = [str(button.get("payload")) for reply in result.replies for button in reply.buttons]
    return any(payload in OFFERS_A_PERSON for payload in payloads)


class Handover(DeskBase):
    """From the bot to the line of those who wait for a person."""

    def __init__(
        self, database: Database, dialogue: Dialogue, signals: Signals, *, rules: DeskRules | None = None
    ) -> None:
        super().__init__(database, dialogue, signals)
        self.rules = rules or DeskRules()

    @asynccontextmanager
    async def _working(self, lease: Lease) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
        """A transaction on a leased conversation that ends by giving the lease back and telling of it."""
        async with self.database.transaction() as session:
            conversation = await turns.held(session, lease)
            yield session, conversation
            if conversation.lease_token == lease.token:
                conversation = await turns.release(session, lease)
            news = await events.news(session)
        await self.tell(conversation, messages=news)

    async def _consider_person(
        self, session: AsyncSession, completed: Completed, result: Answered, in_hand: TurnInHand
    ) -> None:
        """Call a person when the customer is very angry, is at risk and unhappy, or was not understood again."""
        conversation, message = completed.conversation, completed.message
        risk_is_high = await records.remember(session, completed, in_hand.contacts)
        if conversation.state not in (ConversationState.BOT, ConversationState.QUEUE):
            return
        again = self.rules.misunderstandings
        if no_person.declines(message.text or ""):
            return
        # Who left the line is not put into it again for being at risk.
        was_in_line = conversation.state == ConversationState.BOT and conversation.queue_announced_at is not None
        # Short and blunt is not furious: a question that presses is answered.
        is_upset = not mood.only_presses(message.text or "")
        if is_upset and (message.anger or 0.0) >= self.rules.anger_handover:
            reason, urgency = QueueReason.ANGER, Urgency.HIGH
        elif risk_is_high and is_upset and message.sentiment == "negative" and not was_in_line:
            # Who is just being served is not taken to another place: the mark counts once they wish for a person.
            if result.active_form is not None or not service_hours.is_open(now()):
                await self._offer_person_later(session, conversation, in_form=result.active_form is not None)
                return
            if _offers_a_person(result):
                # They were just asked whether they want one: the choice is theirs, and is served first.
                await conversations.mark_urgent(session, conversation.id, Urgency.HIGH, reason=QueueReason.RISK)
                return
            reason, urgency = QueueReason.RISK, Urgency.HIGH
        elif result.fallbacks and result.fallbacks % again == 0:
            if not service_hours.is_open(now()):
                # A line that nobody serves before morning is offered, not ordered.
                if conversation.state == ConversationState.BOT:
                    await conversations.say(session, conversation, notices.nobody_there_yet(conversation.speaks))
                return
            reason, urgency = QueueReason.MISUNDERSTOOD, Urgency.NORMAL
        else:
            return
        await conversations.request_human(session, conversation.id, reason=reason, urgency=urgency)
        conversation.bot_continues = result.active_form is not None

    async def _offer_person_later(self, session: AsyncSession, conversation: Conversation, *, in_form: bool) -> None:
        """A member at high risk is unhappy while nobody is there, or amid a form: marked as urgent and offered, once,
        not ordered. The question of a form stays the last word."""
        if conversation.state != ConversationState.BOT or conversation.urgency >= Urgency.HIGH:
            return
        await conversations.mark_urgent(session, conversation.id, Urgency.HIGH, reason=QueueReason.RISK)
        if not in_form:
            await conversations.say(session, conversation, notices.nobody_there_to_make_good(conversation.speaks))

    async def _call_person(
        self, session: AsyncSession, lease: Lease, conversation: Conversation, *, reason: QueueReason
    ) -> None:
        if conversation.state == ConversationState.CLOSED:
            return
        urgencies = {QueueReason.BOT_UNAVAILABLE: Urgency.RAISED, QueueReason.DELICATE: Urgency.CRITICAL}
        urgency = urgencies.get(reason, Urgency.NORMAL)
        await conversations.request_human(session, conversation.id, reason=reason, urgency=urgency)
        await turns.leave_to_person(session, lease)
        await notices.announce(session, conversation)

    async def _outage(self, lease: Lease, message_id: int, error: DialogueUnavailable) -> None:
        """No answer from the dialogue server: keep the message, try again later, and leave nobody in the dark."""
        log.warning("desk.dialogue_unavailable", message=message_id, reason=error.reason.value, detail=error.detail)
        async with self._working(lease) as (session, conversation):
            message = await turns.note_failure(session, lease, message_id, error=str(error))
            language = conversation.speaks
            if danger.heard(message.text or "") is not None:
                await conversations.say(session, conversation, notices.plain("danger_first", language))
                await self._call_person(session, lease, conversation, reason=QueueReason.DELICATE)
                return
            if await self._wants_person(session, conversation):
                await self._call_person(session, lease, conversation, reason=QueueReason.REQUESTED)
                return
            enough = message.tries >= self.rules.outage_told_after_tries
            if error.reason is Outage.NOT_READ or (enough and error.reason is Outage.MISTAKE):
                await turns.complete_turn(session, lease, message.id, replies=[notices.not_managed(language)])
                return
            if now() - message.created_at >= self.rules.outage_handover:
                if conversation.state == ConversationState.BOT:
                    await conversations.say(session, conversation, notices.plain("bot_unavailable_queued", language))
                await self._call_person(session, lease, conversation, reason=QueueReason.BOT_UNAVAILABLE)
                return
            if enough and conversation.outage_told_at is None:
                await conversations.say(session, conversation, notices.bot_unavailable(language))
                conversation.outage_told_at = now()
            await turns.release(session, lease, due_at=now() + self.rules.retry_in(message.tries))

    async def _wants_person(self, session: AsyncSession, conversation: Conversation) -> bool:
        waiting = await turns.unhandled(session, conversation.id)
        return any(
            message.payload in (HUMAN, "/request_human") or _PERSON_WORDS.search(message.text or "")
            for message in waiting
        )
