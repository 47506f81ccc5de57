"""How long an import of members takes, and how long a customer's message waits to be stored meanwhile.

    python -m benchmarks.imported --members 100000

A file of members as a shop has them (names in two scripts and English, phones, addresses, birthdays) is made, and
taken over by `huike import` in a process of its own; meanwhile this process stores a customer's message every tenth of
a second, as the website does. Wall time and the importing process's own CPU time are told: beside other work the first
says little. `--url` names a PostgreSQL server; a database of its own is made there and dropped at the end.
"""

import asyncio
import csv
import os
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import func, select

from benchmarks.own_database import own_database
from crm_store import conversations, crypto, migrate
from crm_store.db import Database
from crm_store.members import Member
from crm_store.messages import Inbound

SECRET = "the secret of a benchmark, which protects nothing"  # noqa: S105 - a store that lives for minutes
MESSAGE_EVERY_SECONDS = 0.1
HEADER = ("会员编号", "姓名", "性别", "语言", "手机号", "邮箱", "生日", "入会时间", "接收优惠", "偏好")
FAMILIES, GIVEN, GIVEN_EN = "林陈李王張歐黃吴", ("晓月", "志明", "美玲", "雷", "子涵"), ("Sophie", "Sam")
console = Console()


def write_members(target: Path, members: int) -> None:
    """The same file every time."""
    chance = random.Random(7)
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADER)
        for number in range(members):
            born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
            joined = date(2022, 1, 1) + timedelta(days=chance.randrange(1_400))
            rows.writerow(
                (
                    f"HK{1_000_000 + number}",
                    chance.choice(FAMILIES) + chance.choice(GIVEN) if number % 5 else f"{chance.choice(GIVEN_EN)} Lee",
                    chance.choice("女男"),
                    chance.choice(("zh-Hans", "zh-Hant", "en")),
                    f"138{10_000_000 + number}",
                    f"member{number}@example.com",
                    born.isoformat(),
                    joined.isoformat(),
                    chance.choice("是否"),
                    chance.choice(("跑鞋;茶具", "女装", "")),
                )
            )


@contextmanager
def _database(url: str | None, folder: Path) -> Iterator[str]:
    if url is None:
        yield f"sqlite:///{folder / 'shop.db'}"
        return
    with own_database(url, "imported") as made:
        yield made


async def _messages(database: Database, until: asyncio.Event) -> list[float]:
    """Seconds that each message took to be stored, until the event."""
    waits: list[float] = []
    while not until.is_set():
        began = time.monotonic()
        async with database.transaction() as session:
            inbound = Inbound(
                channel="web",
                channel_user_id=f"visitor-{len(waits) % 20}",
                channel_message_id=uuid.uuid4().hex,
                text="我的快递到哪了",
            )
            await conversations.receive(session, inbound)
        waits.append(time.monotonic() - began)
        await asyncio.sleep(MESSAGE_EVERY_SECONDS)
    return waits


async def _import(url: str, file: Path, folder: Path) -> float:
    """Seconds; the child's output goes to ours."""
    environment = os.environ | {
        "HUIKE_DATABASE_URL": url,
        "HUIKE_SECRET_KEY": SECRET,
        "HUIKE_DATA_DIR": str(folder),
        "HUIKE_ACTIONS_SECRET": SECRET,
        "LC_ALL": "C.UTF-8",
    }
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "import", "members", str(file), env=environment
    )
    if await process.wait():
        raise SystemExit("the import did not take every row")
    return time.monotonic() - began


async def measure(members: int, url: str | None) -> None:
    crypto.use_secret(SECRET)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "members.csv"
        write_members(file, members)
        with _database(url, folder) as where:
            database = Database(where)
            await migrate.upgrade(database)
            done = asyncio.Event()
            talking = asyncio.create_task(_messages(database, done))
            seconds = await _import(where, file, folder)
            done.set()
            waits = sorted(await talking)
            async with database.reading() as session:
                stored = await session.scalar(select(func.count()).select_from(Member))
            await database.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    console.print(
        f"{stored:,} members on {'SQLite' if url is None else 'PostgreSQL'}: {seconds:.1f} s, "
        f"{used.ru_utime + used.ru_stime:.1f} s of CPU, {used.ru_maxrss / 1024:.0f} MB. "
        f"{len(waits)} messages stored meanwhile: median {waits[len(waits) // 2]:.3f} s, "
        f"95 % within {waits[int(len(waits) * 0.95)]:.3f} s, longest {waits[-1]:.3f} s."
    )


def main(
    members: Annotated[int, typer.Option(help="how many")] = 100_000,
    url: Annotated[str | None, typer.Option(help="of a PostgreSQL server; by default SQLite")] = None,
) -> None:
    asyncio.run(measure(members, url))


if __name__ == "__main__":
    typer.run(main)
