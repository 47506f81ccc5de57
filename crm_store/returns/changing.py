"""What a member may still do about a return that is registered: withdraw it, take another kind, put its reason right,
tell something more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import orders
from crm_store.clock import now
from crm_store.policy import policy
from crm_store.returns.models import (
    ALTERABLE,
    NOTE_CHARACTERS,
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
from crm_store.returns.rules import REPAIRABLE, SHOPS_FAULT, shipping_paid_by
from crm_store.returns.service import advance, ends_at, order_returns, settle_order


async def withdraw(
    session: AsyncSession, request: ReturnRequest, *, key: str, at: datetime | None = None
) -> ReturnRequest:
    """The member takes a return back before the goods are on their way; withdrawn already is a no-op.

    The order's history tells of it. Raises ReturnStepRefused when the goods are on their way or back, and KeyReused.
    """
    request = await _locked(session, request)
    if request.status == ReturnStatus.CANCELLED:
        return request
    if request.status not in ALTERABLE:
        raise ReturnStepRefused(request.number, request.status, ReturnStatus.CANCELLED)
    noted = await orders.note(
        session, request.order, "return_withdrawn", key=key, detail={"return": request.number}, at=at
    )
    return await advance(session, request, ReturnStatus.CANCELLED, at=at) if noted else request


async def add_note(
    session: AsyncSession, request: ReturnRequest, text: str, *, key: str, at: datetime | None = None
) -> ReturnRequest:
    """Put the member's further words (another address, a detail of the fault) to what they told of the return.

    The order's history tells of it; the same key again adds nothing. What no longer fits is cut off. Raises KeyReused.
    """
    request = await _locked(session, request)
    detail = {"return": request.number, "note": text}
    if await orders.note(session, request.order, "return_noted", key=key, detail=detail, at=at):
        request.note = "\n".join(filter(None, [request.note, text]))[:NOTE_CHARACTERS]
        await session.flush()
    return request


async def take_note_back(
    session: AsyncSession, request: ReturnRequest, text: str, *, key: str, at: datetime | None = None
) -> bool:
    """Take words out of the request that `add_note` put there by mistake, the last ones where they stand there twice;
    whether they did. The order's history tells of it; the same key again takes nothing more. Raises KeyReused."""
    request = await _locked(session, request)
    before, found, after = f"\n{request.note or ''}\n".rpartition(f"\n{text}\n")
    if not text or not found:
        return any(event.key == key for event in await orders.history(session, request.order.id))
    detail = {"return": request.number, "note": text}
    if await orders.note(session, request.order, "return_note_taken_back", key=key, detail=detail, at=at):
        request.note = f"{before}\n{after}".strip("\n") or None
        await session.flush()
    return True


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a return is with another kind: who pays the way, and the money that comes back, in minor units."""

    shipping_paid_by: PaidBy
    refund_minor: int


async def terms_of(
    session: AsyncSession, request: ReturnRequest, kind: ReturnKind | str, *, reason: ReturnReason | str | None = None
) -> Terms:
    """What holds for the request as the kind wished for, and for that reason where another one is named."""
    kind, reason = ReturnKind(kind), reason or request.reason
    paid_by = shipping_paid_by(kind, reason)
    if reason not in SHOPS_FAULT and await exchanged_before(session, request.line):
        paid_by = PaidBy.MEMBER
    back = 0
    if kind == ReturnKind.RETURN:
        back = await refund_for(session, request.order, request.line, request.quantity, but=request)
    return Terms(shipping_paid_by=paid_by, refund_minor=back)


async def change_kind(
    session: AsyncSession,
    request: ReturnRequest,
    kind: ReturnKind | str,
    *,
    key: str,
    new_size: str | None = None,
    at: datetime | None = None,
) -> ReturnRequest:
    """Money, another piece, another size or a repair instead of what was registered; number and place in line stay.

    What it is already is a no-op. The order's history tells of it. Raises ReturnStepRefused when the goods are on their
    way or back, ReturnRefused (an exchange of a size that names no size, a kind whose time is over, nothing to repair),
    KeyReused.
    """
    kind = ReturnKind(kind)
    request = await _locked(session, request)
    size = new_size if kind == ReturnKind.EXCHANGE else None
    if (request.kind, request.new_size) == (kind, size):
        return request
    if request.status not in ALTERABLE:
        raise ReturnStepRefused(request.number, request.status, kind)
    if kind == ReturnKind.EXCHANGE and request.reason == ReturnReason.WRONG_SIZE and not size:
        raise ReturnRefused(ReturnProblem.NO_NEW_SIZE, request.order.number, number=request.number)
    if problem := await change_problem(session, request, kind, at=at):
        until = await ends_at(session, request.order, request.line, kind, request.reason)
        raise ReturnRefused(problem, request.order.number, until=until, number=request.number)
    detail = {"return": request.number, "from": request.kind, "to": kind.value, "size": size}
    if not await orders.note(session, request.order, "return_changed", key=key, detail=detail, at=at):
        return request
    terms = await terms_of(session, request, kind)
    request.kind, request.new_size = kind, size
    request.shipping_paid_by, request.refund_minor = terms.shipping_paid_by, terms.refund_minor
    request.refund_due_at = _refund_due(request, at or now()) if kind == ReturnKind.RETURN else None
    await session.flush()
    if kind == ReturnKind.REPAIR:
        await settle_order(session, request, at or now())
    else:
        await order_returns(session, request, at=at or now())
    return request


async def change_problem(
    session: AsyncSession, request: ReturnRequest, kind: ReturnKind | str, *, at: datetime | None = None
) -> ReturnProblem | None:
    """Why the request cannot become that kind. One that was asked for in time may be exchanged later; only a repair
    begins or ends another time."""
    if ReturnKind.REPAIR not in (kind, request.kind):
        return None
    until = await ends_at(session, request.order, request.line, kind, request.reason)
    if until is None or (kind == ReturnKind.REPAIR and request.reason not in REPAIRABLE):
        return ReturnProblem.NOTHING_TO_REPAIR
    return ReturnProblem.WINDOW_OVER if (at or now()) > until else None


async def change_reason(
    session: AsyncSession,
    request: ReturnRequest,
    reason: ReturnReason | str,
    *,
    key: str,
    at: datetime | None = None,
) -> ReturnRequest:
    """Put right why a thing comes back, and with it who pays the way; number, kind and place in line stay.

    The reason it has already is a no-op. The order's history tells of it. Raises ReturnStepRefused when the goods are
    on their way or back, ReturnRefused (the time for that reason was over when it was asked for, nothing to repair),
    KeyReused.
    """
    reason = ReturnReason(reason)
    request = await _locked(session, request)
    if request.reason == reason:
        return request
    if request.status not in ALTERABLE:
        raise ReturnStepRefused(request.number, request.status, request.status)
    if problem := await reason_problem(session, request, reason):
        until = await ends_at(session, request.order, request.line, request.kind, reason)
        raise ReturnRefused(problem, request.order.number, until=until, number=request.number)
    detail = {"return": request.number, "from": request.reason, "to": reason.value}
    if not await orders.note(session, request.order, "return_reason_changed", key=key, detail=detail, at=at):
        return request
    terms = await terms_of(session, request, request.kind, reason=reason)
    request.reason, request.shipping_paid_by = reason, terms.shipping_paid_by
    await session.flush()
    return request


async def reason_problem(
    session: AsyncSession, request: ReturnRequest, reason: ReturnReason | str
) -> ReturnProblem | None:
    """Why the request cannot have that reason: nothing to repair, or its time was over on the day it was asked for."""
    if request.kind == ReturnKind.REPAIR and reason not in REPAIRABLE:
        return ReturnProblem.NOTHING_TO_REPAIR
    until = await ends_at(session, request.order, request.line, request.kind, reason)
    return ReturnProblem.WINDOW_OVER if until is None or request.requested_at > until else None


def _refund_due(request: ReturnRequest, at: datetime) -> datetime:
    """The latest moment of the money, counted from the step that is due next."""
    times = policy().returns
    left = times.transit + times.refund_within
    if request.status == ReturnStatus.REQUESTED:
        left += times.send_within
    return (request.step_due_at or at) + left


async def _locked(session: AsyncSession, request: ReturnRequest) -> ReturnRequest:
    query = select(ReturnRequest).where(ReturnRequest.id == request.id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
