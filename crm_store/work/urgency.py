"""How near a due time is: later, soon (amber) or late (red)."""

from datetime import datetime
from enum import IntEnum

from crm_store.clock import now
from crm_store.policy import policy


class Band(IntEnum):
    """The most urgent first."""

    LATE = 0
    SOON = 1
    LATER = 2
    NEVER = 3


def band(due_at: datetime | None, *, at: datetime | None = None) -> Band:
    at = at or now()
    if due_at is None:
        return Band.NEVER
    if due_at < at:
        return Band.LATE
    return Band.SOON if due_at - at <= policy().work.due_soon else Band.LATER
