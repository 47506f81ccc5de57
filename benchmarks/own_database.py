"""A database on PostgreSQL that is made for one run and dropped after it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url


@contextmanager
def own_database(server: str, what: str, *, keep: bool = False) -> Iterator[str]:
    """Its address. `server`: of any database there, as somebody who may make others; `what` is measured; `keep`: it
    stays after the run."""
    name = f"huike_{what}_{uuid.uuid4().hex[:8]}"
    admin = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        if not keep:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
