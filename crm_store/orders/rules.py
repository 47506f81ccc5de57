"""When the points of an order are looked at: once it is complete, and again when it is taken back."""

from datetime import datetime

from crm_store.clock import now
from crm_store.orders.models import Order, OrderStatus
from crm_store.policy import policy

OVER = frozenset({OrderStatus.CANCELLED, OrderStatus.RETURNED})


def points_due_at(order: Order, *, at: datetime | None = None) -> datetime | None:
    """When the order's points are due to be booked, or to be taken back of one that is over; None while nothing is.

    An order's points arrive the policy's `points.arrive_after` after delivery, and not before it is complete. `at`:
    when the order got its status, where its own moments do not tell. What was due longer ago than `points.booked_back`
    is history, whose points the shop brings along in a file of their own, and is never due.
    """
    due: datetime | None = None
    if order.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED):
        moments = [order.completed_at]
        if order.delivered_at is not None:
            moments.append(order.delivered_at + policy().points.arrive_after)
        due = max((moment for moment in moments if moment is not None), default=at)
    elif order.status in OVER:
        due = order.cancelled_at or at
    return due if due is not None and due > now() - policy().points.booked_back else None
