"""What the staff is told of at once, wherever in the console they are: a new customer in line, one passed to them,
anger in a conversation that is held.

Alerts are noted in the transaction in which it happens and go out with the news of it, after the commit. They carry
codes and ids, never a customer's words or name.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.signals import Event
from crm_store.conversations import Conversation

ALERTS = "alerts"
"""The topic on which they go out."""
_NOTED = "huike_alerts"


class AlertKind(StrEnum):
    NEW_CASE = "new_case"
    TRANSFERRED = "transferred"
    ASSIGNED = "assigned"
    ANGER = "anger"
    MENTIONED = "mentioned"


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
