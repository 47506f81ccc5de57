"""What can be done with a return: open it, find it, take it step by step to the refund or the exchange."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import accrual, locks, numbering, orders, service_hours
from crm_store.clock import business_zone, now
from crm_store.errors import KeyReused
from crm_store.orders import Order, OrderActor, OrderLine, OrderStatus
from crm_store.policy import policy
from crm_store.returns.models import (
    RUNNING,
    PaidBy,
    ReturnKind,
    ReturnProblem,
    ReturnReason,
    ReturnRefused,
    ReturnRequest,
    ReturnStatus,
    ReturnStepRefused,
)
from crm_store.returns.queries import exchanged_before
from crm_store.returns.refundable import refund_for
from crm_store.returns.rules import REPAIRABLE, SHOPS_FAULT, shipping_paid_by, window, window_ends_at
from crm_store.returns.warranty import warranty_ends_at, warranty_of

_WAY: Mapping[str, frozenset[ReturnStatus]] = {
    ReturnStatus.REQUESTED: frozenset({ReturnStatus.APPROVED, ReturnStatus.REJECTED, ReturnStatus.CANCELLED}),
    ReturnStatus.APPROVED: frozenset({ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED, ReturnStatus.CANCELLED}),
    ReturnStatus.IN_TRANSIT: frozenset({ReturnStatus.RECEIVED}),
    ReturnStatus.RECEIVED: frozenset({ReturnStatus.REJECTED}),
    ReturnStatus.REPAIRED: frozenset({ReturnStatus.SENT_BACK}),
}
AFTER_RECEIVING: Mapping[str, frozenset[ReturnStatus]] = {
    ReturnKind.RETURN: frozenset({ReturnStatus.REFUNDED}),
    ReturnKind.EXCHANGE: frozenset({ReturnStatus.EXCHANGED}),
    # What cannot be repaired is replaced.
    ReturnKind.REPAIR: frozenset({ReturnStatus.REPAIRED, ReturnStatus.EXCHANGED}),
}
"""What may be done with goods of each kind once they are with us."""


async def open_return(
    session: AsyncSession,
    order: Order,
    line: OrderLine,
    *,
    reason: ReturnReason | str,
    key: str,
    kind: ReturnKind | str = ReturnKind.RETURN,
    quantity: int | None = None,
    new_size: str | None = None,
    new_colour: str | None = None,
    note: str | None = None,
    conversation_id: str | None = None,
    at: datetime | None = None,
) -> ReturnRequest:
    """Ask to send a line back, to exchange it or to have it repaired; the same key again returns the same request.

    `quantity`: pieces, all of the line's when not given. An exchange for a size that does not fit names the new size.
    A second exchange of the same line is paid by the member. A repair is for a fault and while the warranty lasts, and
    leaves the order as it is. Raises ReturnRefused, NotFound (line of another order), KeyReused.
    """
    reason, kind = ReturnReason(reason), ReturnKind(kind)
    order = (
        await session.execute(
            select(Order)
            .where(Order.id == order.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ).scalar_one()
    line = order.line(line.id)
    await locks.hold(session, f"return:{key}")
    known = (await session.execute(select(ReturnRequest).where(ReturnRequest.key == key))).scalar_one_or_none()
    if known is not None:
        if (known.line_id, known.kind) != (line.id, kind):
            raise KeyReused(key)
        return known
    at = at or now()
    quantity = quantity or line.quantity
    await _check(session, order, line, kind=kind, reason=reason, quantity=quantity, at=at)
    if kind == ReturnKind.EXCHANGE and reason == ReturnReason.WRONG_SIZE and not new_size:
        raise ReturnRefused(ReturnProblem.NO_NEW_SIZE, order.number)
    paid_by = shipping_paid_by(kind, reason)
    if reason not in SHOPS_FAULT and await exchanged_before(session, line):
        paid_by = PaidBy.MEMBER
    times = policy().returns
    decide_by = service_hours.after(at, service_hours.length(times.decide_within))
    is_refund = kind == ReturnKind.RETURN
    request = ReturnRequest(
        number=await numbering.next_in(session, f"R-{at.astimezone(business_zone()).year}"),
        member_id=order.member_id,
        order=order,
        line=line,
        conversation_id=conversation_id,
        kind=kind,
        reason=reason,
        note=note,
        quantity=quantity,
        new_size=new_size,
        new_colour=new_colour,
        status=ReturnStatus.REQUESTED,
        shipping_paid_by=paid_by,
        refund_minor=await refund_for(session, order, line, quantity) if is_refund else 0,
        currency=order.currency,
        requested_at=at,
        step_due_at=decide_by,
        refund_due_at=decide_by + times.send_within + times.transit + times.refund_within if is_refund else None,
        key=key,
    )
    session.add(request)
    await session.flush()
    await order_returns(session, request, at=at)
    return request


async def order_returns(session: AsyncSession, request: ReturnRequest, *, at: datetime) -> None:
    """Note on the order that something of it comes back; what is only repaired stays bought."""
    if request.kind != ReturnKind.REPAIR and request.order.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED):
        await orders.advance(session, request.order, OrderStatus.RETURNING, at=at, made_by=OrderActor.MEMBER)


async def ends_at(
    session: AsyncSession, order: Order, line: OrderLine, kind: ReturnKind | str, reason: ReturnReason | str
) -> datetime | None:
    """The last moment at which the line may come back as that kind and for that reason; None while nothing is
    delivered, and for the repair of goods without a warranty."""
    if kind == ReturnKind.REPAIR:
        return warranty_ends_at(order, await warranty_of(session, line))
    return window_ends_at(order, reason)


async def returnable(
    session: AsyncSession, member_id: int, *, at: datetime | None = None
) -> list[tuple[Order, OrderLine]]:
    """The member's delivered lines that may still come back for some reason and of which none is on its way, the
    newest delivery first."""
    at = at or now()
    longest = window(ReturnReason.QUALITY) + timedelta(days=1)
    query = (
        select(Order)
        .where(Order.member_id == member_id, Order.delivered_at >= at - longest)
        .order_by(Order.delivered_at.desc(), Order.id.desc())
    )
    found = []
    for order in (await session.execute(query)).scalars().all():
        ends = window_ends_at(order, ReturnReason.QUALITY)
        if order.status == OrderStatus.CANCELLED or ends is None or ends < at:
            continue
        for line in order.lines:
            if await _claimed(session, line) < line.quantity:
                found.append((order, line))
    return found


async def under_warranty(session: AsyncSession, member_id: int) -> list[tuple[Order, OrderLine]]:
    """The member's delivered lines that are repaired free if they are faulty, the newest delivery first."""
    query = select(Order).where(Order.member_id == member_id, Order.delivered_at.is_not(None))
    found = (await session.execute(query.order_by(Order.delivered_at.desc(), Order.id.desc()))).scalars().all()
    return [(order, line) for order in found for line in order.lines if await repairable(session, order, line)]


async def repairable(session: AsyncSession, order: Order, line: OrderLine, *, at: datetime | None = None) -> bool:
    """Whether a fault of the line is repaired free now: delivered, under warranty, and no piece of it on its way."""
    ends = await ends_at(session, order, line, ReturnKind.REPAIR, ReturnReason.QUALITY)
    if order.status == OrderStatus.CANCELLED or ends is None or ends < (at or now()):
        return False
    return await _claimed(session, line) < line.quantity


async def advance(
    session: AsyncSession,
    request: ReturnRequest,
    status: ReturnStatus,
    *,
    parcel_number: str | None = None,
    rejection: str | None = None,
    at: datetime | None = None,
) -> ReturnRequest:
    """Take a return one step on; to the status it has is a no-op. The due times follow the step, and with the money
    the points of what came back are settled.

    `rejection`: the reason, as the member may read it. Raises ReturnStepRefused, also when an exchange is to be
    refunded, a repair paid out and so on: what ends each kind is `AFTER_RECEIVING`.
    """
    query = select(ReturnRequest).where(ReturnRequest.id == request.id).with_for_update(key_share=True)
    request = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    if request.status == status:
        return request
    ends = AFTER_RECEIVING[request.kind] if request.status == ReturnStatus.RECEIVED else frozenset()
    if status not in _WAY.get(request.status, frozenset()) | ends:
        raise ReturnStepRefused(request.number, request.status, status)
    at = at or now()
    request.status = status
    request.return_parcel_number = parcel_number or request.return_parcel_number
    request.rejection = rejection or request.rejection
    _set_times(request, status, at)
    await session.flush()
    if status == ReturnStatus.REFUNDED:
        await orders.locked(session, request.order)
        request.line.returned += request.quantity
    if not request.is_running:
        await settle_order(session, request, at)
    if status == ReturnStatus.REFUNDED:
        await accrual.settle(session, request.order, at=at, for_return=request.number)
    return request


async def assign(session: AsyncSession, request: ReturnRequest, *, owner_id: int | None) -> ReturnRequest:
    """Make an agent (or nobody) the owner."""
    query = select(ReturnRequest).where(ReturnRequest.id == request.id).with_for_update(key_share=True)
    request = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    request.owner_id = owner_id
    await session.flush()
    return request


def _set_times(request: ReturnRequest, status: ReturnStatus, at: datetime) -> None:
    left: timedelta | None = None
    times = policy().returns
    if status == ReturnStatus.APPROVED:
        request.approved_at, request.step_due_at = at, at + times.send_within
        left = times.send_within + times.transit + times.refund_within
    elif status == ReturnStatus.IN_TRANSIT:
        request.sent_at, request.step_due_at = at, at + times.transit
        left = times.transit + times.refund_within
    elif status == ReturnStatus.RECEIVED:
        request.received_at, request.step_due_at = at, at + times.refund_within
        left = times.refund_within
        if request.kind == ReturnKind.REPAIR:
            request.step_due_at = service_hours.after(at, service_hours.length(times.repaired_within))
    elif status == ReturnStatus.REPAIRED:
        # The time until it is repaired is the time until it is sent back.
        pass
    else:
        request.closed_at, request.step_due_at = at, None
        request.refunded_at = at if status == ReturnStatus.REFUNDED else None
        if status != ReturnStatus.REFUNDED:
            request.refund_due_at = None
    if left is not None and request.kind == ReturnKind.RETURN:
        request.refund_due_at = at + left


async def settle_order(session: AsyncSession, request: ReturnRequest, at: datetime) -> None:
    """When nothing of the order is under way any more, it is returned (all of it refunded) or delivered again."""
    order = request.order
    query = select(ReturnRequest).where(ReturnRequest.order_id == order.id)
    everything = (await session.execute(query)).scalars().all()
    coming_back = [each for each in everything if each.is_running and each.kind != ReturnKind.REPAIR]
    if order.status != OrderStatus.RETURNING or coming_back:
        return
    refunded = sum(each.quantity for each in everything if each.status == ReturnStatus.REFUNDED)
    all_back = refunded >= sum(line.quantity for line in order.lines)
    await orders.advance(session, order, OrderStatus.RETURNED if all_back else OrderStatus.COMPLETED, at=at)


async def _check(
    session: AsyncSession,
    order: Order,
    line: OrderLine,
    *,
    kind: ReturnKind,
    reason: ReturnReason,
    quantity: int,
    at: datetime,
) -> None:
    if order.delivered_at is None or order.status == OrderStatus.CANCELLED:
        raise ReturnRefused(ReturnProblem.NOT_DELIVERED, order.number)
    until = await ends_at(session, order, line, kind, reason)
    if until is None or (kind == ReturnKind.REPAIR and reason not in REPAIRABLE):
        raise ReturnRefused(ReturnProblem.NOTHING_TO_REPAIR, order.number)
    claimed = await _claimed(session, line)
    if claimed + quantity > line.quantity:
        query = select(ReturnRequest.number).where(
            ReturnRequest.line_id == line.id, ReturnRequest.status.in_(RUNNING | {ReturnStatus.REFUNDED})
        )
        number = (await session.execute(query.order_by(ReturnRequest.id.desc()).limit(1))).scalar_one_or_none()
        problem = ReturnProblem.ALREADY_REQUESTED if number else ReturnProblem.TOO_MANY
        raise ReturnRefused(problem, order.number, number=number)
    if at > until:
        raise ReturnRefused(ReturnProblem.WINDOW_OVER, order.number, until=until)


async def _claimed(session: AsyncSession, line: OrderLine) -> int:
    """Pieces of the line that are coming back or came back for good; exchanged ones may be returned later."""
    query = select(func.coalesce(func.sum(ReturnRequest.quantity), 0)).where(
        ReturnRequest.line_id == line.id, ReturnRequest.status.in_(RUNNING | {ReturnStatus.REFUNDED})
    )
    return int((await session.execute(query)).scalar_one())
