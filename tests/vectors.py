"""Vectors of the demo shop's articles, encoded once and shared by every test and app that searches them.

`python -m tests.vectors` makes them; `tests.run` does so while the model is looked after.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from actions.knowledge.index import KnowledgeIndex
from actions.knowledge.vectors import CACHE_FILE
from bot.demo import seed
from bot.operate.training import ROOT
from bot.sentences import encode
from crm_store import crypto, migrate
from crm_store.db import Database

SHARED = ROOT / "data" / "cache"
SECRET = "a secret of a shop that lives for a minute"


async def make() -> None:
    """Encode what is not encoded yet."""
    crypto.use_secret(SECRET)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'articles.db'}")
        await migrate.upgrade(database)
        async with database.transaction() as session:
            await seed.write_articles(session)
        await KnowledgeIndex(database, using=encode, folder=SHARED).warm()
        await database.close()


def lend_to(folder: Path) -> None:
    """A copy for whoever keeps their own; nothing when they have not been made."""
    shared = SHARED / CACHE_FILE
    if shared.exists() and not (folder / CACHE_FILE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared, folder / CACHE_FILE)


if __name__ == "__main__":
    asyncio.run(make())
