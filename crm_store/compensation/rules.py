"""How much an agent may give for one complaint, by role and kind: the policy's `compensation`."""

from crm_store.compensation.models import CompensationKind
from crm_store.policy import policy


def limit_of(role: str, kind: CompensationKind | str) -> int:
    """The most an agent of that role may approve alone for one complaint: whole points, or minor units."""
    limits = policy().compensation[role]
    match CompensationKind(kind):
        case CompensationKind.POINTS:
            return int(limits.points)
        case CompensationKind.COUPON:
            return int(limits.coupon)
    return int(limits.refund)


def limits(role: str) -> dict[CompensationKind, int]:
    """`limit_of` each kind."""
    return {kind: limit_of(role, kind) for kind in CompensationKind}
