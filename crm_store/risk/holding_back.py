"""Who is left alone, to learn what contacting does: chance decides, the same way each time it is asked."""

import hashlib

from crm_store.followups import Arm
from crm_store.policy import Risk
from crm_store.risk.models import ReasonCode
from crm_store.risk.rules import Reason

NEVER_HELD = frozenset(
    {
        ReasonCode.LEAVING, ReasonCode.ANGER, ReasonCode.COMPLAINT_OPEN, ReasonCode.COMPLAINT_BREACHED,
        ReasonCode.PROMISE_BROKEN, ReasonCode.SCORE_LOW,
    }
)  # fmt: skip
"""Whoever told us that something is wrong, or is owed something, is never left alone."""


def arm_of(member_id: int, cause: Reason, reasons: tuple[Reason, ...], rules: Risk) -> Arm | None:
    """Where a member stands for one silence; None for who is not compared. `cause` ends with the silence, so the next
    one is drawn anew."""
    if cause.code != ReasonCode.BUYING_LESS or any(reason.code in NEVER_HELD for reason in reasons):
        return None
    return Arm.CONTROL if drawn(member_id, cause.cause) < rules.held_back else Arm.TREATED


def drawn(member_id: int, cause: str) -> float:
    """A number in 0..1 that is always the same for this member and cause, and like chance over many."""
    digest = hashlib.sha256(f"{member_id}:{cause}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
