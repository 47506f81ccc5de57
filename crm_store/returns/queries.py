"""Finding returns, and where the money of one is."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.numbering import canonical
from crm_store.orders import Order, OrderLine
from crm_store.returns.models import (
    RUNNING,
    Refund,
    ReturnKind,
    ReturnRequest,
    ReturnStatus,
)


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> ReturnRequest | None:
    """The return with that number, in any case; with `member_id` only if it is that member's own."""
    query = select(ReturnRequest).where(ReturnRequest.number == canonical(number))
    if member_id is not None:
        query = query.where(ReturnRequest.member_id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 10) -> Sequence[ReturnRequest]:
    """The member's returns and exchanges, newest first."""
    query = select(ReturnRequest).where(ReturnRequest.member_id == member_id)
    query = query.order_by(ReturnRequest.requested_at.desc(), ReturnRequest.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def running_of(session: AsyncSession, line_id: int) -> ReturnRequest | None:
    """The return or exchange of that order line that is under way, the newest."""
    query = select(ReturnRequest).where(ReturnRequest.line_id == line_id, ReturnRequest.status.in_(RUNNING))
    return (await session.execute(query.order_by(ReturnRequest.id.desc()).limit(1))).scalar_one_or_none()


async def refund_status(session: AsyncSession, member_id: int, *, limit: int = 10) -> list[Refund]:
    """The member's refunds, of cancelled orders and of returns: those not paid yet first, then the newest."""
    has_refund = or_(Order.refund_due_at.is_not(None), Order.refunded_at.is_not(None))
    cancelled = select(Order).where(Order.member_id == member_id, Order.cancelled_at.is_not(None), has_refund)
    refunds = [
        Refund(
            number=order.number,
            order_number=order.number,
            amount_minor=order.refund_minor,
            currency=order.currency,
            status=order.status,
            due_at=order.refund_due_at,
            refunded_at=order.refunded_at,
        )
        for order in (await session.execute(cancelled)).scalars().all()
    ]
    wanted = select(ReturnRequest).where(
        ReturnRequest.member_id == member_id,
        ReturnRequest.kind == ReturnKind.RETURN,
        ReturnRequest.status.in_(RUNNING | {ReturnStatus.REFUNDED}),
    )
    refunds += [
        Refund(
            number=request.number,
            order_number=request.order.number,
            amount_minor=request.refund_minor,
            currency=request.currency,
            status=request.status,
            due_at=request.refund_due_at,
            refunded_at=request.refunded_at,
        )
        for request in (await session.execute(wanted)).scalars().all()
    ]
    refunds.sort(key=_latest_at, reverse=True)
    return sorted(refunds, key=lambda refund: refund.refunded_at is not None)[:limit]


def _latest_at(refund: Refund) -> float:
    """When the refund was paid, else when it is due; in seconds, for sorting."""
    at = refund.refunded_at or refund.due_at
    return at.timestamp() if at is not None else 0.0


async def exchanged_before(session: AsyncSession, line: OrderLine) -> bool:
    """Whether a piece of the line was exchanged once already."""
    query = select(ReturnRequest.id).where(
        ReturnRequest.line_id == line.id, ReturnRequest.status == ReturnStatus.EXCHANGED
    )
    return (await session.execute(query.limit(1))).scalar_one_or_none() is not None
