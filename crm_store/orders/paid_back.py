"""What of an order's total has gone back already, or is promised to."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.orders.models import Order, OrderStatus
from crm_store.orders.queries import history

REFUND_NOTED = "refund_noted"
"""The kind of the row in the order's history by which an agent promised a refund; its detail holds `amount_minor`."""


async def rest_minor(session: AsyncSession, order: Order) -> int:
    """The total less what was paid back, what agents have promised and what a cancelled order gives back, in minor
    units; below zero when more than the total is promised."""
    rest = order.total_minor - order.refund_minor
    for event in await history(session, order.id):
        if event.kind == REFUND_NOTED:
            rest -= int(event.detail["amount_minor"])
        elif event.kind == OrderStatus.CANCELLED:
            rest -= int(event.detail.get("paid_back_minor", 0))
    return rest
