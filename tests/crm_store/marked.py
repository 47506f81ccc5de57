"""A database in which every field that can hold somebody's words or addresses holds a mark, made from the tables
themselves: a new table or column is planted too, or a test says that nobody has thought of it."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, String, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm_store.archived import pack
from crm_store.clock import now
from crm_store.db import Base
from crm_store.messages import Message

MARK = "标记 Zq7x"
"""Not what a program would write: with a blank and other letters, and short enough for every field but codes."""
DAY = date(1987, 6, 5)
"""The mark of days, such as a birthday."""

CODES = {
    "action", "actor", "arm", "attitude", "audience", "author", "best_slug", "by", "carrier", "category", "cause",
    "channel", "created_by", "currency", "direction", "field", "from_tier", "given_for", "intent", "kind", "language",
    "level", "locale", "made_by", "outcome", "proof", "proved_by", "queue_reason", "reference", "role", "sentiment",
    "severity", "shipping_paid_by", "stage", "state", "status", "subject", "suggested_approach", "target", "tier_code",
    "to_tier", "unbound_by", "used_on", "verified_by",
}  # fmt: skip
"""Columns of these names hold words of the program, and of whom it was done by."""
MACHINES = {
    "id", "key", "token_hash", "code_hash", "request_hash", "lease_by", "lease_token", "sending_by", "code", "caller",
    "coupon_code", "number", "sku", "order_number", "conversation_id", "phone_index", "email_index",
    "merged_into_id", "written_in_id",
}  # fmt: skip
"""Ids, hashes, keys of repeated calls, numbers of things: they tell nothing without the rows they belong to."""
ANYTHING = {"identities.channel_user_id", "points_entries.reference"}
"""Columns of such names in which others than the program write."""
NOT_SOMEBODYS: dict[str, str] = {
    "agents": "the staff",
    "api_keys": "names of the shop's systems",
    "article_versions": "the shop's own texts",
    "articles": "the shop's own texts",
    "complaint_terms": "the shop's own words for cases",
    "ended_sessions": "the staff",
    "import_pieces": "a shop's file, a day at most, until it is taken over; it names many people",
    "import_refusals": "cells of files, of nobody that is known: all of them go with any erasure",
    "import_runs": "files by their names, and how they were read",
    "job_runs": "of the program; statements never show their values",
    "measure_snapshots": "figures over all",
    "number_series": "counters",
    "password_links": "the staff",
    "phrases": "the shop's own texts",
    "product_affinities": "figures over all",
    "products": "the shop's goods",
    "recovery_codes": "the staff",
    "rewards": "the shop's rewards",
    "scheduled_jobs": "of the program; statements never show their values",
    "second_factors": "the staff",
    "store_key": "one word of the program",
    "shop_rhythms": "figures over all",
    "tier_benefits": "the shop's levels",
    "tiers": "the shop's levels",
    "value_runs": "figures over all",
}
GOODS: dict[str, str] = {
    "import_entries.seal": "a digest",
    "import_entries.thing": "a code",
    "api_rows.number_index": "a keyed digest, 30 days at most",
    "api_rows.said_index": "a keyed digest, 30 days at most",
    "messages.ranking": "names of intents with their confidence",
    "conversations.joined": "ids of agents",
    "return_requests.reason": "a code",
    "return_requests.new_size": "of the goods",
    "return_requests.new_colour": "of the goods",
    "points_entries.details": "codes and ids of the program",
    "compensations.reward_code": "a code",
    "topic_stops.topic": "a code",
    "proactive_sends.topic": "a code",
    "proactive_sends.week": "the week a message was sent in",
    "archived_conversations.files": "paths made of chance, by which a file is known to be wanted",
    "erasures.files": "paths made of chance, until the files are gone",
    "exit_interviews.causes": "codes",
    "exit_interviews.departure": "a code of the program",
    "exit_interviews.keys": "keys of repeated calls",
    "exit_interviews.way": "a code",
    "thank_yous.how": "a code",
    "win_back_acts.details": "amounts of points, codes of rewards",
    "win_back_cases.departure": "a code of the program",
    "win_back_cases.way": "a code",
}
"""Further columns without anybody's words, and why."""


def may_tell(column: Column[Any]) -> bool:
    """Whether somebody's words could stand there."""
    if column.foreign_keys or column.table.name in NOT_SOMEBODYS or f"{column.table.name}.{column.name}" in GOODS:
        return False
    if f"{column.table.name}.{column.name}" in ANYTHING:
        return True
    return column.name not in CODES | MACHINES and isinstance(_plain(column.type), String | JSON | Date)


async def plant(connection: AsyncConnection, values: dict[str, dict[str, Any]]) -> None:
    """One row in each table, all of them of one person, with the mark wherever it may stand; `values`: what has to be
    as the program would write it."""
    for table in Base.metadata.sorted_tables:
        row = {column.name: _value(column) for column in table.columns}
        await connection.execute(insert(table).values({**row, **values.get(table.name, {})}))
        if connection.dialect.name == "postgresql" and isinstance(row.get("id"), int):
            beyond = f"pg_get_serial_sequence('{table.name}', 'id')"
            await connection.exec_driver_sql(f"SELECT setval({beyond}, 1000 + nextval({beyond}))")


async def marks(connection: AsyncConnection) -> list[str]:
    """Where the mark stands, as "table.column", also under encryption and in JSON's escapes."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in (await connection.execute(select(*table.columns))).mappings():
            found |= {f"{table.name}.{name}" for name, value in row.items() if _is_marked(value)}
    return sorted(found)


def packed_mark() -> dict[str, Any]:
    """The pack of an archived conversation whose one message has the mark wherever it may stand."""
    return pack([Message(**{column.name: _value(column) for column in Message.__table__.columns})], {})


def planted_columns() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        yield from (f"{table.name}.{column.name}" for column in table.columns if may_tell(column))


def _is_marked(value: object) -> bool:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value == DAY
    return MARK in (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _value(column: Column[Any]) -> object:
    if column.foreign_keys:
        [key] = column.foreign_keys
        return _FIRST.get(key.target_fullname, 1) if key.column.table is not column.table else None
    kind = _plain(column.type)
    marked = may_tell(column)
    if isinstance(kind, JSON):
        return _json_mark(column) if marked else _empty(column)
    if isinstance(kind, Date):
        return DAY if marked else date(2026, 1, 5)
    if isinstance(kind, String):
        return MARK if marked else _code(column)
    return {Boolean: False, Integer: 1, Float: 0.5, DateTime: now()}[
        next(each for each in (Boolean, Integer, Float, DateTime) if isinstance(kind, each))
    ]


_FIRST = {"conversations.id": "c1", "tiers.code": "t1", "rewards.code": "r1"}


def _code(column: Column[Any]) -> str:
    name = "conversations.id" if column.name == "conversation_id" else f"{column.table.name}.{column.name}"
    return _FIRST.get(name, "x1")


def _json_mark(column: Column[Any]) -> object:
    return [{"name": MARK}] if _is_list(column) else {"name": MARK}


def _empty(column: Column[Any]) -> object:
    return [] if _is_list(column) else {}


def _is_list(column: Column[Any]) -> bool:
    """As the entity says that stands for the table."""
    for mapper in Base.registry.mappers:
        if mapper.local_table is column.table:
            return "list" in str(mapper.class_.__annotations__.get(column.name, ""))
    return False
