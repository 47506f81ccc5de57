"""Promises whose time has passed: marked as broken, and the members' risk looked at again."""

from crm_store import promises, risk
from crm_store.db import Database


async def break_promises(database: Database) -> int:
    """Mark overdue promises as broken and re-assess those they were made to; how many promises."""
    async with database.transaction(bulk=True) as session:
        broken = await promises.break_overdue(session)
        for member_id in sorted({promise.member_id for promise in broken if promise.member_id is not None}):
            await risk.assess(session, member_id)
    return len(broken)
