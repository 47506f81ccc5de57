"""The rules of returns: for how long, at whose cost, for how much money, and how soon."""

from datetime import datetime, time, timedelta

from crm_store.clock import business_zone
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.returns.models import PaidBy, ReturnKind, ReturnReason

REPAIRABLE = frozenset({ReturnReason.QUALITY, ReturnReason.DAMAGED})
"""Reasons that a repair can mend: what was never sent, or is another thing, cannot be repaired."""
SHOPS_FAULT = frozenset({ReturnReason.QUALITY, ReturnReason.DAMAGED, ReturnReason.WRONG_ITEM, ReturnReason.MISSING})


def window(reason: ReturnReason | str) -> timedelta:
    """Whole days after the day of delivery, the last one included."""
    times = policy().returns
    return times.window_at_fault if reason in SHOPS_FAULT else times.window


def window_ends_at(order: Order, reason: ReturnReason | str) -> datetime | None:
    """The last moment a delivered line may be sent back for that reason: the end of the shop's day; None while the
    order is not delivered."""
    if order.delivered_at is None:
        return None
    last_day = order.delivered_at.astimezone(business_zone()).date() + window(reason)
    return datetime.combine(last_day, time(23, 59, 59), business_zone())


def shipping_paid_by(kind: ReturnKind | str, reason: ReturnReason | str) -> PaidBy:
    """The shop pays the way for its own faults, for repairs under warranty, and once for a size that does not fit and
    is exchanged."""
    if (
        kind == ReturnKind.REPAIR
        or reason in SHOPS_FAULT
        or (kind == ReturnKind.EXCHANGE and reason == ReturnReason.WRONG_SIZE)
    ):
        return PaidBy.SHOP
    return PaidBy.MEMBER
