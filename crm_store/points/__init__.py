"""Points: an append-only ledger in lots that expire.

Rules, each proved by tests: every operation takes an idempotency key; a member's points move only under the lock of the
member's account; the lots that expire first are spent first; the balance never falls below zero; a reversal puts points
back into the lots they came from.
"""

from crm_store.points.models import Account, Allocation, EarnReason, Entry, EntryKind, Lot

__all__ = ["Account", "Allocation", "EarnReason", "Entry", "EntryKind", "Lot"]
