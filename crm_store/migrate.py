"""Brings a database to the newest schema; run at every start and safe to run again or from two processes at once."""

import asyncio
import importlib
import os
import pkgutil
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection, text

import crm_store
from crm_store.db import Base, Database

VERSIONS = Path(str(files("crm_store") / "migrations" / "versions"))
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


async def new_revision(message: str, *, folder: Path = VERSIONS) -> Path | None:
    """Write the migration from the newest schema to what the tables' definitions say now; for developers.

    It is found on an empty SQLite file. Gives the script's path, None when nothing has changed.
    """

    def run(connection: Connection) -> Path:
        config = _config(connection)
        if folder != VERSIONS:
            config.set_main_option("version_locations", f"{VERSIONS}{os.pathsep}{folder}")
            config.set_main_option("path_separator", "os")
        number = 1 + max(int(path.name[:4]) for path in VERSIONS.glob("[0-9]*.py"))
        written = command.revision(
            config, message=message, autogenerate=True, rev_id=f"{number:04d}", version_path=str(folder)
        )
        assert isinstance(written, Script)
        return Path(written.path)

    with TemporaryDirectory() as empty:
        database = Database(f"sqlite:///{empty}/empty.db")
        try:
            await upgrade(database)
            if not await differences(database):
                return None
            async with database.engine.begin() as connection:
                return await connection.run_sync(run)
        finally:
            await database.close()


if __name__ == "__main__":
    if asyncio.run(new_revision(" ".join(sys.argv[1:]))) is None:  # Alembic itself says what it has written
        print("The tables are as the migrations make them: nothing to write.")
