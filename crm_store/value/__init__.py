"""What a member is worth to the shop: spend of twelve months, marks for recency, frequency and money (RFM), what may
be expected of them, how far they have come with the shop and what they think of it.

Money is in minor units of the shop's currency. Orders in other currencies count as purchases, their money never: it is
told beside it, by currency.
"""

from crm_store.value.history import Bought, PurchaseSums, bought_at, purchase_days, purchase_sums
from crm_store.value.models import Attitude, LifeStage, MemberValue, Method, Value, ValueRun
from crm_store.value.purchases import CURRENCY, Everybody, everybody, spend_by_member
from crm_store.value.service import (
    Appraised,
    appraise,
    begin,
    clear,
    finish,
    latest_run,
    most_valuable,
    of_member,
    worth_by_member,
    write,
    yardstick_in_force,
)
from crm_store.value.yardstick import Yardstick, of_policy

__all__ = [
    "CURRENCY",
    "Appraised",
    "Attitude",
    "Bought",
    "Everybody",
    "LifeStage",
    "MemberValue",
    "Method",
    "PurchaseSums",
    "Value",
    "ValueRun",
    "Yardstick",
    "appraise",
    "begin",
    "bought_at",
    "clear",
    "everybody",
    "finish",
    "latest_run",
    "most_valuable",
    "of_member",
    "of_policy",
    "purchase_days",
    "purchase_sums",
    "spend_by_member",
    "worth_by_member",
    "write",
    "yardstick_in_force",
]
