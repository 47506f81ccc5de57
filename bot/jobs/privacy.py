"""Forgetting: erasures are finished everywhere, and what was kept long enough goes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.attachments import stored
from bot.desk.desk import Desk
from crm_store import again, erasure, imports, retention
from crm_store.conversations import Conversation
from crm_store.db import Database
from crm_store.erasure import Erasure


async def finish_erasures(desk: Desk, folder: Path) -> int:
    """Take addresses, files and what Rasa remembers of who was erased, once their last talk rests; how many.

    `folder`: of the attachments. Raises DialogueUnavailable while Rasa is away: the rest follows at the next run.
    """
    async with desk.database.reading(bulk=True) as session:
        waiting = await erasure.due(session)
    for each in waiting:
        await _finish(desk, each, folder)
    return len(waiting)


async def forget_words(database: Database) -> int:
    """Take the words out of conversations closed longer ago than the policy says; how many."""
    forgotten = 0
    while True:
        async with database.transaction(bulk=True) as session:
            done = await retention.forget_words(session)
        forgotten += done
        if done < retention.CONVERSATIONS_AT_A_TIME:
            return forgotten


async def forget_proofs(database: Database) -> int:
    """Remove codes, links and kept answers that are over; how many."""
    async with database.transaction(bulk=True) as session:
        return await retention.forget_proofs(session)


async def forget_imports(database: Database) -> int:
    """Remove files that nobody imported, and journals of imports as old as the policy says; of how many imports."""
    forgotten = 0
    while True:
        async with database.transaction(bulk=True) as session:
            done = await imports.forget(session)
        forgotten += done
        if not done:
            return forgotten


async def _finish(desk: Desk, erased: Erasure, folder: Path) -> None:
    async def swept() -> tuple[list[Conversation], Sequence[str], list[str]]:
        async with desk.database.transaction() as session:
            ended = await erasure.sweep(session, erased)
            return ended, await erasure.conversations_of(session, erased), await erasure.files_of(session, erased)

    ended, remembered, files = await again.until_through(swept)
    for conversation in ended:
        await desk.tell(conversation)
    for ref in files:
        if (path := stored(folder, ref)) is not None:
            await asyncio.to_thread(path.unlink, missing_ok=True)
    for conversation_id in remembered:
        await desk.dialogue.forget(conversation_id)
    async with desk.database.transaction() as session:
        await erasure.finished(session, erased)
