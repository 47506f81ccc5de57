"""Points: an append-only ledger in lots that expire.

Rules, each proved by tests: every operation takes an idempotency key; a member's points move only under the lock of the
member's account; the lots that expire first are spent first; the balance never falls below zero; a reversal puts points
back into the lots they came from; what is taken back after it was spent is owed, and later points pay it first.
"""

from crm_store.points.bulk import Gift, GiftOutcome, earn_many, reverse_untouched
from crm_store.points.errors import (
    AlreadyReversed,
    BalanceAboveLimit,
    InsufficientPoints,
    NotReversible,
    PointsAboveLimit,
)
from crm_store.points.models import IMPORT_UNDONE, Account, Allocation, EarnReason, Entry, EntryKind, Lot
from crm_store.points.queries import (
    ExpiringLot,
    Reduction,
    Verification,
    balance,
    balance_and_owed,
    earned_naming,
    entries_for,
    entry_by_key,
    expiring,
    expiring_lots,
    explained,
    history,
    keys_after_undoing,
    order_earnings,
    orders_earned,
    owed,
    qualifying_entries,
    qualifying_of_many,
    reductions,
    standing_earnings,
    taken_from,
    verify,
)
from crm_store.points.service import adjust, charge, default_expiry, earn, expire_due, reverse, spend, take_back
from crm_store.points.undone import clear_undone, only_undone

__all__ = [
    "IMPORT_UNDONE",
    "Account",
    "Allocation",
    "AlreadyReversed",
    "BalanceAboveLimit",
    "EarnReason",
    "Entry",
    "EntryKind",
    "ExpiringLot",
    "Gift",
    "GiftOutcome",
    "InsufficientPoints",
    "Lot",
    "NotReversible",
    "PointsAboveLimit",
    "Reduction",
    "Verification",
    "adjust",
    "balance",
    "balance_and_owed",
    "charge",
    "clear_undone",
    "default_expiry",
    "earn",
    "earn_many",
    "earned_naming",
    "entries_for",
    "entry_by_key",
    "expire_due",
    "expiring",
    "expiring_lots",
    "explained",
    "history",
    "keys_after_undoing",
    "only_undone",
    "order_earnings",
    "orders_earned",
    "owed",
    "qualifying_entries",
    "qualifying_of_many",
    "reductions",
    "reverse",
    "reverse_untouched",
    "spend",
    "standing_earnings",
    "take_back",
    "taken_from",
    "verify",
]
