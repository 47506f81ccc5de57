"""What the desk leaves in the CRM after a message: the interaction, when no action has written one, and the risk."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.in_hand import Contact
from crm_store import interactions, risk
from crm_store.conversations import ConversationState
from crm_store.interactions import Outcome
from crm_store.policy import policy
from crm_store.risk import RiskLevel
from crm_store.turns import Completed

_SMALL_TALK = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "cancel", "help", "bot_challenge", "inform"})
"""Says nothing about what the member wants; kept as a message only, unless it was said in a bad mood."""

_NOT_UNDERSTOOD = frozenset({None, "nlu_fallback", "out_of_scope"})


async def remember(session: AsyncSession, completed: Completed, contacts: Sequence[Contact] = ()) -> bool:
    """Record the handled message as interactions and re-assess an unhappy member. Returns whether the member's risk is
    high. `contacts`: what actions left to be written with the turn; one that writes has written its own already."""
    conversation, message = completed.conversation, completed.message
    unhappy = message.sentiment == "negative" or (message.anger or 0.0) >= policy().anger.upset
    for contact in contacts:
        await interactions.record(session, **contact)
    if not contacts and (unhappy or message.intent not in _SMALL_TALK):
        await _record(session, completed)
    if conversation.member_id is None or not unhappy:
        return False
    assessment = await risk.assess(session, conversation.member_id)
    return assessment.level == RiskLevel.HIGH


async def _record(session: AsyncSession, completed: Completed) -> None:
    conversation, message = completed.conversation, completed.message
    if conversation.state in (ConversationState.AGENT, ConversationState.QUEUE):
        outcome = Outcome.HANDED_OVER
    elif message.intent in _NOT_UNDERSTOOD:
        outcome = Outcome.NOT_UNDERSTOOD
    else:
        outcome = Outcome.ANSWERED
    await interactions.record_unless_known(
        session,
        member_id=conversation.member_id,
        identity_id=conversation.identity_id,
        conversation_id=conversation.id,
        message_id=message.id,
        channel=conversation.channel,
        intent=message.intent,
        sentiment=message.sentiment,
        sentiment_confidence=message.sentiment_confidence,
        anger=message.anger,
        outcome=outcome,
        key=f"message:{message.id}",
    )
