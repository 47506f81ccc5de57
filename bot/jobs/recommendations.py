"""What goes with what, learnt anew from the purchases."""

import asyncio

from crm_store import recommendations
from crm_store.db import Database
from crm_store.policy import policy


async def learn_purchases(database: Database) -> dict[str, int]:
    """Learn what members buy who buy the same; from how many members, and how many pairs came of it. The sums are done
    in a thread, the result is put in place in one transaction."""
    async with database.reading(bulk=True) as session:
        bought = await recommendations.purchases(session)
    at_least = policy().recommendations.bought_together
    found = await asyncio.to_thread(recommendations.affinities, bought, at_least=at_least)
    async with database.transaction(bulk=True) as session:
        pairs = await recommendations.learn(session, found)
    return {"members": len(bought), "pairs": pairs}
