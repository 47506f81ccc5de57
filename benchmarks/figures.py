"""From what was said to figures."""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.cost import Spent
from benchmarks.customer import Outcome
from benchmarks.load import Talk

FIRST_TURNS = 50
"""So many turns at the beginning of a long conversation are compared with as many at its end."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0..1) of them do not exceed; 0.0 when there are none."""
    if not values:
        return 0.0
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


@dataclass(frozen=True)
class Figures:
    """One run. Times in seconds, of messages that were replied to, from the frame sent to the frame received."""

    customers: int
    database: str
    said: int
    replied: int
    outcomes: dict[str, int]
    details: dict[str, int]
    """Why messages were refused or lost."""
    by_system: int
    """Replies whose first message was the system's (a place in line, an outage), not the bot's."""
    median: float
    p95: float
    longest: float
    ack_median: float
    ack_p95: float
    seconds: float
    per_second: float
    """Replies a second."""
    processor: dict[str, float]
    """Process → seconds of processor time for each message said."""
    counters: dict[str, float] = field(default_factory=dict)
    """Statements and transactions for each message said, where the app counts them."""
    notes: dict[str, float] = field(default_factory=dict)
    """How many people and tabs there were, the machine's load."""
    replies: list[float] = field(default_factory=list, repr=False)
    """The time of every reply, in the order in which they came."""


def figures(customers: int, database: str, talk: Talk, spent: Spent, notes: Mapping[str, float]) -> Figures:
    """Nothing that was said is left out of the counts; what had no reply has no time."""
    replied = [said for said in talk.said if said.outcome is Outcome.REPLIED]
    replies = [said.reply_s for said in replied if said.reply_s is not None]
    acks = [said.ack_s for said in talk.said if said.ack_s is not None]
    count = max(len(talk.said), 1)
    return Figures(
        customers=customers,
        database=database,
        said=len(talk.said),
        replied=len(replied),
        outcomes=dict(Counter(said.outcome.value for said in talk.said)),
        details=dict(Counter(said.detail for said in talk.said if said.detail)),
        by_system=sum(said.author == "system" for said in replied),
        median=percentile(replies, 0.5),
        p95=percentile(replies, 0.95),
        longest=max(replies, default=0.0),
        ack_median=percentile(acks, 0.5),
        ack_p95=percentile(acks, 0.95),
        seconds=talk.seconds,
        per_second=len(replied) / talk.seconds if talk.seconds else 0.0,
        processor={name: seconds / count for name, seconds in spent.processor.items()},
        counters={name: value / count for name, value in spent.counters.items()},
        notes=dict(notes),
        replies=replies,
    )


def growth(replies: Sequence[float]) -> tuple[float, float]:
    """Medians of the first and the last `FIRST_TURNS` turns of a conversation (of a half each when it is shorter)."""
    size = min(FIRST_TURNS, max(len(replies) // 2, 1))
    return statistics.median(replies[:size]), statistics.median(replies[-size:])
