"""Returns, exchanges and repairs: may it come back, who pays the way, when is the money there. Money in minor units."""

from crm_store.returns.changing import (
    Terms,
    add_note,
    change_kind,
    change_problem,
    change_reason,
    reason_problem,
    take_note_back,
    terms_of,
    withdraw,
)
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
from crm_store.returns.queries import by_number, for_member, refund_status, running_of
from crm_store.returns.refundable import left_minor, refund_for, refund_of
from crm_store.returns.rules import REPAIRABLE, SHOPS_FAULT, shipping_paid_by, window, window_ends_at
from crm_store.returns.service import advance, assign, ends_at, open_return, repairable, returnable, under_warranty
from crm_store.returns.warranty import last_day, term_of, warranty_ends_at, warranty_of

__all__ = [
    "REPAIRABLE", "SHOPS_FAULT", "PaidBy", "Refund", "ReturnKind", "ReturnProblem", "ReturnReason", "ReturnRefused",
    "ReturnRequest", "ReturnStatus", "ReturnStepRefused", "Terms", "add_note", "advance", "assign", "by_number",
    "change_kind", "change_problem", "change_reason", "ends_at", "for_member", "last_day", "left_minor",
    "open_return", "reason_problem", "refund_for", "refund_of", "refund_status", "repairable", "returnable",
    "running_of", "shipping_paid_by", "take_note_back", "term_of", "terms_of", "under_warranty", "warranty_ends_at",
    "warranty_of", "window", "window_ends_at", "withdraw",
]  # fmt: skip
