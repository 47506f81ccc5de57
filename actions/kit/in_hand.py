"""The turn that the desk has in hand while Rasa works on it: what it knows already, and what it will write at the end.

Rasa calls actions over HTTP; when they run in the desk's own process they need not load again what the desk has just
read, and an action that only reads leaves its record to the transaction that ends the turn. In another process nothing
is in hand, and an action loads and writes for itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from crm_store.conversations import Conversation
from crm_store.identities import Identity
from crm_store.members import Member

Contact = dict[str, Any]
"""What `interactions.record` takes."""


@dataclass(slots=True)
class TurnInHand:
    """One message on its way through the dialogue. `fresh`: no action has written since these were read. `forgets`: the
    customer had the chat deleted, so that the dialogue server is to forget it as well."""

    message_id: int
    conversation: Conversation
    identity: Identity
    member: Member | None
    fresh: bool = True
    contacts: list[Contact] = field(default_factory=list)
    forgets: bool = False


_in_hand: dict[str, TurnInHand] = {}


@contextmanager
def held_in_hand(turn: TurnInHand) -> Iterator[TurnInHand]:
    """Within the block, actions of this process find the turn by its conversation."""
    _in_hand[turn.conversation.id] = turn
    try:
        yield turn
    finally:
        if _in_hand.get(turn.conversation.id) is turn:
            del _in_hand[turn.conversation.id]


def turn_in_hand(conversation_id: str, message_id: str) -> TurnInHand | None:
    """The turn on this very message, or on a step of it, when this process has it in hand."""
    turn = _in_hand.get(conversation_id)
    return turn if turn is not None and str(turn.message_id) == message_id.partition(".")[0] else None
