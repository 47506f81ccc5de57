"""Whether this process holds the key that the store's personal data were written with."""

from cryptography.exceptions import InvalidTag
from sqlalchemy import Text, inspect, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store import crypto
from crm_store.db import Database
from crm_store.errors import CrmError
from crm_store.members import Member

LOOKED_AT = 3


class WrongKey(CrmError):
    """The store's personal data were encrypted with another secret: nothing could be read, and new rows would split the
    store in two."""

    code = "wrong_key"


async def check(database: Database) -> None:
    """Look at some of the members' addresses; a store without any fits every key. Raises WrongKey."""
    async with database.engine.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(Member.__tablename__)):
            return
        tokens = [token for column in (Member.phone, Member.email) for token in await _some(connection, column)]
    for token in tokens:
        try:
            crypto.decrypt(token)
        except InvalidTag:
            raise WrongKey from None


async def _some(connection: AsyncConnection, column: object) -> list[str]:
    raw = type_coerce(column, Text)
    rows = await connection.execute(select(raw).where(raw.is_not(None)).limit(LOOKED_AT))
    return [token for (token,) in rows]
