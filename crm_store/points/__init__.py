"""Points: an append-only ledger in lots that expire.

Rules, each proved by tests: every operation takes an idempotency key; a member's points move only under the lock of the
member's account; the lots that expire first are spent first; the balance never falls below zero; a reversal puts points
back into the lots they came from.
"""

from crm_store.points.bulk import Gift, GiftOutcome, earn_many
from crm_store.points.errors import AlreadyReversed, InsufficientPoints, NotReversible
from crm_store.points.models import Account, Allocation, EarnReason, Entry, EntryKind, Lot
from crm_store.points.queries import (
    ExpiringLot,
    Reduction,
    Verification,
    balance,
    entries_for,
    entry_by_key,
    expiring,
    expiring_lots,
    history,
    qualifying_entries,
    qualifying_points,
    qualifying_sums,
    reductions,
    verify,
)
from crm_store.points.service import adjust, default_expiry, earn, expire_due, reverse, spend

__all__ = [
    "Account",
    "Allocation",
    "AlreadyReversed",
    "EarnReason",
    "Entry",
    "EntryKind",
    "ExpiringLot",
    "Gift",
    "GiftOutcome",
    "InsufficientPoints",
    "Lot",
    "NotReversible",
    "Reduction",
    "Verification",
    "adjust",
    "balance",
    "default_expiry",
    "earn",
    "earn_many",
    "entries_for",
    "entry_by_key",
    "expire_due",
    "expiring",
    "expiring_lots",
    "history",
    "qualifying_entries",
    "qualifying_points",
    "qualifying_sums",
    "reductions",
    "reverse",
    "spend",
    "verify",
]
