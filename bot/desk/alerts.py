"""What the staff is told of at once, wherever in the console they are: a new customer in line, one passed to them,
anger in a conversation that is held.

Alerts are noted in the transaction in which it happens and go out with the news of it, after the commit. They carry
codes and ids, never a customer's words or name.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.signals import Event
from crm_store import conversations
from crm_store.conversations import Conversation, ConversationState, QueueReason, Urgency
from crm_store.messages import Message

ALERTS = "alerts"
"""The topic on which they go out."""
_NOTED = "huike_alerts"


class AlertKind(StrEnum):
    NEW_CASE = "new_case"
    TRANSFERRED = "transferred"
    ASSIGNED = "assigned"
    ANGER = "anger"
    MENTIONED = "mentioned"
    MERGED = "merged"


def note(
    session: AsyncSession,
    kind: AlertKind,
    conversation: Conversation,
    *,
    to: Sequence[int] = (),
    leads: bool = False,
    by: int | None = None,
) -> None:
    """`to`: the agents who are told, nobody named: all. `leads`: supervisors as well. `by`: the agent who caused it,
    who is not told."""
    event: Event = {
        "kind": "alert",
        "what": kind,
        "conversation": conversation.id,
        "reason": conversation.queue_reason,
        "to": list(to),
        "leads": leads,
        "by": by,
    }
    session.info.setdefault(_NOTED, []).append(event)


async def alarm(
    session: AsyncSession, conversation: Conversation, message: Message, *, is_risk: bool, furious_from: float
) -> None:
    """Danger (`is_risk`) or anger of `furious_from` and more (0..1) in a message that a person reads: it is more urgent
    from now on, and whoever holds the conversation is told, and the supervisors. The conversation is locked."""
    if is_risk:
        await conversations.raise_urgency(session, conversation.id, Urgency.CRITICAL, reason=QueueReason.DELICATE)
    is_furious = (message.anger or 0.0) >= furious_from
    if conversation.state == ConversationState.AGENT and conversation.agent_id and (is_furious or is_risk):
        note(session, AlertKind.ANGER, conversation, to=[conversation.agent_id], leads=True)
    if conversation.state == ConversationState.QUEUE and is_furious:
        await conversations.request_human(session, conversation.id, reason=QueueReason.ANGER, urgency=Urgency.HIGH)


def noted(session: AsyncSession) -> list[Event]:
    """What this transaction wants to be told of."""
    found: list[Event] = session.info.get(_NOTED, [])
    return found


def is_for(event: Event, agent_id: int, *, is_lead: bool) -> bool:
    """Whether this agent is told."""
    if event.get("by") == agent_id:
        return False
    named = event.get("to") or []
    return not named or agent_id in named or bool(is_lead and event.get("leads"))
