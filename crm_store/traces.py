"""Traces: a customer does not have what is on record as delivered, so the carrier is asked for proof of delivery.

A trace is the promise to tell what came of it, by the number of the parcel, or of the order where no single parcel can
be told.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, promises, service_hours
from crm_store.clock import now
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind


def is_too_late(delivered_at: datetime, *, at: datetime | None = None) -> bool:
    """Whether it is too long ago for the carrier to be asked as a matter of course; a person decides then."""
    return (at or now()) - delivered_at > policy().parcels.traceable_for


def due_at(*, at: datetime | None = None) -> datetime:
    """By when who asks for a trace hears what the carrier said; service hours only count."""
    return service_hours.after(at or now(), service_hours.length(policy().parcels.carrier_answers_within))


async def latest(session: AsyncSession, member_id: int, number: str) -> Promise | None:
    """The last trace of that number, running, late or answered; one that was withdrawn counts for nothing."""
    made = select(Promise).where(
        Promise.member_id == member_id,
        Promise.kind == PromiseKind.PARCEL_TRACE,
        Promise.reference == number,
        Promise.cancelled_at.is_(None),
    )
    found: Promise | None = await session.scalar(made.order_by(Promise.id.desc()).limit(1))
    return found


async def register(
    session: AsyncSession,
    member_id: int,
    number: str,
    *,
    text: str,
    due_at: datetime,
    key: str,
    identity_id: int | None = None,
    conversation_id: str | None = None,
) -> Promise:
    """Promise to tell what the carrier can prove. The same key again, and another one while a trace of the number is
    there, give the trace that is there. Raises KeyReused."""
    await locks.hold(session, f"trace:{member_id}:{number}")
    return await latest(session, member_id, number) or await promises.make(
        session,
        member_id=member_id,
        identity_id=identity_id,
        conversation_id=conversation_id,
        kind=PromiseKind.PARCEL_TRACE,
        text=text,
        due_at=due_at,
        reference=number,
        key=key,
    )


async def withdraw(session: AsyncSession, member_id: int, number: str, *, note: str) -> Promise | None:
    """What was missed has turned up: the trace of that number, or the only one there is, need not be kept any more.
    None where no open one can be told."""
    traces = [
        each for each in await promises.open_for_member(session, member_id) if each.kind == PromiseKind.PARCEL_TRACE
    ]
    meant = [each for each in traces if each.reference == number] or traces
    return await promises.cancel(session, meant[0], note=note) if len(meant) == 1 else None
