"""What SQLAlchemy has compiled for one test's engine serves the engines of the tests after it.

A statement is compiled once for each engine, and every test has engines of its own: compiling was a third of what a
test cost. Here the engines of one process share what was compiled, as all requests of a running app do; a statement
whose cache key leaves something out is therefore found by the tests and not first by a shop.
"""

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

from crm_store import db
from crm_store.sqlite_inline import InlineDialect

DIALECTS = (InlineDialect, SQLiteDialect_aiosqlite, PGDialectAsync_psycopg)
"""Those that the store opens, each always with the same settings: what is compiled for one holds for the next."""
REMEMBERED = 5000
"""Compiled statements that are kept, more than the program has."""


def share() -> None:
    """From now on every `Database` of this process uses what was compiled for the others."""
    for dialect in DIALECTS:
        # A compiled statement is found again under its dialect, and each engine makes itself a new one. The methods are
        # replaced on the class, which types do not allow, because Python looks them up nowhere else.
        dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign,assignment]
        dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign,assignment]
    compiled = LRUCache[Any, Any](REMEMBERED)
    create = db.create_async_engine

    def create_sharing(*arguments: Any, **options: Any) -> Any:
        engine = create(*arguments, **options)
        engine.sync_engine._compiled_cache = compiled
        return engine

    db.create_async_engine = create_sharing
