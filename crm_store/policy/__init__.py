"""The shop's policy: every number and rule a shop may want to change, read from one file, checked, and frozen.

`policy()` is what everything reads; nothing keeps a value of it beyond the call it was asked for. The file is
`shop.yml`; docs/policy.md lists its entries.
"""

from crm_store.policy.errors import PolicyRefused, Problem
from crm_store.policy.hours import Week
from crm_store.policy.loading import STANDARD, entries, load, policy, use, used, validated
from crm_store.policy.membership import Risk, Tier
from crm_store.policy.outreach import Proactive
from crm_store.policy.shop import Policy
from crm_store.policy.source import Entry
from crm_store.policy.units import OpenSpan, ServiceTime, clock_text

__all__ = [
    "STANDARD", "Entry", "OpenSpan", "Policy", "PolicyRefused", "Proactive", "Problem", "Risk", "ServiceTime", "Tier",
    "Week", "clock_text", "entries", "load", "policy", "use", "used", "validated",
]  # fmt: skip
