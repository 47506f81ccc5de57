"""Points whose time has passed: taken from the balance by an entry of the ledger."""

from crm_store import points
from crm_store.db import Database

MEMBERS_AT_A_TIME = 100
"""Accounts locked by one transaction, so that nobody who redeems meanwhile waits long."""


async def expire_points(database: Database) -> int:
    """Write the expiry entries that are due; how many."""
    written = 0
    while True:
        async with database.transaction(bulk=True) as session:
            entries = await points.expire_due(session, limit=MEMBERS_AT_A_TIME)
        written += len(entries)
        if not entries:
            return written
