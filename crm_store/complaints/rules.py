"""How severe a complaint is and how soon a person replies: the tables of the rules, and what follows from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from crm_store import service_hours
from crm_store.complaints.models import ComplaintCategory, Severity

REOPEN_WITHIN = timedelta(days=30)

REPLY_WITHIN: Mapping[str, timedelta] = {
    Severity.LOW: 2 * service_hours.SERVICE_DAY,
    Severity.NORMAL: service_hours.SERVICE_DAY,
    Severity.HIGH: timedelta(hours=4),
    Severity.CRITICAL: timedelta(hours=2),
}
"""Service time until a person has replied."""
TIER_SHARE: Mapping[str, float] = {"gold": 0.75, "platinum": 0.5}
"""The part of that time a member of this level waits at most; everybody else waits the whole."""

CATEGORY_SEVERITY: Mapping[str, Severity] = {
    ComplaintCategory.STAFF: Severity.HIGH,
    ComplaintCategory.REFUND: Severity.HIGH,
    ComplaintCategory.PRICE: Severity.LOW,
}
"""Severity of a calm complaint; every category that is not named here is normal."""
ANGER_LIFTS: Sequence[tuple[float, int]] = ((0.9, 2), (0.6, 1))
"""From this anger (0..1) on, so many steps more severe; the first that fits counts."""
TIER_LIFTS: Mapping[str, int] = {"platinum": 1}


def severity_for(category: str, *, anger: float = 0.0, tier: str | None = None) -> Severity:
    """How severe a complaint is, from what it is about, how angry (0..1) the customer is, and the level."""
    steps = list(Severity)
    rank = steps.index(CATEGORY_SEVERITY.get(category, Severity.NORMAL))
    rank += next((lift for least, lift in ANGER_LIFTS if anger >= least), 0) + TIER_LIFTS.get(tier or "", 0)
    return steps[min(rank, len(steps) - 1)]


def due_at(severity: str, *, tier: str | None, start: datetime) -> datetime:
    """When a person must have replied to a complaint of that severity filed at `start`: service hours only count."""
    return service_hours.after(start, REPLY_WITHIN[severity] * TIER_SHARE.get(tier or "", 1.0))
