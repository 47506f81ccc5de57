"""Brings a database to the newest schema; run at every start and safe to run again or from two processes at once."""

import importlib
import pkgutil
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import crm_store
from crm_store.db import Base, Database

MIGRATION_LOCK = 0x4875696B65  # "Huike" in ASCII: the advisory lock that lets one replica migrate at a time


def import_all_tables() -> None:
    """Import every module of the store, so that the metadata knows all tables."""
    for module in pkgutil.walk_packages(crm_store.__path__, "crm_store."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("crm_store") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, revision: str = "head") -> None:
    """Apply all migrations up to `revision`."""

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        command.upgrade(_config(connection), revision)

    async with database.engine.begin() as connection:
        await connection.run_sync(run)


async def differences(database: Database) -> list[Any]:
    """What stands in the tables' definitions but not in the database, or the other way round; empty when they agree."""
    import_all_tables()

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


async def new_revision(database: Database, message: str) -> None:
    """Write a migration script for what changed in the tables' definitions; for developers."""

    def run(connection: Connection) -> None:
        command.revision(_config(connection), message=message, autogenerate=True)

    async with database.engine.begin() as connection:
        await connection.run_sync(run)
