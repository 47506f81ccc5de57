"""How long the nightly valuation takes, and what memory, on a shop as large as wanted; on PostgreSQL.

    python -m benchmarks.value --members 1000000 --lines 10

The shop is made in a database of its own, which is dropped at the end: members of whom a fifth never bought, the others
a skewed number of orders with two lines each over three years, a tenth of the lines below their list price; every
twentieth member answered a survey, every tenth spoke with us. Then `bot.jobs.value.value_members` runs as it does each
night. `--again` runs it once more: a second night, with the first one's rows to be cleared away.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select, text

from benchmarks.own_database import own_database
from bot.jobs.value import value_members
from crm_store import clock, crypto, migrate, tiers, value
from crm_store.clock import now
from crm_store.db import Database
from crm_store.orders import Order, OrderLine
from crm_store.products import Product
from crm_store.value import MemberValue, Yardstick

DEFAULT_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
SAMPLE_SECONDS = 0.25
MB = 1_000_000
PRODUCTS = 100
LINES_OF_AN_ORDER = 2
console = Console()

SHOP = {
    "members": """
        INSERT INTO members (id, number, family_name, given_name, preferred_name, name_key, language, joined_at, status,
            tier_code, interests, marketing_consent, updated_at)
        SELECT n, 'B' || n, '', '', '', '', 'zh-Hans', now() - interval '3 years', 'active', 'bronze', '[]',
            random() < 0.5, now() FROM generate_series(1, :members) AS n""",
    "orders": """
        INSERT INTO orders (id, number, member_id, status, currency, shipping_minor, discount_minor, total_minor,
            placed_at, refund_minor)
        SELECT row_number() OVER (), 'B' || row_number() OVER (), member_id, 'completed',
            CASE WHEN random() < 0.02 THEN 'USD' ELSE 'CNY' END, 0, CASE WHEN random() < 0.1 THEN 1000 ELSE 0 END,
            (3000 + 60000 * random() ^ 3)::int, now() - random() * life, 0
        FROM (SELECT n AS member_id, random() * interval '3 years' AS life,
                CASE WHEN random() < 0.2 THEN 0 ELSE 1 + floor(-ln(1 - random()) * :mean) END::int AS bought
              FROM generate_series(1, :members) AS n OFFSET 0) AS who, generate_series(1, who.bought)
        ORDER BY random()""",
    "order lines": """
        INSERT INTO order_lines (order_id, position, product_id, sku, names, quantity, price_minor)
        SELECT id, place, 1 + (random() * 99)::int, 'B', '{}', 1, CASE WHEN random() < 0.1 THEN 900 ELSE 1000 END
        FROM orders, generate_series(1, 2) AS place""",
    "answers": """
        INSERT INTO survey_answers (kind, score, member_id, at, key)
        SELECT 'nps', floor(random() * 11)::int, n, now() - random() * interval '1 year', 'b' || n
        FROM generate_series(1, :members, 20) AS n""",
    "contacts": """
        INSERT INTO interactions (member_id, channel, at, sentiment, outcome, summary, "references")
        SELECT n, 'web', now() - random() * interval '1 year', CASE WHEN random() < 0.3 THEN 'negative' ELSE 'positive'
            END, 'answered', '', '{}' FROM generate_series(1, :members, 10) AS n, generate_series(1, 4)""",
}


@contextmanager
def _peak_of_this_process() -> Iterator[list[int]]:
    """The highest resident memory of this process, and of it with its PostgreSQL servers' own, while the block runs."""
    peak, own, over = [0, 0], psutil.Process(), threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            mine = own.memory_info().rss
            servers = sum(_private(each) for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres")
            peak[0], peak[1] = max(peak[0], mine), max(peak[1], mine + servers)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield peak
    over.set()
    watcher.join()


def _private(process: psutil.Process) -> int:
    """Resident bytes that are not shared; 0 for one that has gone."""
    try:
        memory = process.memory_info()
    except psutil.Error:
        return 0
    return int(memory.rss - memory.shared)


async def fill(database: Database, members: int, lines: float) -> None:
    """The shop, with a line of progress for each table."""
    mean = max(lines / LINES_OF_AN_ORDER / 0.8 - 0.5, 0.1)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        async with database.transaction() as session:
            await tiers.ensure_defaults(session)
            session.add_all(
                Product(sku=f"B{n}", names={}, category="b", price_minor=1000, list_price_minor=1000)
                for n in range(PRODUCTS)
            )
        async with database.engine.begin() as connection:
            for name, statement in SHOP.items():
                task = progress.add_task(name, total=1)
                facts = {"members": members, "mean": mean}
                wanted = {key: each for key, each in facts.items() if f":{key}" in statement}
                await connection.execute(text(statement), wanted)
                progress.advance(task)
        async with database.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def night(database: Database) -> None:
    """One valuation: time, memory, and what came of it."""
    with _peak_of_this_process() as peak, console.status("valuing"):
        began, processor = time.perf_counter(), time.process_time()
        members = await value_members(database)
        seconds, spent = time.perf_counter() - began, time.process_time() - processor
    async with database.reading() as session:
        run = await value.latest_run(session)
        assert run is not None
        orders = await session.scalar(select(func.count()).select_from(Order))
        lines = await session.scalar(select(func.count()).select_from(OrderLine))
        rows = await session.scalar(select(func.count()).select_from(MemberValue))
    console.print(
        f"{members:,} members, {orders:,} orders, {lines:,} lines: {seconds:.0f} s "
        f"({spent:.0f} s of this process), {rows:,} rows kept; memory at most {peak[0] / MB:.0f} MB, with PostgreSQL's "
        f"own {peak[1] / MB:.0f} MB; {Yardstick.of(run.yardstick).method}; {psutil.cpu_count()} cores"
    )


async def run(server: str, members: int, lines: float, again: bool) -> None:
    with own_database(server, "value") as url:
        database = Database(url)
        try:
            await migrate.upgrade(database)
            await fill(database, members, lines)
            await night(database)
            if again:
                with clock.frozen(now() + timedelta(days=1)):
                    await night(database)
        finally:
            await database.close()


def main(
    members: Annotated[int, typer.Option(min=1)] = 50_000,
    lines: Annotated[float, typer.Option(min=1, help="order lines for each member")] = 10,
    again: Annotated[bool, typer.Option(help="a second night too")] = False,
    server: str = DEFAULT_URL,
) -> None:
    crypto.use_secret("a secret of this benchmark and of nothing else")
    asyncio.run(run(server, members, lines, again))


if __name__ == "__main__":
    typer.run(main)
