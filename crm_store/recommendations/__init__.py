"""What to recommend to whom, and why."""

from crm_store.recommendations.models import ProductAffinity, Reason, Recommendation
from crm_store.recommendations.rules import Affinity, affinities
from crm_store.recommendations.service import for_member, learn, purchases

__all__ = [
    "Affinity", "ProductAffinity", "Reason", "Recommendation", "affinities", "for_member", "learn", "purchases",
]  # fmt: skip
