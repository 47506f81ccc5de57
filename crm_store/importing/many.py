"""Writing many new rows in one statement."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.db import Base


def row_of(new: Base) -> dict[str, Any]:
    """The values that an object which was never stored has, with the defaults of its table."""
    row: dict[str, Any] = {}
    for column in new.__table__.columns:
        value = getattr(new, column.key)
        default = column.default
        if value is None and default is not None:
            value = default.arg(None) if default.is_callable else default.arg
        if not column.primary_key:
            row[column.key] = value
    return row


async def write_rows(session: AsyncSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Over the connection: objects take a statement each, and nobody needs them here. Raises IntegrityError,
    DataError."""
    if rows:
        await session.run_sync(lambda sync: sync.connection().execute(insert(table), rows))


async def ids_of(session: AsyncSession, name: InstrumentedAttribute[str], names: Collection[str]) -> dict[str, int]:
    """The ids of rows by what is unique in them."""
    rows = await session.execute(select(name, name.class_.id).where(name.in_(names)))
    return dict(rows.all())
