"""A worker in a process of its own, to be killed by tests: `… -m tests.bot.worker_process DATABASE_URL RASA_URL FILE`.

It delivers by writing a line `user<TAB>text` to FILE, flushed to the system before the channel answers.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot.desk.channel import Limits, Outbound
from bot.desk.delivery import Delivery
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from bot.desk.worker import Worker
from crm_store import crypto
from crm_store.db import Database
from tests.bot.dialogue_server import SECRET
from tests.conftest import TEST_SECRET


class FileChannel:
    name = "test"
    limits = Limits()
    needs_outbox = True

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(self, outbound: Outbound) -> str | None:
        os.write(self._file, f"{outbound.channel_user_id}\t{outbound.message_id}\t{outbound.text}\n".encode())
        return None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


async def main(database_url: str, rasa_url: str, path: str) -> None:
    crypto.use_secret(TEST_SECRET)
    database, signals = Database(database_url), Signals()
    async with Dialogue(rasa_url, secret=SECRET) as dialogue:
        desk = Desk(database, dialogue, signals)
        delivery = Delivery(database, [FileChannel(Path(path))], signals)
        await Worker(desk, delivery, signals, poll_s=0.1).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
