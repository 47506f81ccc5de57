"""Parcels and every step of their way, each against the time that was promised for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from crm_store import orders
from crm_store.clock import business_zone, now
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.language import Language
from crm_store.numbering import canonical
from crm_store.orders import Order, OrderStatus
from crm_store.sealing import SealableJSON


class ParcelStatus(StrEnum):
    CREATED = "created"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    WAITING_PICKUP = "waiting_pickup"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


class ParcelCode(StrEnum):
    CREATED = "created"
    PICKED_UP = "picked_up"
    ARRIVED_HUB = "arrived_hub"
    LEFT_HUB = "left_hub"
    CUSTOMS = "customs"
    ARRIVED_STATION = "arrived_station"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_FAILED = "delivery_failed"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    RETURNED = "returned"
    LOST = "lost"


_STATUS_AFTER: Mapping[str, ParcelStatus] = {
    ParcelCode.CREATED: ParcelStatus.CREATED,
    ParcelCode.PICKED_UP: ParcelStatus.IN_TRANSIT,
    ParcelCode.ARRIVED_HUB: ParcelStatus.IN_TRANSIT,
    ParcelCode.LEFT_HUB: ParcelStatus.IN_TRANSIT,
    ParcelCode.CUSTOMS: ParcelStatus.IN_TRANSIT,
    ParcelCode.ARRIVED_STATION: ParcelStatus.IN_TRANSIT,
    ParcelCode.DELAYED: ParcelStatus.IN_TRANSIT,
    ParcelCode.OUT_FOR_DELIVERY: ParcelStatus.OUT_FOR_DELIVERY,
    ParcelCode.DELIVERY_FAILED: ParcelStatus.DELIVERY_FAILED,
    ParcelCode.READY_FOR_PICKUP: ParcelStatus.WAITING_PICKUP,
    ParcelCode.DELIVERED: ParcelStatus.DELIVERED,
    ParcelCode.RETURNED: ParcelStatus.RETURNED,
    ParcelCode.LOST: ParcelStatus.LOST,
}
UNDER_WAY = frozenset(ParcelStatus) - {ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.LOST}


class ParcelExists(CrmError):
    """Another order already has a parcel of that number."""

    code = "parcel_exists"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"parcel {number} belongs to another order", number=number)


class Parcel(Base):
    """One parcel of an order; `promised_at` is the latest moment of delivery the customer was told."""

    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default=ParcelStatus.CREATED)
    promised_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    order: Mapped[Order] = relationship(lazy="selectin")
    events: Mapped[list["ParcelEvent"]] = relationship(
        back_populates="parcel", lazy="selectin", cascade="all, delete-orphan"
    )


class ParcelEvent(Base):
    """One step of a parcel: `at` is empty while it is only planned, `place` is in three languages or empty."""

    __tablename__ = "parcel_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"), index=True)
    code: Mapped[str] = mapped_column(String(24))
    place: Mapped[dict[str, str]] = mapped_column(SealableJSON, default=dict)
    promised_at: Mapped[datetime | None]
    at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(String(160), unique=True)

    parcel: Mapped[Parcel] = relationship(back_populates="events")


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step that is still to come and the moment promised for it."""

    code: ParcelCode
    promised_at: datetime
    place: Mapping[str, str] | str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step as the customer may see it. `at` is empty while it has not happened; `late_by` is empty when it was,
    or still is, in time."""

    code: str
    place: Mapping[str, str]
    promised_at: datetime | None
    at: datetime | None
    late_by: timedelta | None

    def place_in(self, language: Language) -> str:
        return _text_in(self.place, language)


async def create(
    session: AsyncSession,
    *,
    number: str,
    order_id: int,
    carrier: str,
    promised_at: datetime | None = None,
    plan: Sequence[PlannedStep] = (),
    at: datetime | None = None,
) -> Parcel:
    """A new parcel with its planned steps; the same number for the same order returns the one that is there.

    Raises ParcelExists when the number is another order's.
    """
    existing = await by_number(session, number)
    if existing is not None:
        if existing.order_id != order_id:
            raise ParcelExists(existing.number)
        return existing
    parcel = Parcel(
        number=_spelling(number),
        order_id=order_id,
        carrier=carrier,
        status=ParcelStatus.CREATED,
        promised_at=promised_at,
        created_at=at or now(),
        events=[
            ParcelEvent(code=step.code, place=_in_languages(step.place), promised_at=step.promised_at) for step in plan
        ],
    )
    session.add(parcel)
    await session.flush()
    await session.refresh(parcel, ["order"])
    return parcel


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> Parcel | None:
    """The parcel with that number, however it is spelt; with `member_id` only if it is that member's own."""
    query = select(Parcel).where(Parcel.number == _spelling(number))
    if member_id is not None:
        query = query.join(Order).where(Order.member_id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def for_order(session: AsyncSession, order_id: int) -> Sequence[Parcel]:
    query = select(Parcel).where(Parcel.order_id == order_id).order_by(Parcel.created_at, Parcel.id)
    return (await session.execute(query)).scalars().all()


async def open_for_member(session: AsyncSession, member_id: int) -> Sequence[Parcel]:
    """The member's parcels that are still on their way, the one promised first at the head."""
    query = (
        select(Parcel)
        .join(Order)
        .where(Order.member_id == member_id, Parcel.status.in_(UNDER_WAY))
        .options(contains_eager(Parcel.order))
        .order_by(Parcel.promised_at, Parcel.id)
    )
    return (await session.execute(query)).scalars().all()


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 10, offset: int = 0) -> Sequence[Parcel]:
    """The member's parcels, newest first."""
    query = (
        select(Parcel)
        .join(Order)
        .where(Order.member_id == member_id)
        # With the order that is read here anyway: who has read the member's orders before reads none of them again.
        .options(contains_eager(Parcel.order))
        .order_by(Parcel.created_at.desc(), Parcel.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return (await session.execute(query)).scalars().all()


async def overdue(session: AsyncSession, *, at: datetime | None = None, limit: int = 500) -> Sequence[Parcel]:
    """Parcels still on their way after the promised moment, the latest first."""
    query = (
        select(Parcel)
        .where(Parcel.status.in_(UNDER_WAY), Parcel.promised_at < (at or now()))
        .order_by(Parcel.promised_at)
        .limit(limit)
    )
    return (await session.execute(query)).scalars().all()


def lateness(parcel: Parcel, at: datetime | None = None) -> timedelta | None:
    """How much later than promised the parcel was delivered, or already is at `at`; None while it is in time."""
    return _late_by(parcel.promised_at, parcel.delivered_at, at or now())


def step_behind(parcel: Parcel, at: datetime | None = None) -> Step | None:
    """The next step of a parcel on its way, where its time has passed already: what was promised for the end is then
    no longer sure. None while nothing is behind, and once the parcel itself is late."""
    if parcel.status not in UNDER_WAY or lateness(parcel, at) is not None:
        return None
    waiting = (step for step in steps(parcel, at) if step.at is None)
    return next((step for step in waiting if step.late_by is not None), None)


def steps(parcel: Parcel, at: datetime | None = None) -> list[Step]:
    """Every step that happened, oldest first, then those still planned."""
    at = at or now()
    happened = sorted((e for e in parcel.events if e.at is not None), key=_in_turn)
    # What was planned and skipped will not come any more once the parcel is at its end.
    planned = [e for e in parcel.events if e.at is None and parcel.status in UNDER_WAY]
    planned.sort(key=lambda e: (e.promised_at or at, e.id))
    return [
        Step(
            code=event.code,
            place=event.place,
            promised_at=event.promised_at,
            at=event.at,
            late_by=_late_by(event.promised_at, event.at, at),
        )
        for event in happened + planned
    ]


def last_step(parcel: Parcel) -> Step | None:
    """The newest step that happened."""
    happened = [step for step in steps(parcel) if step.at is not None]
    return happened[-1] if happened else None


async def record_event(
    session: AsyncSession,
    parcel: Parcel,
    *,
    code: ParcelCode,
    at: datetime,
    place: Mapping[str, str] | str = "",
    promised_at: datetime | None = None,
    key: str | None = None,
) -> ParcelEvent:
    """Write a step of the parcel at `at`, filling the planned step of that code when there is one.

    The parcel's status follows its newest step, whatever the order in which the carrier tells them; the order follows
    when its first parcel leaves and its last one arrives. `place`: by language, or one text for all of them. The same
    `key` (by default parcel, code and moment) changes nothing the second time.
    """
    parcel = await locked(session, parcel)
    key = key or event_key(parcel.number, code, at)
    if (event := _known(parcel, code, at, key)) is not None:
        return event
    planned = [e for e in parcel.events if e.at is None and e.code == code]
    if planned:
        event = min(planned, key=lambda e: (_in_languages(place) != e.place, e.promised_at or at))
        event.place = _in_languages(place) or event.place
        event.promised_at = promised_at or event.promised_at
    else:
        event = ParcelEvent(code=code, place=_in_languages(place), promised_at=promised_at)
        parcel.events.append(event)
    event.at, event.key = at, key
    await session.flush()
    await _follow(session, parcel)
    return event


def event_key(number: str, code: str, at: datetime) -> str:
    """What a step is known by when the carrier gives it no key of its own."""
    return f"{number}:{code}:{at.timestamp():.0f}"


def has_step(parcel: Parcel, *, code: ParcelCode, at: datetime) -> bool:
    """Whether the parcel has this step already, which to record again would change nothing."""
    return _known(parcel, code, at, event_key(parcel.number, code, at)) is not None


def _known(parcel: Parcel, code: ParcelCode, at: datetime, key: str) -> ParcelEvent | None:
    known = (e for e in parcel.events if e.key == key or (e.key is None and e.code == code and e.at == at))
    return next(known, None)


def is_before_order(parcel: Parcel, at: datetime) -> bool:
    """Whether a moment lies on a day before the order of the parcel was placed."""
    return at.astimezone(business_zone()).date() < parcel.order.placed_at.astimezone(business_zone()).date()


def newest_event(parcel: Parcel) -> ParcelEvent | None:
    """The step that happened last, whenever it was told."""
    return max((e for e in parcel.events if e.at is not None), key=_in_turn, default=None)


def arrival(parcel: Parcel) -> ParcelEvent | None:
    """The step by which the parcel is with the customer: the first delivery that no further way follows; of one that
    was taken back or lost afterwards, its first."""
    happened = sorted((e for e in parcel.events if e.at is not None), key=_in_turn)
    if not happened or _STATUS_AFTER[happened[-1].code] in UNDER_WAY:
        return None
    if happened[-1].code == ParcelCode.DELIVERED:
        ways = (place for place, e in enumerate(happened) if _STATUS_AFTER[e.code] in UNDER_WAY)
        happened = happened[max(ways, default=-1) + 1 :]
    return next((e for e in happened if e.code == ParcelCode.DELIVERED), None)


def _in_turn(event: ParcelEvent) -> tuple[datetime, bool, int]:
    """Of steps at one moment, as carriers that tell minutes or days have them, an end comes after what is on the way;
    else the one that was told later."""
    assert event.at is not None
    return event.at, _STATUS_AFTER[event.code] not in UNDER_WAY, event.id or 0


def settle_status(parcel: Parcel) -> None:
    """Bring status and moment of delivery to what the steps say; needs at least one that happened."""
    newest, arrived = newest_event(parcel), arrival(parcel)
    assert newest is not None
    parcel.status = _STATUS_AFTER[newest.code]
    parcel.delivered_at = arrived.at if arrived is not None else None


async def _follow(session: AsyncSession, parcel: Parcel) -> None:
    settle_status(parcel)
    await session.flush()
    order = parcel.order
    left_at = [e.at for e in parcel.events if e.at is not None and e.code != ParcelCode.CREATED]
    if order.shipped_at in left_at:
        # It was a step that said when the goods left; an earlier one has come since.
        order.shipped_at = min(left_at)
    if parcel.status != ParcelStatus.CREATED and order.status in (OrderStatus.PAID, OrderStatus.PACKED):
        await orders.advance(session, order, OrderStatus.SHIPPED, at=min(left_at))
    if parcel.delivered_at is not None and order.status == OrderStatus.SHIPPED:
        arrivals = [p.delivered_at for p in await for_order(session, order.id)]
        if all(arrivals):
            last = max(moment for moment in arrivals if moment is not None)
            await orders.advance(session, order, OrderStatus.DELIVERED, at=last)


async def locked(session: AsyncSession, parcel: Parcel) -> Parcel:
    """The parcel as it is now, kept from changing until the transaction ends. Raises NotFound."""
    query = select(Parcel).where(Parcel.id == parcel.id).with_for_update(key_share=True)
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise NotFound("parcel", parcel.id)
    return found


def _late_by(promised_at: datetime | None, happened_at: datetime | None, at: datetime) -> timedelta | None:
    if promised_at is None:
        return None
    late = (happened_at or at) - promised_at
    return late if late > timedelta(0) else None


def _spelling(number: str) -> str:
    return canonical("".join(number.split()))


def _in_languages(place: Mapping[str, str] | str) -> dict[str, str]:
    if isinstance(place, str):
        return {language.value: place for language in Language} if place else {}
    return dict(place)


def _text_in(texts: Mapping[str, str], language: Language) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
