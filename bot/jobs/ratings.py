"""A score, asked for after a conversation with the bot that ended well."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import notices
from bot.desk.desk import Desk
from crm_store import complaints, conversations, messages, surveys
from crm_store.clock import now
from crm_store.conversations import Context, Conversation, ConversationState
from crm_store.messages import Author, Message
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
     "rate_service"}
)  # fmt: skip
"""After one of these in the conversation a score is not asked for: something was wrong, or one was given."""


async def ask_for_ratings(desk: Desk) -> int:
    """Ask where a conversation ended well and has been silent as long as the policy says; how many were asked."""
    async with desk.database.reading() as session:
        silent_since = now() - policy().surveys.ask_after
        found = await session.scalars(
            select(Conversation.id)
            .where(
                Conversation.state == ConversationState.BOT,
                Conversation.last_message_at <= silent_since,
                Conversation.last_message_at > silent_since - ASKED_WITHIN,
                Conversation.fallbacks == 0,
            )
            .order_by(Conversation.last_message_at)
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


async def _may_ask(session: AsyncSession, conversation: Conversation) -> bool:
    silent_long_enough = conversation.last_message_at <= now() - policy().surveys.ask_after
    if conversation.state != ConversationState.BOT or not silent_long_enough:
        return False
    if Context.read(conversation.context).expects.form is not None:
        return False
    recent = await messages.history(session, conversation.id, limit=LOOK_BACK_MESSAGES, newest=True)
    if not _ended_well([each for each in recent if each.author == Author.CUSTOMER]):
        return False
    if await complaints.for_conversation(session, conversation.id, limit=1):
        return False
    if conversation.member_id is None:
        return await surveys.may_ask_identity(session, conversation.identity_id, SurveyKind.CSAT)
    if await complaints.open_for_member(session, conversation.member_id):
        return False
    return await surveys.may_ask(session, conversation.member_id, SurveyKind.CSAT)


def _ended_well(said: Sequence[Message]) -> bool:
    """Whether something was asked and answered, the last word was a thankful one, and nothing was wrong on the way."""
    if len(said) < 2 or said[-1].intent not in ENDS_WELL:
        return False
    upset = policy().anger.upset
    return not any(each.intent in NEVER_AFTER or (each.anger or 0.0) >= upset for each in said)
