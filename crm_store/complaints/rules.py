"""How severe a complaint is and how soon a person replies: what follows from the policy's tables."""

from datetime import datetime, timedelta

from crm_store import service_hours
from crm_store.complaints.models import Severity
from crm_store.policy import policy


def severity_for(category: str, *, anger: float = 0.0, tier: str | None = None) -> Severity:
    """How severe a complaint is, from what it is about, how angry (0..1) the customer is, and the level."""
    steps, rules = list(Severity), policy().complaints
    rank = steps.index(Severity(rules.severity[category]))
    rank += _raised_by(anger) + rules.severity_raised.get(tier or "", 0)
    return steps[min(rank, len(steps) - 1)]


def reply_within(severity: str, *, tier: str | None = None) -> timedelta:
    """Service time until a person has replied to a complaint of that severity by a member of that level."""
    rules = policy().complaints
    return service_hours.length(rules.reply_within[severity]) * rules.reply_share.get(tier or "", 1.0)


def due_at(severity: str, *, tier: str | None, start: datetime) -> datetime:
    """When a person must have replied to a complaint of that severity filed at `start`: service hours only count."""
    return service_hours.after(start, reply_within(severity, tier=tier))


def _raised_by(anger: float) -> int:
    """How many steps more severe anger makes a complaint."""
    thresholds = policy().anger
    return (anger >= thresholds.complaint_raised) + (anger >= thresholds.complaint_raised_twice)
