"""Import of parcels: one row per step of a parcel, or one row per parcel when no steps are known; by parcel number."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import orders, parcels
from crm_store.importing import cells
from crm_store.importing.columns import Column, Layout
from crm_store.importing.report import CellRefused, Outcome
from crm_store.language import Language
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
        cells.last_moment,
        "Latest delivery the customer was told.",
        ("promised", "承诺送达", "承诺送达时间", "预计送达"),
    ),
    Column("created_at", cells.past_moment, "When the parcel was made.", ("创建时间", "发货时间")),
    Column(
        "event_code",
        cells.one_of(*ParcelCode, aliases=CODES),
        "One of: " + ", ".join(ParcelCode),
        ("event", "物流状态", "事件", "节点"),
    ),
    Column(
        "event_at",
        cells.past_moment,
        "When the step happened; empty while it is planned.",
        ("event time", "事件时间", "节点时间", "发生时间"),
    ),
    Column("event_place", cells.text(200), "Where.", ("place", "location", "地点", "位置")),
    Column("event_promised_at", cells.last_moment, "When the step was promised.", ("event promised", "节点承诺时间")),
    Column("delivered_at", cells.past_moment, "When it arrived, in files without steps.", ("签收时间", "送达时间")),
)


async def apply(session: AsyncSession, values: dict[str, Any], *, source: str) -> Outcome:
    """Create or bring up to date the parcel, and write the step of this row."""
    order = await orders.by_number(session, values["order_number"])
    if order is None:
        raise CellRefused("order_number", values["order_number"], "no_such_order")
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
    place = values.get("event_place")
    parcel.events.append(
        ParcelEvent(
            code=code, place={language.value: place for language in Language} if place else {}, promised_at=promised_at
        )
    )
    await session.flush()
    return True
