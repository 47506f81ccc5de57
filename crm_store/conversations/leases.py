"""The right to work on one conversation for a while: a name, a token, and a time that runs out."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

LEASE = timedelta(seconds=30)
"""From claim or heartbeat on; then another worker may take the conversation up."""
FURTHEST_LEASE = LEASE * 2
FURTHEST_DUE = timedelta(minutes=5)
"""A lease that ends later, or a conversation that waits for longer, was written by a clock that has been put back
since: the one holds no longer, the other is due."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one conversation. `handovers`: how often it had changed between bot and person."""

    conversation_id: str
    token: str
    handovers: int


@dataclass(frozen=True, slots=True)
class Bid:
    """A worker with a free hand: what a customer sends is leased to it as it is stored, if nothing else waits there."""

    worker: str
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
