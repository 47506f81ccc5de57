"""Orders and their lines: what was bought, how far it is, what can still be altered. Money in minor units."""

from crm_store.orders.errors import NothingToChange, OrderNotCancellable, OrderNotChangeable, OrderStepRefused
from crm_store.orders.models import (
    CANCELLABLE,
    CHANGEABLE,
    LineItem,
    Order,
    OrderActor,
    OrderEvent,
    OrderLine,
    OrderStatus,
)
from crm_store.orders.paid_back import REFUND_NOTED, rest_minor
from crm_store.orders.queries import by_number, by_number_in_any_case, history, recent
from crm_store.orders.rules import points_due_at
from crm_store.orders.service import (
    advance,
    cancel,
    complete_many,
    create,
    locked,
    mark_refunded,
    note,
    points_due,
    request_change,
)

__all__ = [
    "CANCELLABLE",
    "CHANGEABLE",
    "REFUND_NOTED",
    "LineItem",
    "NothingToChange",
    "Order",
    "OrderActor",
    "OrderEvent",
    "OrderLine",
    "OrderNotCancellable",
    "OrderNotChangeable",
    "OrderStatus",
    "OrderStepRefused",
    "advance",
    "by_number",
    "by_number_in_any_case",
    "cancel",
    "complete_many",
    "create",
    "history",
    "locked",
    "mark_refunded",
    "note",
    "points_due",
    "points_due_at",
    "recent",
    "request_change",
    "rest_minor",
]
