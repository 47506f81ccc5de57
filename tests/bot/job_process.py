"""A scheduler in a process of its own, to be killed in the middle of a job: `… -m tests.bot.job_process URL FILE`.

URL is the database's. It makes FILE when the job has begun, and would go on for a minute.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.desk.scheduler import Job, Scheduler
from bot.desk.signals import Signals
from bot.desk.worker import worker_name
from crm_store.db import Database


async def main(database_url: str, file: str) -> None:
    async def slow() -> None:
        Path(file).touch()  # noqa: ASYNC240 - nothing else waits
        await asyncio.sleep(60)

    await Scheduler(Database(database_url), Signals(), [Job("slow", timedelta(hours=6), slow)], worker_name()).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
