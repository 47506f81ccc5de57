"""Columns as they stand in the tables, encrypted or not, and rewriting them in batches."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, ColumnElement, Table, Text, bindparam, cast, func, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.crypto import EncryptedText, Keys, keys_in_use
from crm_store.db import Base, Database
from crm_store.sealing import SIGN, Sealable, SealableJSON, is_sealed

AT_A_TIME = 500
_NOTHING = ("[]", "{}", "null")
"""JSON that says nothing and is never sealed."""

Progress = Callable[[str, int, int], None]
"""Told the table, rows done and rows in all."""
Row = dict[str, str | None]
"""Columns of a row as text, just as they stand in the table."""


class Resting(NamedTuple):
    """A table and those of its columns that are looked at."""

    table: Table
    key: Column[Any]
    columns: Sequence[Column[Any]]


Renew = Callable[[Resting, Row], Row | None]
"""What shall stand there instead; None: it stays as it is."""


def resting(*kinds: type[Any]) -> Iterator[Resting]:
    """Every table with columns of these types, from the tables' definitions: a new one is not forgotten."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, kinds)]
        if columns:
            [key] = table.primary_key.columns
            yield Resting(table, key, columns)


def sealed_or_encrypted(column: Column[Any]) -> ColumnElement[bool]:
    """Rows in which the column holds something that only a key opens."""
    if isinstance(column.type, EncryptedText):
        return column.is_not(None)
    return _stands(column).startswith(f'"{SIGN}' if isinstance(column.type, SealableJSON) else SIGN)


def in_clear(column: Column[Any]) -> ColumnElement[bool]:
    """Rows in which a column that may be sealed is not, and says something."""
    nothing = _NOTHING if isinstance(column.type, SealableJSON) else ("",)
    return column.is_not(None) & _stands(column).not_in(nothing) & ~sealed_or_encrypted(column)


async def tables_in_clear(session: AsyncSession) -> list[str]:
    """Names of the tables in which something stands in clear that could be sealed."""
    found = []
    for each in resting(Sealable):
        somewhere = select(each.key).where(or_(*(in_clear(column) for column in each.columns))).limit(1)
        if (await session.execute(somewhere)).first() is not None:
            found.append(each.table.name)
    return found


async def seal(database: Database, *, on_progress: Progress | None = None) -> int:
    """Encrypt what stands in clear and may be sealed; how many rows. See `rewrite`."""
    return await _rewrite_all(database, in_clear, _sealed, on_progress)


async def unseal(database: Database, *, on_progress: Progress | None = None) -> int:
    """Write in clear what is sealed; how many rows. A text that itself begins as sealed ones do stays so."""
    return await _rewrite_all(database, sealed_or_encrypted, _unsealed, on_progress)


async def rewrite(
    database: Database,
    each: Resting,
    which: Callable[[Column[Any]], ColumnElement[bool]],
    renew: Renew,
    on_progress: Progress | None = None,
) -> int:
    """Renew the rows of a table in which `which` is true of one of the columns; how many were written.

    Batches are transactions of their own: interrupted, it can be begun again. A row that somebody changes between its
    reading and its writing is left as they wrote it.
    """
    any_of = or_(*(which(column) for column in each.columns))
    page = select(each.key.label("b_key"), *(_stands(column).label(column.name) for column in each.columns))
    page = page.where(any_of).order_by(each.key).limit(AT_A_TIME)
    async with database.reading(bulk=True) as session:
        total = await session.scalar(select(func.count()).select_from(each.table).where(any_of)) or 0
    written = done = 0
    last: Any = None
    while done < total:
        async with database.transaction(bulk=True) as session:
            rows = (await session.execute(page if last is None else page.where(each.key > last))).mappings().all()
            changed = []
            for row in rows:
                was = {column.name: row[column.name] for column in each.columns}
                if (now := renew(each, was)) is not None:
                    changed.append((row["b_key"], was, now))
            await _write(session, each, changed)
        written, done = written + len(changed), done + len(rows)
        if on_progress is not None:
            on_progress(each.table.name, min(done, total), total)
        if len(rows) < AT_A_TIME:
            break
        last = rows[-1]["b_key"]
    return written


def resealed(column: Column[Any], standing: str, old: Keys, new: Keys) -> str:
    """What is sealed under one key, under another. Raises InvalidTag."""
    kind: Sealable = column.type  # type: ignore[assignment]  # chosen by its type
    return _quoted(column, kind.seal(kind.unseal(_unquoted(column, standing), old), new))


def opened(column: Column[Any], standing: str, keys: Keys) -> str | None:
    """The text that is sealed there; None when nothing is sealed. Raises InvalidTag."""
    kind: Sealable = column.type  # type: ignore[assignment]  # chosen by its type
    token = _unquoted(column, standing)
    return kind.unseal(token, keys) if is_sealed(token) else None


async def _rewrite_all(
    database: Database,
    which: Callable[[Column[Any]], ColumnElement[bool]],
    renew: Renew,
    on_progress: Progress | None,
) -> int:
    return sum([await rewrite(database, each, which, renew, on_progress) for each in resting(Sealable)])


def _sealed(each: Resting, row: Row) -> Row | None:
    keys = keys_in_use()
    now = dict(row)
    for column in each.columns:
        standing = row[column.name]
        is_json = isinstance(column.type, SealableJSON)
        if not standing or (is_json and standing in _NOTHING) or is_sealed(_unquoted(column, standing)):
            continue
        kind: Sealable = column.type  # type: ignore[assignment]  # chosen by its type
        now[column.name] = _quoted(column, kind.seal(standing, keys))
    return now if now != row else None


def _unsealed(each: Resting, row: Row) -> Row | None:
    keys = keys_in_use()
    now = dict(row)
    for column in each.columns:
        standing = row[column.name]
        text = opened(column, standing, keys) if standing else None
        if text is not None and not is_sealed(text):
            now[column.name] = text
    return now if now != row else None


def _stands(column: Column[Any]) -> ColumnElement[Any]:
    return cast(column, Text) if isinstance(column.type, SealableJSON) else type_coerce(column, Text)


def _quoted(column: Column[Any], token: str) -> str:
    """As it stands in the table: JSON has its strings in quotes."""
    return json.dumps(token) if isinstance(column.type, SealableJSON) else token


def _unquoted(column: Column[Any], standing: str) -> str:
    return json.loads(standing) if isinstance(column.type, SealableJSON) and standing.startswith('"') else standing


async def _write(session: AsyncSession, each: Resting, changed: Sequence[tuple[Any, Row, Row]]) -> None:
    if not changed:
        return
    columns = {column.name: column for column in each.columns}
    unchanged = [
        _stands(column).is_not_distinct_from(bindparam(f"was_{name}", type_=Text)) for name, column in columns.items()
    ]
    values: dict[str, ColumnElement[Any]] = {}
    for name in changed[0][2]:
        value: ColumnElement[Any] = bindparam(f"now_{name}", type_=Text)
        is_json = name in columns and isinstance(columns[name].type, SealableJSON)
        # SQLite keeps JSON as the text that it is, and would make a number of what is cast.
        values[name] = cast(value, JSON) if is_json and session.get_bind().dialect.name != "sqlite" else value
    statement = update(each.table).where(each.key == bindparam("b_key"), *unchanged).values(values)
    rows = [
        {"b_key": key, **{f"was_{name}": was[name] for name in columns}, **{f"now_{n}": v for n, v in now.items()}}
        for key, was, now in changed
    ]
    await (await session.connection()).execute(statement, rows)
