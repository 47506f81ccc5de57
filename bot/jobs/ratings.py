"""A score, asked for after a conversation: with the bot when it ended well, with an agent when it was closed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events, notices
from bot.desk.desk import Desk
from crm_store import complaints, conversations, messages, proactive, surveys
from crm_store.clock import now
from crm_store.conversations import IDLE, MEMBER_CHANGED, MERGED, Context, Conversation, ConversationState
from crm_store.messages import Author, Message, needs_delivery
from crm_store.policy import policy
from crm_store.surveys import SurveyKind

AT_A_TIME = 500
ASKED_WITHIN = timedelta(minutes=30)
"""A conversation silent for longer than so much beyond the policy's silence is over; nobody is called back to it."""
LOOK_BACK_MESSAGES = 60
ENDS_WELL = frozenset({"thank", "goodbye", "give_praise"})
"""What the customer said last, when it ended well."""
NEVER_AFTER = frozenset(
    {"report_danger", "make_complaint", "vent", "request_human", "chase_promise", "dispute_points", "cancel_membership",
     "rate_service", "opt_out"}
)  # fmt: skip
"""After one of these in the conversation a score is not asked for: something was wrong, or one was given."""


async def ask_for_ratings(desk: Desk) -> int:
    """Ask where a conversation ended well and has been silent as long as the policy says; how many were asked."""
    return await _ask_after_the_bot(desk) + await _ask_after_an_agent(desk)


async def _ask_after_the_bot(desk: Desk) -> int:
    async with desk.database.reading() as session:
        silent_since = now() - policy().surveys.ask_after
        found = await session.scalars(
            select(Conversation.id)
            .where(
                Conversation.state == ConversationState.BOT,
                # By the customer's words: news that the shop sends much later begins no conversation anew.
                Conversation.last_customer_at <= silent_since,
                Conversation.last_customer_at > silent_since - ASKED_WITHIN,
                Conversation.last_message_at <= silent_since,
                Conversation.fallbacks == 0,
            )
            .order_by(Conversation.last_customer_at)
            .limit(AT_A_TIME)
        )
        candidates = list(found)
    return sum([await _ask(desk, conversation_id) for conversation_id in candidates])


async def _ask(desk: Desk, conversation_id: str) -> bool:
    async with desk.database.transaction() as session:
        conversation = await conversations.locked(session, conversation_id)
        if not await _may_ask(session, conversation):
            return False
        await surveys.record_asked(
            session,
            kind=SurveyKind.CSAT,
            key=f"conversation:{conversation.id}",
            member_id=conversation.member_id,
            identity_id=conversation.identity_id,
            conversation_id=conversation.id,
        )
        await conversations.say(session, conversation, notices.rating_asked(conversation.speaks))
    await desk.tell(conversation)
    return True


async def _ask_after_an_agent(desk: Desk) -> int:
    """Where a colleague closed the conversation. On the website the widget asks by itself as soon as it is closed."""
    async with desk.database.reading() as session:
        closed_since = now() - policy().surveys.ask_after
        found = await session.scalars(
            select(Conversation)
            .where(
                Conversation.state == ConversationState.CLOSED,
                Conversation.closed_at <= closed_since,
                Conversation.closed_at > closed_since - ASKED_WITHIN,
                Conversation.first_agent_reply_at.is_not(None),
                Conversation.outcome.not_in((IDLE, MEMBER_CHANGED, MERGED)),
            )
            .order_by(Conversation.closed_at)
            .limit(AT_A_TIME)
        )
        closed = [each for each in found if needs_delivery(each.channel)]
    return sum([await _ask_of_closed(desk, each.id) for each in closed])


async def _ask_of_closed(desk: Desk, conversation_id: str) -> bool:
    """The question stands in a new conversation at the same address; what it is about is noted with it."""
    async with desk.database.transaction() as session:
        closed = await conversations.locked(session, conversation_id)
        key = f"conversation:{closed.id}"
        if not surveys.is_sampled(SurveyKind.CSAT, key) or not await _may_ask_customer(session, closed):
            return False
        here = await conversations.reach(session, member_id=closed.member_id, identity_id=closed.identity_id)
        if here is None or proactive.is_busy(here, now()):
            return False
        await surveys.record_asked(
            session,
            kind=SurveyKind.CSAT,
            key=key,
            member_id=closed.member_id,
            identity_id=here.identity_id,
            conversation_id=closed.id,
        )
        here.language = here.language or closed.language
        await conversations.say(session, here, notices.rating_asked(here.speaks))
        told = await events.news(session)
    await desk.tell(here, messages=told)
    return True


async def _may_ask(session: AsyncSession, conversation: Conversation) -> bool:
    silent_long_enough = conversation.last_message_at <= now() - policy().surveys.ask_after
    if conversation.state != ConversationState.BOT or not silent_long_enough:
        return False
    if Context.read(conversation.context).expects.form is not None:
        return False
    recent = await messages.history(session, conversation.id, limit=LOOK_BACK_MESSAGES, newest=True)
    if not _ended_well([each for each in recent if each.author == Author.CUSTOMER]):
        return False
    if not surveys.is_sampled(SurveyKind.CSAT, f"conversation:{conversation.id}"):
        return False
    return await _may_ask_customer(session, conversation)


async def _may_ask_customer(session: AsyncSession, conversation: Conversation) -> bool:
    if await complaints.for_conversation(session, conversation.id, limit=1):
        return False
    if conversation.member_id is None:
        return await surveys.may_ask_identity(session, conversation.identity_id, SurveyKind.CSAT)
    return await surveys.may_ask(session, conversation.member_id, SurveyKind.CSAT)


def _ended_well(said: Sequence[Message]) -> bool:
    """Whether something was asked and answered, the last word was a thankful one, and nothing was wrong on the way."""
    if len(said) < 2 or said[-1].intent not in ENDS_WELL:
        return False
    upset = policy().anger.upset
    return not any(each.intent in NEVER_AFTER or (each.anger or 0.0) >= upset for each in said)
