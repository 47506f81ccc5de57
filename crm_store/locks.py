"""Named locks that last until the transaction ends, for rules that no single row can guard."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def hold(session: AsyncSession, name: str) -> None:
    """Wait for and hold the lock `name` until this transaction ends.

    On SQLite nothing is to be done: a transaction that may write is the only writer from its first statement on.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
