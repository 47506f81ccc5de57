"""Compensation for a complaint: points, a coupon, a refund for finance; beyond one's limit a supervisor decides."""

from crm_store.compensation.errors import CompensationDecided, CompensationInvalid, LimitExceeded
from crm_store.compensation.models import Compensation, CompensationKind, CompensationStatus
from crm_store.compensation.queries import for_complaint, get, waiting
from crm_store.compensation.rules import limit_of, limits
from crm_store.compensation.service import decide, propose

__all__ = [
    "Compensation", "CompensationDecided", "CompensationInvalid", "CompensationKind", "CompensationStatus",
    "LimitExceeded", "decide", "for_complaint", "get", "limit_of", "limits", "propose", "waiting",
]  # fmt: skip
