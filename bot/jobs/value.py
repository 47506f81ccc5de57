"""What members are worth, found anew each night; and the loyalty figures of months and quarters that have ended."""

import asyncio

from crm_store import measures, value
from crm_store.clock import today
from crm_store.db import Database

MEMBERS_AT_A_TIME = 5000
"""Rows written by one transaction, so that nobody who writes meanwhile waits long."""


async def value_members(database: Database, *, key: str | None = None) -> int:
    """Value everybody once a day, or once for `key`; how many members, 0 when that run is done or one is under way."""
    async with database.transaction(bulk=True) as session:
        run = await value.begin(session, key=key or f"day:{today()}")
    if run is None:
        return 0
    async with database.reading(bulk=True) as session:
        found = await value.everybody(session, at=run.at)
        # After an import the shop is another one, and its models are found anew.
        before = await value.yardstick_in_force(session) if key is None else None
    appraised = await asyncio.to_thread(value.appraise, found, before=before)
    for rows in appraised.rows(run.id, MEMBERS_AT_A_TIME):
        async with database.transaction(bulk=True) as session:
            await value.write(session, rows)
    async with database.transaction(bulk=True) as session:
        await value.finish(session, run.id, appraised)
    while True:
        async with database.transaction(bulk=True) as session:
            if not await value.clear(session, limit=MEMBERS_AT_A_TIME):
                return len(found.member_ids)


async def measure_loyalty(database: Database) -> int:
    """Make the figures of every month and quarter that has ended and has none; how many periods."""
    taken = 0
    while True:
        async with database.reading(bulk=True) as session:
            period = await measures.next_missing(session)
            if period is None:
                return taken
            facts = await measures.gather(session, period)
        figures = await asyncio.to_thread(measures.figures, facts)
        async with database.transaction(bulk=True) as session:
            taken += await measures.keep(session, period, figures)
