"""How much an agent may give for one complaint, by role and kind: the policy's `compensation`."""

from crm_store.agents import Agent
from crm_store.compensation.models import CompensationKind
from crm_store.policy import policy


def limit_of(agent: Agent, kind: CompensationKind | str) -> int:
    """The most the agent may approve alone for one complaint: whole points, or minor units."""
    limits = policy().compensation[agent.role]
    match CompensationKind(kind):
        case CompensationKind.POINTS:
            return int(limits.points)
        case CompensationKind.COUPON:
            return int(limits.coupon)
    return int(limits.refund)


def limits(agent: Agent) -> dict[CompensationKind, int]:
    """`limit_of` each kind."""
    return {kind: limit_of(agent, kind) for kind in CompensationKind}
