"""What people said, made searchable shortly after they said it."""

from crm_store import search
from crm_store.db import Database
from crm_store.search.words import AT_A_TIME


async def index_words(database: Database) -> int:
    """Take up every message the search does not know yet; how many."""
    taken = 0
    while True:
        async with database.transaction(bulk=True) as session:
            found = await search.index_messages(session, limit=AT_A_TIME)
        taken += found
        if found < AT_A_TIME:
            return taken
