"""How much money a return brings back: never more than was paid for the goods and has not gone back yet."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.currencies import smallest_minor
from crm_store.orders import Order, OrderLine, rest_minor
from crm_store.returns.models import RUNNING, ReturnKind, ReturnRequest, ReturnStatus


async def refund_for(
    session: AsyncSession, order: Order, line: OrderLine, quantity: int, *, but: ReturnRequest | None = None
) -> int:
    """What comes back for so many pieces, in minor units.

    What was paid for the goods (the total without shipping) is shared by price and rounded in the member's favour to
    what can be paid in the currency; the last pieces get what is left. `but`: a request whose own money is not counted
    as given back.
    """
    goods = sum(each.price_minor * each.quantity for each in order.lines)
    paid = max(0, order.total_minor - order.shipping_minor)
    unit = smallest_minor(order.currency)
    share = -(-paid * line.price_minor * quantity // (goods * unit)) * unit if goods else 0
    returned = await returned_minor(session, order, but=but)
    # The shop's system tells of the same refunds as our returns: the larger of the two has gone back.
    left = paid - max(returned, order.refund_minor)
    return max(0, min(share, left, await rest_minor(session, order)))


async def refund_of(session: AsyncSession, order: Order, pieces: Sequence[tuple[OrderLine, int]]) -> int:
    """What comes back for so many pieces of several lines of one order together, in minor units."""
    each = [await refund_for(session, order, line, quantity) for line, quantity in pieces]
    paid = max(0, order.total_minor - order.shipping_minor)
    left = paid - max(await returned_minor(session, order), order.refund_minor)
    return max(0, min(sum(each), left, await rest_minor(session, order)))


async def returned_minor(session: AsyncSession, order: Order, *, but: ReturnRequest | None = None) -> int:
    """What the order's returns have brought back or are to, in minor units."""
    query = select(func.coalesce(func.sum(ReturnRequest.refund_minor), 0)).where(
        ReturnRequest.order_id == order.id,
        ReturnRequest.kind == ReturnKind.RETURN,
        ReturnRequest.status.in_(RUNNING | {ReturnStatus.REFUNDED}),
    )
    if but is not None:
        query = query.where(ReturnRequest.id != but.id)
    return int(await session.scalar(query) or 0)


async def left_minor(session: AsyncSession, order: Order) -> int:
    """What of the order's total may still be promised back, in minor units; below zero when more than that is."""
    beyond_told = max(0, await returned_minor(session, order) - order.refund_minor)
    return await rest_minor(session, order) - beyond_told
