"""Whether this process holds the key that the store's personal data were written with; writing them under another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Text, delete, inspect, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import at_rest, crypto
from crm_store.at_rest import Progress, Renew, Resting, Row
from crm_store.clock import now
from crm_store.crypto import EncryptedText, Keys, normalise_email
from crm_store.db import Base, Database
from crm_store.errors import CrmError
from crm_store.members import Member
from crm_store.phones import normalise_phone
from crm_store.sealing import Sealable
from crm_store.verification import LinkToken, OneTimeCode

LOOKED_AT = 3
_PROOF = "huike"
_NORMALISED: dict[str, Callable[[str], str]] = {"phone": normalise_phone, "email": normalise_email}
"""How a column is made ready for its blind index, which stands beside it as `<column>_index`."""


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


async def check(database: Database) -> None:
    """Look whether the store fits the key in use; one without personal data fits every key. Raises WrongKey,
    RotationUnfinished."""
    async with database.engine.connect() as connection:
        known = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        tokens = []
        if StoreKey.__tablename__ in known:
            row = (await connection.execute(select(StoreKey.proof, StoreKey.rotating_since))).first()
            if row is not None:
                check_proof(row.proof, is_rotating=row.rotating_since is not None)
                return
        if Member.__tablename__ in known:
            tokens = [token for column in (Member.phone, Member.email) for token in await _some(connection, column)]
    if not all(_reads(crypto.decrypt, token) for token in tokens):
        raise WrongKey


def check_proof(proof: str, *, is_rotating: bool) -> None:
    """Look whether a store whose row of `StoreKey` says this fits the key in use. Raises WrongKey,
    RotationUnfinished."""
    if is_rotating:
        raise RotationUnfinished
    if not _reads(crypto.decrypt, proof):
        raise WrongKey


async def remember(session: AsyncSession) -> None:
    """Note which key the store is written with; safe to repeat. Call it after `check`."""
    if await session.get(StoreKey, 1) is None:
        await session.merge(StoreKey(id=1, proof=crypto.encrypt(_PROOF)))
        await session.flush()


async def rotate(database: Database, old: Keys, new: Keys, *, on_progress: Progress | None = None) -> int:
    """Write every encrypted or sealed column and every blind index under `new`; how many rows were written.

    Batches are transactions of their own: interrupted, it goes on where it was. Codes and links that were sent out are
    void afterwards. Nothing else may work on the store meanwhile: `check` refuses until it is finished. Raises WrongKey
    when a row fits neither key, with everything before it written; nothing is noted or written under a key that was
    never proved on the store.
    """
    await _prove(database, old, new)
    async with database.transaction() as session:
        row = await session.get(StoreKey, 1) or StoreKey(id=1, proof=old.encrypt(_PROOF))
        row.rotating_since = row.rotating_since or now()
        session.add(row)
    written = await _rewrite_all(database, _renewal(old, new), on_progress)
    async with database.transaction() as session:
        for table in (OneTimeCode, LinkToken):
            await session.execute(delete(table))
        row = await session.get_one(StoreKey, 1)
        row.proof, row.rotating_since = new.encrypt(_PROOF), None
    return written


async def _prove(database: Database, old: Keys, new: Keys) -> None:
    """Raises WrongKey when these are not the store's keys."""
    async with database.reading() as session:
        row = await session.get(StoreKey, 1)
    if row is not None and (_reads(old.decrypt, row.proof) or _reads(new.decrypt, row.proof)):
        return
    if row is not None and row.rotating_since is None:
        raise WrongKey
    # Nothing tells yet which key it is, or what an interrupted rotation noted is wrong: then every row has to fit.
    # Looking at a few would not do, for rows under a third key would be left between the two.
    fits = _renewal(old, new)

    def look(each: Resting, standing: Row) -> None:
        fits(each, standing)

    await _rewrite_all(database, look)


async def _rewrite_all(database: Database, renew: Renew, on_progress: Progress | None = None) -> int:
    tables = at_rest.resting(EncryptedText, Sealable)
    return sum(
        [await at_rest.rewrite(database, each, at_rest.sealed_or_encrypted, renew, on_progress) for each in tables]
    )


def _renewal(old: Keys, new: Keys) -> Renew:
    """The row's columns and their blind indexes under the new key; None when they are already. It raises WrongKey."""

    def renew(each: Resting, row: Row) -> Row | None:
        now = dict(row)
        try:
            for column in each.columns:
                if standing := row[column.name]:
                    now[column.name] = _under(column, standing, old, new)
        except InvalidTag:
            raise WrongKey from None
        if now == row:
            return None
        for column in each.columns:
            index = f"{column.name}_index"
            if index in each.table.c:
                token = now[column.name]
                now[index] = None if token is None else _index(new, column.name, new.decrypt(token))
        return now

    return renew


def _under(column: Column[Any], standing: str, old: Keys, new: Keys) -> str:
    """What stands in the column, under the new key. Raises InvalidTag when it fits neither."""
    if isinstance(column.type, EncryptedText):
        return standing if _reads(new.decrypt, standing) else new.encrypt(old.decrypt(standing))
    try:
        # What is not sealed is left, and so is what was written under the new key before an interruption.
        at_rest.opened(column, standing, new)
    except InvalidTag:
        return at_rest.resealed(column, standing, old, new)
    return standing


def _index(new: Keys, column: str, text: str) -> str:
    return new.blind_index(_NORMALISED[column](text), column)


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
