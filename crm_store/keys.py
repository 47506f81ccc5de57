"""Whether this process holds the key that the store's personal data were written with; writing them under another."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Table, Text, bindparam, delete, func, inspect, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import crypto
from crm_store.clock import now
from crm_store.crypto import EncryptedText, Keys, normalise_email
from crm_store.db import Base, Database
from crm_store.errors import CrmError
from crm_store.members import Member
from crm_store.phones import normalise_phone
from crm_store.verification import LinkToken, OneTimeCode

LOOKED_AT = 3
AT_A_TIME = 500
_PROOF = "huike"
_NORMALISED: dict[str, Callable[[str], str]] = {"phone": normalise_phone, "email": normalise_email}
"""How a column is made ready for its blind index, which stands beside it as `<column>_index`."""

Progress = Callable[[str, int, int], None]
"""Told the table, rows done and rows in all."""


class StoreKey(Base):
    """One row: a word encrypted under the key the store is written with. `rotating_since`: another key is being put in;
    until that is finished some rows are under the one and some under the other."""

    __tablename__ = "store_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    proof: Mapped[str] = mapped_column(Text)
    rotating_since: Mapped[datetime | None]


class WrongKey(CrmError):
    """The store's personal data were encrypted with another secret: nothing could be read, and new rows would split the
    store in two."""

    code = "wrong_key"


class RotationUnfinished(CrmError):
    """Another key is just being put in, or that was interrupted: run it again to its end."""

    code = "rotation_unfinished"


class _Encrypted(NamedTuple):
    """A table and its encrypted columns."""

    table: Table
    key: Column[Any]
    columns: list[Column[Any]]


async def check(database: Database) -> None:
    """Look whether the store fits the key in use; one without personal data fits every key. Raises WrongKey,
    RotationUnfinished."""
    async with database.engine.connect() as connection:
        known = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        tokens = []
        if StoreKey.__tablename__ in known:
            row = (await connection.execute(select(StoreKey.proof, StoreKey.rotating_since))).first()
            if row is not None and row.rotating_since is not None:
                raise RotationUnfinished
            tokens = [row.proof] if row is not None else []
        if not tokens and Member.__tablename__ in known:
            tokens = [token for column in (Member.phone, Member.email) for token in await _some(connection, column)]
    if not all(_reads(crypto.decrypt, token) for token in tokens):
        raise WrongKey


async def remember(session: AsyncSession) -> None:
    """Note which key the store is written with; safe to repeat. Call it after `check`."""
    if await session.get(StoreKey, 1) is None:
        await session.merge(StoreKey(id=1, proof=crypto.encrypt(_PROOF)))
        await session.flush()


async def rotate(database: Database, old: Keys, new: Keys, *, on_progress: Progress | None = None) -> int:
    """Write every encrypted column and every blind index under `new`; how many rows were written.

    Batches are transactions of their own: interrupted, it goes on where it was. Codes and links that were sent out are
    void afterwards. Nothing else may work on the store meanwhile: `check` refuses until it is finished. Raises WrongKey
    when a row fits neither key, with everything before it written.
    """
    async with database.transaction() as session:
        row = await session.get(StoreKey, 1)
        if row is not None and not (_reads(old.decrypt, row.proof) or _reads(new.decrypt, row.proof)):
            raise WrongKey
        row = row or StoreKey(id=1, proof=old.encrypt(_PROOF))
        row.rotating_since = row.rotating_since or now()
        session.add(row)
    written = 0
    for encrypted in _encrypted():
        written += await _rotate_table(database, encrypted, old, new, on_progress)
    async with database.transaction() as session:
        for table in (OneTimeCode, LinkToken):
            await session.execute(delete(table))
        row = await session.get_one(StoreKey, 1)
        row.proof, row.rotating_since = new.encrypt(_PROOF), None
    return written


def _encrypted() -> list[_Encrypted]:
    """Every table with encrypted columns, from the tables' definitions: a new one is not forgotten."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, EncryptedText)]
        if columns:
            [key] = table.primary_key.columns
            found.append(_Encrypted(table, key, columns))
    return found


async def _rotate_table(
    database: Database, encrypted: _Encrypted, old: Keys, new: Keys, on_progress: Progress | None
) -> int:
    filled = or_(*(column.is_not(None) for column in encrypted.columns))
    raw = [type_coerce(column, Text).label(column.name) for column in encrypted.columns]
    page = select(encrypted.key.label("b_key"), *raw).where(filled).order_by(encrypted.key).limit(AT_A_TIME)
    written = done = 0
    last: Any = None
    async with database.reading(bulk=True) as session:
        total = await session.scalar(select(func.count()).select_from(encrypted.table).where(filled)) or 0
    while True:
        async with database.transaction(bulk=True) as session:
            rows = (await session.execute(page if last is None else page.where(encrypted.key > last))).mappings().all()
            changed = [values for row in rows if (values := _renewed(encrypted, dict(row), old, new)) is not None]
            if changed:
                await _write(session, encrypted, changed)
        written, done = written + len(changed), done + len(rows)
        if on_progress is not None:
            on_progress(encrypted.table.name, done, total)
        if len(rows) < AT_A_TIME:
            return written
        last = rows[-1]["b_key"]


def _renewed(encrypted: _Encrypted, row: dict[str, Any], old: Keys, new: Keys) -> dict[str, Any] | None:
    """The row's columns under the new key; None when they are already. Raises WrongKey."""
    values: dict[str, Any] = {"b_key": row["b_key"]}
    changed = False
    for column in encrypted.columns:
        token = row[column.name]
        if token is not None and not _reads(new.decrypt, token):
            try:
                text = old.decrypt(token)
            except InvalidTag:
                raise WrongKey from None
            token, changed = new.encrypt(text), True
        values[f"b_{column.name}"] = token
        index = f"{column.name}_index"
        if index in encrypted.table.c:
            values[f"b_{index}"] = None if token is None else _index(new, column.name, new.decrypt(token))
    return values if changed else None


def _index(new: Keys, column: str, text: str) -> str:
    return new.blind_index(_NORMALISED[column](text), column)


async def _write(session: AsyncSession, encrypted: _Encrypted, rows: Sequence[dict[str, Any]]) -> None:
    names = [name.removeprefix("b_") for name in rows[0] if name != "b_key"]
    statement = update(encrypted.table).where(encrypted.key == bindparam("b_key"))
    await (await session.connection()).execute(
        statement.values({name: bindparam(f"b_{name}", type_=Text) for name in names}), list(rows)
    )


def _reads(decrypt: Callable[[str], str], token: str) -> bool:
    try:
        decrypt(token)
    except InvalidTag:
        return False
    return True


async def _some(connection: AsyncConnection, column: object) -> list[str]:
    raw = type_coerce(column, Text)
    rows = await connection.execute(select(raw).where(raw.is_not(None)).limit(LOOKED_AT))
    return [token for (token,) in rows]
