"""Conversations that have fallen silent."""

from bot.desk.desk import Desk
from crm_store import conversations
from crm_store.clock import now
from crm_store.policy import policy

AT_A_TIME = 200


async def close_idle(desk: Desk) -> int:
    """Close, without a word to the customer, what has been silent as long as the policy says; how many."""
    closed = 0
    while True:
        async with desk.database.transaction(bulk=True) as session:
            silent_since = now() - policy().conversations.close_after
            found = await conversations.close_idle(session, before=silent_since, limit=AT_A_TIME)
        for conversation in found:
            await desk.tell(conversation)
        closed += len(found)
        if len(found) < AT_A_TIME:
            return closed
