"""What an import writes, as things whose state can be read, compared and put back: members, orders with their lines and
history, parcels with their steps, movements of points."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, DateTime, Table, delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeDecorator

from crm_store.db import Base
from crm_store.members import Member
from crm_store.orders import Order, OrderEvent, OrderLine, OrderStatus
from crm_store.parcels import Parcel, ParcelEvent
from crm_store.points import Entry

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By table and id, the columns of each row, as JSON has them."""
SEAL_CHARACTERS = 32


class Thing(StrEnum):
    MEMBER = "member"
    ORDER = "order"
    PARCEL = "parcel"
    POINTS = "points"


@dataclass(frozen=True)
class _Shape:
    """`root`: the entity that has the number, `name` its column; `parts`: entities that belong to it, with the column
    that says to which. `follows`: columns that are worked out from others or that the program changes by itself."""

    root: type[Base]
    name: str
    parts: tuple[tuple[type[Base], str], ...] = ()
    follows: frozenset[str] = frozenset()

    def entities(self) -> tuple[tuple[type[Base], str], ...]:
        return ((self.root, "id"), *self.parts)


SHAPES: Mapping[Thing, _Shape] = {
    Thing.MEMBER: _Shape(
        Member,
        "number",
        follows=frozenset(
            {"name_key", "phone_index", "email_index", "tier_code", "level_due_at", "named_contact_id", "updated_at",
             "time_zone"}
        ),
    ),
    Thing.ORDER: _Shape(
        Order, "number", ((OrderLine, "order_id"), (OrderEvent, "order_id")), frozenset({"points_due_at"})
    ),
    Thing.PARCEL: _Shape(Parcel, "number", ((ParcelEvent, "parcel_id"),)),
    Thing.POINTS: _Shape(Entry, "key"),
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """One thing as it stands in the store."""

    thing: Thing
    id: int
    number: str
    member_id: int
    rows: Rows

    @property
    def seal(self) -> str:
        return _sealed(self.rows)

    def is_sealed_by(self, seal: str) -> bool:
        """Whether it is still as it was sealed; that the program has completed a delivered order by itself since, is no
        change."""
        return seal in (_sealed(self.rows), _sealed(_uncompleted(self.rows)))

    def text(self) -> str:
        return json.dumps(self.rows, ensure_ascii=False)


async def by_number(session: AsyncSession, thing: Thing, numbers: Collection[str]) -> dict[int, State]:
    """Those of the things that are there, by id."""
    shape = SHAPES[thing]
    return await _read(session, thing, shape.root.__table__.c[shape.name], numbers)


async def by_id(session: AsyncSession, thing: Thing, ids: Collection[int]) -> dict[int, State]:
    return await _read(session, thing, SHAPES[thing].root.__table__.c.id, ids)


async def _read(
    session: AsyncSession, thing: Thing, column: ColumnElement[Any], wanted: Collection[object]
) -> dict[int, State]:
    if not wanted:
        return {}
    shape = SHAPES[thing]
    table = _table(shape.root)
    found = (await session.execute(select(*_columns(table, shape)).where(column.in_(wanted)))).mappings().all()
    rows: dict[int, dict[str, dict[str, dict[str, Any]]]] = {
        row["id"]: {table.name: {str(row["id"]): {name: _as_json(value) for name, value in row.items()}}}
        for row in found
    }
    for entity, owner in shape.parts if rows else ():
        part = _table(entity)
        for row in (await session.execute(select(*part.columns).where(part.c[owner].in_(rows)))).mappings():
            own = rows[row[owner]].setdefault(part.name, {})
            own[str(row["id"])] = {name: _as_json(value) for name, value in row.items()}
    owners = await _owners(session, thing, [dict(row) for row in found])
    return {
        row["id"]: State(thing, row["id"], str(row[shape.name]), owners[row["id"]], rows[row["id"]]) for row in found
    }


async def _owners(session: AsyncSession, thing: Thing, found: list[dict[str, Any]]) -> dict[int, int]:
    """Whose each thing is, by its id."""
    if thing is Thing.MEMBER:
        return {row["id"]: row["id"] for row in found}
    if thing is not Thing.PARCEL:
        return {row["id"]: row["member_id"] for row in found}
    orders = {row["order_id"] for row in found}
    members = dict((await session.execute(select(Order.id, Order.member_id).where(Order.id.in_(orders)))).all())
    return {row["id"]: members[row["order_id"]] for row in found}


async def take_away(session: AsyncSession, thing: Thing, ids: Collection[int]) -> None:
    """Delete them with what belongs to them. Raises IntegrityError while something else refers to one."""
    connection = await session.connection()
    for entity, owner in reversed(SHAPES[thing].entities()):
        table = _table(entity)
        await connection.execute(delete(table).where(table.c[owner].in_(ids)))
        # The session must not give out what is gone: SQLite may use the ids again.
        for each in [row for row in session if isinstance(row, entity) and inspect(row).dict.get(owner) in ids]:
            session.expunge(each)


async def set_back(session: AsyncSession, now: State, before: Rows) -> set[str]:
    """Give the thing the state that it had `before`; the columns of its own that are changed by it."""
    changed: set[str] = set()
    for entity, _ in SHAPES[now.thing].entities():
        table = _table(entity)
        then, is_now = before.get(table.name, {}), now.rows.get(table.name, {})
        for number in is_now.keys() - then.keys():
            await session.delete(await session.get_one(entity, int(number)))
        for number, values in then.items():
            different = {name: value for name, value in values.items() if is_now[number][name] != value}
            row = await session.get_one(entity, int(number), populate_existing=True) if different else None
            for name, value in different.items():
                setattr(row, name, _as_value(table.c[name], value))
            if entity is SHAPES[now.thing].root:
                changed |= different.keys()
    await session.flush()
    return changed


def _table(entity: type[Base]) -> Table:
    return Base.metadata.tables[entity.__tablename__]


def _columns(table: Table, shape: _Shape) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in shape.follows]


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _as_value(column: Column[Any], value: Any) -> Any:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if value is not None and isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and isinstance(kind, Date) else value


def _sealed(rows: Rows) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:SEAL_CHARACTERS]


def _uncompleted(rows: Rows) -> Rows:
    """An order before the program completed it, as it does some days after each delivery."""
    events = rows.get(OrderEvent.__tablename__, {})
    own = {
        number: event
        for number, event in events.items()
        if event["kind"] == OrderStatus.COMPLETED and event["detail"] == {"from": str(OrderStatus.DELIVERED)}
    }
    [(number, order)] = (rows.get(Order.__tablename__) or {"": {}}).items()
    if len(own) != 1 or order.get("status") != OrderStatus.COMPLETED:
        return rows
    return {
        **rows,
        Order.__tablename__: {number: {**order, "status": str(OrderStatus.DELIVERED), "completed_at": None}},
        OrderEvent.__tablename__: {each: event for each, event in events.items() if each not in own},
    }
