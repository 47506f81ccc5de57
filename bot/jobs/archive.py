"""Conversations of long ago, moved out of the tables that everything reads."""

from datetime import timedelta
from time import monotonic

from crm_store import conversations
from crm_store.db import Database

AT_MOST = timedelta(hours=2)
"""So long a night: the first nights of an old shop have years to archive, and the morning is its customers'."""


async def archive_old(database: Database) -> int:
    """Archive conversations that were closed longer ago than the policy says; how many. What does not fit into the
    time follows the next night."""
    until, archived, beyond = monotonic() + AT_MOST.total_seconds(), 0, None
    while monotonic() < until:
        async with database.transaction(bulk=True) as session:
            done = await conversations.archive(session, beyond=beyond)
        archived, beyond = archived + done.conversations, done.reached
        if beyond is None:
            break
    return archived
