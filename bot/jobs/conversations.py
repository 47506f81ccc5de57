"""Conversations that have fallen silent."""

from datetime import timedelta
from typing import TYPE_CHECKING

from crm_store import conversations
from crm_store.clock import now

if TYPE_CHECKING:
    from bot.desk.desk import Desk

IDLE_AFTER = timedelta(hours=24)
AT_A_TIME = 200


async def close_idle(desk: "Desk") -> int:
    """Close, without a word to the customer, what has been silent for IDLE_AFTER; how many."""
    closed = 0
    while True:
        async with desk.database.transaction() as session:
            found = await conversations.close_idle(session, before=now() - IDLE_AFTER, limit=AT_A_TIME)
        for conversation in found:
            await desk.tell(conversation)
        closed += len(found)
        if len(found) < AT_A_TIME:
            return closed
