"""Returns and exchanges: may it come back, who pays the way, when is the money there. Money in minor units."""

from crm_store.returns.models import (
    PaidBy,
    Refund,
    ReturnKind,
    ReturnProblem,
    ReturnReason,
    ReturnRefused,
    ReturnRequest,
    ReturnStatus,
    ReturnStepRefused,
)
from crm_store.returns.queries import by_number, for_member, refund_status
from crm_store.returns.rules import refund_for, shipping_paid_by, window, window_ends_at
from crm_store.returns.service import advance, open_return, returnable

__all__ = [
    "PaidBy", "Refund", "ReturnKind", "ReturnProblem", "ReturnReason", "ReturnRefused",
    "ReturnRequest", "ReturnStatus", "ReturnStepRefused", "advance", "by_number", "for_member", "open_return",
    "refund_for", "refund_status", "returnable", "shipping_paid_by", "window", "window_ends_at",
]  # fmt: skip
