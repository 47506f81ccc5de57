"""What archiving saves and costs: bytes a message, conversations a second, and how long an archived one takes to open.

    python -m benchmarks.capacity.archived --members 20000 --messages 400000 --write

A shop of three years is made on PostgreSQL (as `python -m benchmarks.capacity` makes it) and copied into a file of
SQLite; on each everything that the policy takes for old is archived by the job's own operation. Sizes are of tables
that were written anew, before and after, so that what deleted rows leave behind is in neither.
"""

import asyncio
import sqlite3
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import make_url

from benchmarks.capacity.__main__ import DEFAULT_SERVER, SECRET, made, pace
from benchmarks.document import CAPACITY, put_between
from benchmarks.own_database import own_database
from crm_store import conversations, crypto, messages, migrate, search
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Base, Database
from crm_store.messages import Audience, Message

BEGIN, END = "<!-- archived: begin -->", "<!-- archived: end -->"
HOT, COLD = ("messages", "message_words"), ("archived_conversations", "archived_words")
OPENED = 200
"""Old conversations whose history is read, before and after."""
SEARCHED = 5
NOBODY_SAID = "犀牛角"
COPIED_AT_A_TIME = 2000
console = Console()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Rows of `messages`, bytes of the hot and of the cold tables with their indexes, and milliseconds of reads."""

    messages: int
    hot: int
    cold: int
    opening: float
    searching: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One database before and after; `conversations` went into the archive in so many `seconds`."""

    before: Standing
    after: Standing
    conversations: int
    seconds: float

    @property
    def messages(self) -> int:
        """How many went into the archive."""
        return self.before.messages - self.after.messages

    def rows(self) -> dict[str, str]:
        """The figures by what they are."""
        before, after = self.before, self.after
        return {
            "messages, of them archived": f"{before.messages:,}, {self.messages:,}",
            "bytes a message with a row of its own, and its words": f"{before.hot / before.messages:,.0f}",
            "bytes a message in the archive, and its words": f"{after.cold / self.messages:,.0f}",
            "all of them, before": f"{(before.hot + before.cold) / 1e6:,.1f} MB",
            "all of them, after": f"{(after.hot + after.cold) / 1e6:,.1f} MB, of it hot {after.hot / 1e6:,.1f} MB",
            "archived a second": f"{self.conversations / self.seconds:,.0f} conversations, "
            f"{self.messages / self.seconds:,.0f} messages",
            "an old conversation's history, median, before, after": f"{before.opening:.1f} ms, {after.opening:.1f} ms",
            "a search for words nobody said, before, after": f"{before.searching:,.0f} ms, {after.searching:,.0f} ms",
        }


async def outcome(database: Database) -> Outcome:
    """Archive what is old in a shop that is used by nobody else."""
    old = await _old(database)
    before = await _standing(database, old)
    begun, beyond, done = perf_counter(), None, 0
    while True:
        async with database.transaction(bulk=True) as session:
            archived = await conversations.archive(session, beyond=beyond)
        done, beyond = done + archived.conversations, archived.reached
        if beyond is None:
            break
    seconds = perf_counter() - begun
    return Outcome(before=before, after=await _standing(database, old), conversations=done, seconds=seconds)


async def _old(database: Database) -> Sequence[str]:
    """Conversations that were closed first, from all over them."""
    async with database.reading() as session:
        closed = select(Conversation.id).where(Conversation.state == ConversationState.CLOSED)
        found = (await session.scalars(closed.order_by(Conversation.closed_at))).all()
    first = found[: len(found) // 2]
    return first[:: max(1, len(first) // OPENED)][:OPENED]


async def _standing(database: Database, old: Sequence[str]) -> Standing:
    await _tidy(database)
    hot, cold = [await _size(database, tables) for tables in (HOT, COLD)]
    opening, searching = [], []
    async with database.reading() as session:
        count = await session.scalar(select(func.count()).select_from(Message)) or 0
    for each in old:
        async with database.reading() as session:
            begun = perf_counter()
            found = await messages.history(session, each, audience=Audience.STAFF)
            opening.append(perf_counter() - begun)
            assert found, each
    for _ in range(SEARCHED):
        async with database.reading() as session:
            begun = perf_counter()
            assert not await search.saying(session, NOBODY_SAID, limit=8)
            searching.append(perf_counter() - begun)
    return Standing(
        messages=count, hot=hot, cold=cold,
        opening=1000 * statistics.median(opening), searching=1000 * statistics.median(searching),
    )  # fmt: skip


async def _tidy(database: Database) -> None:
    """Write the tables anew, without what deleted rows have left."""
    if database.is_sqlite:
        with closing(_file(database)) as connection:
            connection.execute("VACUUM")
        return
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("VACUUM (FULL, ANALYZE)")


async def _size(database: Database, tables: Sequence[str]) -> int:
    names = ", ".join(f"'{name}'" for name in tables)
    if database.is_sqlite:
        of_them = f"SELECT name FROM sqlite_master WHERE tbl_name IN ({names})"  # noqa: S608 - names of our own tables
        with closing(_file(database)) as connection:
            found: int = connection.execute(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({of_them})").fetchone()[0]  # noqa: S608
        return found
    async with database.engine.connect() as connection:
        relations = f"SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables WHERE relname IN ({names})"  # noqa: S608
        return int(await connection.scalar(text(relations)) or 0)


def _file(database: Database) -> sqlite3.Connection:
    return sqlite3.connect(make_url(database.url).database or "", isolation_level=None)


@asynccontextmanager
async def copied(shop: Database, folder: Path) -> AsyncIterator[Database]:
    """The same shop in a file of SQLite."""
    copy = Database(f"sqlite:///{folder / 'shop.db'}")
    try:
        await migrate.upgrade(copy)
        async with shop.engine.connect() as source, copy.transaction(bulk=True) as session:
            target = await session.connection()
            await target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table in Base.metadata.sorted_tables:
                await target.execute(table.delete())
                async for rows in (await source.stream(select(table))).mappings().partitions(COPIED_AT_A_TIME):
                    await target.execute(insert(table), [dict(row) for row in rows])
        yield copy
    finally:
        await copy.close()


async def run(server: str, *, members: int, count: int) -> dict[str, Outcome]:
    with own_database(server, "archived") as url, tempfile.TemporaryDirectory() as folder:
        shop = Database(url)
        try:
            await made(shop, members, count)
            console.print("made; copying")
            async with copied(shop, Path(folder)) as copy:
                found = {"SQLite": await outcome(copy)}
            return {"PostgreSQL": await outcome(shop), **found}
        finally:
            await shop.close()


def section(found: dict[str, Outcome], load: float) -> str:
    """The part of the document that is measured."""
    rows = {name: each.rows() for name, each in found.items()}
    lines = [
        f"- {psutil.cpu_count()} cores, load {load:.1f} at the start; ten million additions took {pace():.2f} s of a "
        f"processor; `privacy.archive_after` as it ships",
        "",
        f"| | {' | '.join(rows)} |",
        f"|---|{'---:|' * len(rows)}",
    ]
    first: dict[str, Any] = next(iter(rows.values()))
    lines += [f"| {what} | {' | '.join(each[what] for each in rows.values())} |" for what in first]
    return "\n".join(lines)


def main(
    members: Annotated[int, typer.Option(min=500)] = 20_000,
    count: Annotated[int, typer.Option("--messages", min=5000)] = 400_000,
    write: bool = False,
    server: str = DEFAULT_SERVER,
) -> None:
    crypto.use_secret(SECRET)
    load = psutil.getloadavg()[0]
    found = asyncio.run(run(server, members=members, count=count))
    table = Table("", *found)
    rows = [each.rows() for each in found.values()]
    for what in rows[0]:
        table.add_row(what, *(each[what] for each in rows))
    console.print(table)
    if write:
        put_between(CAPACITY, BEGIN, END, section(found, load))


if __name__ == "__main__":
    typer.run(main)
