"""Import of parcels: one row per step of a parcel, or one row per parcel when no steps are known; by parcel number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, orders, parcels
from crm_store.importing import cells, days
from crm_store.importing.columns import Column, Layout
from crm_store.importing.days import local_day
from crm_store.importing.errors import CellRefused
from crm_store.importing.many import ids_of, row_of, write_rows
from crm_store.importing.report import Outcome
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.numbering import canonical
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import Parcel, ParcelCode, ParcelEvent, ParcelExists

CODES = {
    "已创建": "created",
    "已下单": "created",
    "已揽收": "picked_up",
    "已取件": "picked_up",
    "到达分拨中心": "arrived_hub",
    "到达转运中心": "arrived_hub",
    "离开分拨中心": "left_hub",
    "离开转运中心": "left_hub",
    "清关": "customs",
    "清关中": "customs",
    "到达网点": "arrived_station",
    "到达派送站": "arrived_station",
    "派送中": "out_for_delivery",
    "配送中": "out_for_delivery",
    "派送失败": "delivery_failed",
    "待取件": "ready_for_pickup",
    "已签收": "delivered",
    "已送达": "delivered",
    "延误": "delayed",
    "已退回": "returned",
    "丢失": "lost",
    "遗失": "lost",
}

LAYOUT = Layout(
    Column(
        "parcel_number",
        cells.code(32),
        "The carrier's number.",
        ("parcel", "tracking number", "运单号", "快递单号", "包裹号", "物流单号"),
        required=True,
    ),
    Column("order_number", cells.code(32), "The order in it.", ("order", "订单号", "订单编号"), required=True),
    Column("carrier", cells.text(64), "Who carries it; needed for a new parcel.", ("快递公司", "承运商", "物流公司")),
    Column(
        "promised_at",
        days.last_moment,
        "Latest delivery the customer was told.",
        ("promised", "承诺送达", "承诺送达时间", "预计送达"),
    ),
    Column("created_at", days.past_moment, "When the parcel was made.", ("创建时间", "发货时间")),
    Column(
        "event_code",
        cells.one_of(*ParcelCode, aliases=CODES),
        "One of: " + ", ".join(ParcelCode),
        ("event", "物流状态", "事件", "节点"),
    ),
    Column(
        "event_at",
        days.past_moment,
        "When the step happened; empty while it is planned.",
        ("event time", "事件时间", "节点时间", "发生时间"),
    ),
    Column("event_place", cells.text(200), "Where.", ("place", "location", "地点", "位置")),
    Column("event_promised_at", days.last_moment, "When the step was promised.", ("event promised", "节点承诺时间")),
    Column("delivered_at", days.past_moment, "When it arrived, in files without steps.", ("签收时间", "送达时间")),
)


MOST_STEPS = 100
"""Of one parcel in one part: several times what the longest way has. Each step is weighed against all others."""


def few_steps(batch: Sequence[dict[str, Any]]) -> list[CellRefused | None]:
    """Refuse the rows of a parcel that tell more steps than any parcel has."""
    steps: dict[str, set[tuple[Any, ...]]] = {}
    for values in batch:
        step = tuple(values.get(field) for field in ("event_code", "event_at", "event_promised_at"))
        steps.setdefault(canonical(values["parcel_number"]), set()).add(step)
    return [
        CellRefused("parcel_number", values["parcel_number"], "too_many_steps")
        if len(steps[canonical(values["parcel_number"])]) > MOST_STEPS
        else None
        for values in batch
    ]


_HAPPENED = ("created_at", "event_at", "delivered_at")


def _too_early(values: dict[str, Any], order: Order) -> str | None:
    """The column of what happened on a day before the order was placed, or before the parcel was made."""
    made = values.get("created_at", order.placed_at)
    for field in _HAPPENED:
        if field in values and local_day(values[field]) < local_day(order.placed_at):
            return field
    return "delivered_at" if "delivered_at" in values and local_day(values["delivered_at"]) < local_day(made) else None


def _require_in_turn(values: dict[str, Any], order: Order) -> None:
    """Raises CellRefused."""
    if (field := _too_early(values, order)) is not None:
        raise CellRefused(field, local_day(values[field]), "before_what_comes_first")


async def apply(session: AsyncSession, values: dict[str, Any], *, source: str) -> Outcome:
    """Create or bring up to date the parcel, and write the step of this row."""
    order = await orders.by_number(session, values["order_number"])
    if order is None:
        raise CellRefused("order_number", values["order_number"], "no_such_order")
    if await members.is_erased(session, order.member_id):
        # Places tell where somebody lives; those of an erased member are not written again.
        raise CellRefused("order_number", values["order_number"], "member_erased")
    _require_in_turn(values, order)
    if "event_code" in values and not {"event_at", "event_promised_at"} & set(values):
        raise CellRefused("event_at", "", "required")
    number = values["parcel_number"]
    found = await parcels.by_number(session, number)
    if found is None and "carrier" not in values:
        raise CellRefused("carrier", "", "required")
    try:
        created = await parcels.create(
            session,
            number=number,
            order_id=order.id,
            carrier=values.get("carrier", ""),
            promised_at=values.get("promised_at"),
            at=values.get("created_at"),
        )
    except ParcelExists:
        raise CellRefused("parcel_number", number, "parcel_of_another_order") from None
    parcel = await _fresh(session, created.id)
    changed = False
    for field in ("carrier", "promised_at", "created_at"):
        if field in values and getattr(parcel, field) != values[field]:
            setattr(parcel, field, values[field])
            changed = True
    await session.flush()
    changed |= await _write_steps(session, parcel, values)
    if found is None:
        return Outcome.CREATED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


async def _fresh(session: AsyncSession, parcel_id: int) -> Parcel:
    wanted = select(Parcel).where(Parcel.id == parcel_id)
    return (await session.scalars(wanted, execution_options={"populate_existing": True})).one()


async def _write_steps(session: AsyncSession, parcel: Parcel, values: dict[str, Any]) -> bool:
    changed = False
    if "event_code" in values:
        code = ParcelCode(values["event_code"])
        write = _happened if "event_at" in values else _planned
        changed = await write(session, parcel, code, values)
    delivered = any(event.code == ParcelCode.DELIVERED and event.at for event in parcel.events)
    if "delivered_at" in values and not delivered:
        await parcels.record_event(session, parcel, code=ParcelCode.DELIVERED, at=values["delivered_at"])
        changed = True
    return changed


async def _happened(session: AsyncSession, parcel: Parcel, code: ParcelCode, values: dict[str, Any]) -> bool:
    at = values["event_at"]
    if any(event.code == code and event.at == at for event in parcel.events):
        return False
    await parcels.record_event(
        session,
        parcel,
        code=code,
        at=at,
        place=values.get("event_place", ""),
        promised_at=values.get("event_promised_at"),
    )
    return True


async def _planned(session: AsyncSession, parcel: Parcel, code: ParcelCode, values: dict[str, Any]) -> bool:
    promised_at = values["event_promised_at"]
    if any(event.code == code and event.promised_at == promised_at for event in parcel.events):
        return False
    parcel.events.append(ParcelEvent(code=code, place=_place(values), promised_at=promised_at))
    await session.flush()
    return True


def _place(values: dict[str, Any]) -> dict[str, str]:
    place = values.get("event_place")
    return {language.value: place for language in Language} if place else {}


FOLLOWS_PARCELS = frozenset({OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED})
"""Orders in these states move on with their parcels."""


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Create the parcels nobody knows yet of orders that are over, and pass over the steps that are known, in a few
    statements; empty for the rows of all other parcels, which must be taken one by one.
    """
    places: dict[str, list[int]] = {}
    for place, values in enumerate(batch):
        places.setdefault(canonical(values["parcel_number"]), []).append(place)
    known = {parcel.number: parcel for parcel in await session.scalars(select(Parcel).where(Parcel.number.in_(places)))}
    numbers = {values["order_number"] for values in batch}
    present = select(Order).join(Member).where(Order.number.in_(numbers), Member.status != MemberStatus.ERASED)
    their = {order.number: order for order in await session.scalars(present)}
    outcomes: list[Outcome | None] = [None] * len(batch)
    fresh: list[Parcel] = []
    for number, own in places.items():
        rows = [batch[place] for place in own]
        parcel = known.get(number)
        if parcel is not None:
            if all(values["order_number"] in their and _up_to_date(parcel, values) for values in rows):
                for place in own:
                    outcomes[place] = Outcome.UNCHANGED
            continue
        new = _whole(number, rows, their.get(rows[0]["order_number"]))
        if new is not None:
            fresh.append(new)
            for place in own:
                outcomes[place] = Outcome.UPDATED if place != own[0] else Outcome.CREATED
    await _write_new(session, fresh)
    return outcomes


async def _write_new(session: AsyncSession, fresh: Sequence[Parcel]) -> None:
    """In one order, so that two imports of the same new parcels wait in turn and not in a circle."""
    fresh = sorted(fresh, key=lambda parcel: parcel.number)
    await write_rows(session, Parcel, [row_of(parcel) for parcel in fresh])
    ids = await ids_of(session, Parcel.number, [parcel.number for parcel in fresh])
    steps = [{**row_of(event), "parcel_id": ids[parcel.number]} for parcel in fresh for event in parcel.events]
    await write_rows(session, ParcelEvent, steps)


def _whole(number: str, rows: Sequence[dict[str, Any]], order: Order | None) -> Parcel | None:
    """The parcel that its rows make up; nothing when one of them needs a closer look."""
    first = rows[0]
    same = ("order_number", "carrier", "promised_at", "created_at")
    if order is None or order.status in FOLLOWS_PARCELS or "carrier" not in first:
        return None
    if any(values.get(field) != first.get(field) for values in rows for field in same):
        return None
    if any(_too_early(values, order) for values in rows):
        return None
    # Planned steps and moments of delivery outside the steps depend on the other rows.
    if any("delivered_at" in values or ("event_code" in values and "event_at" not in values) for values in rows):
        return None
    steps = [values for values in rows if "event_code" in values]
    # Of two steps at the same moment the later row is the newer one, which only taking them in turn can tell.
    if not steps or len({values["event_at"] for values in steps}) < len(steps):
        return None
    parcel = Parcel(
        number=number,
        order_id=order.id,
        carrier=first["carrier"],
        promised_at=first.get("promised_at"),
        created_at=first.get("created_at") or clock.now(),
        events=[
            ParcelEvent(
                code=values["event_code"],
                place=_place(values),
                at=values["event_at"],
                promised_at=values.get("event_promised_at"),
                key=parcels.event_key(number, values["event_code"], values["event_at"]),
            )
            for values in sorted(steps, key=lambda values: values["event_at"])
        ],
    )
    parcels.settle_status(parcel)
    return parcel


def _up_to_date(parcel: Parcel, values: dict[str, Any]) -> bool:
    if parcel.order.number != values["order_number"]:
        return False
    if any(
        getattr(parcel, field) != values[field] for field in ("carrier", "promised_at", "created_at") if field in values
    ):
        return False
    if "delivered_at" in values and parcel.delivered_at is None:
        return False
    if "event_code" not in values:
        return True
    if "event_at" in values:
        return any(event.code == values["event_code"] and event.at == values["event_at"] for event in parcel.events)
    promised_at = values.get("event_promised_at")
    return promised_at is not None and any(
        event.code == values["event_code"] and event.promised_at == promised_at for event in parcel.events
    )
