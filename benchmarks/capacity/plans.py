"""Which statements an operation makes, and by which plans PostgreSQL runs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sqlalchemy import event

from crm_store.db import Database

OPEN_ONLY = frozenset({"ix_conversations_waiting", "ix_conversations_in_hand", "ix_promises_open"})
"""Indexes that hold only what is open: they do not grow with the past, and lists read all of them."""
LARGE_FROM_PAGES = 16
"""Of 8 kB. In a smaller table a look from one end to the other is the quickest, whatever indexes there are."""
READS_ALL = frozenset({"Sort", "Hash", "Aggregate", "WindowAgg", "Bitmap Index Scan"})
"""Nodes that take all that comes from below before they give the first row."""


@dataclass(slots=True)
class Statement:
    """One statement as it went to the driver. `seconds`: until its result was there, the way to the server included."""

    sql: str
    values: Any
    seconds: float = 0.0


@dataclass(slots=True)
class Recorded:
    statements: list[Statement] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.statements)


@contextmanager
def recorded(database: Database) -> Iterator[Recorded]:
    """The statements made on this database in the block."""
    found, engine = Recorded(), database.engine.sync_engine
    begun: list[float] = []

    def before(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        found.statements.append(Statement(sql, values[0] if many else values))
        begun.append(perf_counter())

    def after(*_rest: Any) -> None:
        found.statements[-1].seconds = perf_counter() - begun.pop()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


async def plan_of(database: Database, statement: Statement) -> dict[str, Any]:
    """PostgreSQL's plan, as JSON; the statement is not run."""
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.values)
        return dict(found.scalar_one()[0]["Plan"])


async def told(database: Database, statement: Statement) -> str:
    """The plan as text; of what only reads with the times and blocks of running it."""
    options = "ANALYZE, BUFFERS" if statement.sql.startswith("SELECT") else "COSTS"
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN ({options}) {statement.sql}", statement.values)
        return "\n".join(line for (line,) in found)


async def large(database: Database) -> set[str]:
    """The tables that are large enough for an index to be worth it."""
    query = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages >= {LARGE_FROM_PAGES}"  # noqa: S608 - a number of this module
    async with database.engine.connect() as connection:
        return {name for (name,) in await connection.exec_driver_sql(query)}


def read_through(plan: dict[str, Any]) -> set[str]:
    """The tables that the plan reads from one end to the other: the table itself, or an index in which nothing is
    looked for."""
    return {str(node["Relation Name"]) for node in _nodes(plan) if _is_whole(node)}


def _is_whole(node: dict[str, Any]) -> bool:
    if node["Node Type"] == "Seq Scan":
        return True
    over_index = node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node
    return over_index and not node["_limited"] and node["Index Name"] not in OPEN_ONLY


def _nodes(plan: dict[str, Any], *, limited: bool = False) -> Iterator[dict[str, Any]]:
    """Every node; `_limited`: a LIMIT above stops it before its end, with nothing between that reads all first."""
    limited = plan["Node Type"] == "Limit" or (limited and plan["Node Type"] not in READS_ALL)
    yield {**plan, "_limited": limited}
    for child in plan.get("Plans", ()):
        yield from _nodes(child, limited=limited)
