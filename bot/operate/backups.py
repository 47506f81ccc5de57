"""`huike backup` and `huike restore`: one archive with the database, the uploaded files and what Rasa remembers.

The database is copied first: a file is on the disk before its message is in the store, so every file that the copy
tells of is still to be found. The secret is not in it: without HUIKE_SECRET_KEY nobody reads its phone numbers.
"""

import asyncio
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from rich.console import Console
from rich.markup import escape
from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from bot.operate import backup_archive
from bot.operate.backup_archive import DUMP, FILES, SQLITE, TRACKERS
from bot.operate.up import StepFailed, key_told, opened_database
from bot.settings import Settings
from crm_store import keys, migrate
from crm_store.keys import StoreKey

_KEY_ROW = re.compile(r"^COPY \S+ \((?P<columns>.+)\) FROM stdin;\n(?!\\\.)(?P<row>.+)$", re.MULTILINE)
_NULL = "\\N"


async def write(settings: Settings, console: Console, file: Path) -> int:
    """Write the archive, which must not exist yet. Returns the exit status."""
    unfinished = file.with_name(f".{file.name}.unfinished") if file.name else file
    try:
        if await asyncio.to_thread(file.exists):
            said = f"[red]{escape(str(file))} is there already;[/red] name a new file, so that no older backup is lost."
            console.print(said)
            return 2
        raw = await asyncio.to_thread(backup_archive.begun, unfinished)
    except OSError as error:
        console.print(f"[red]No backup:[/red] {escape(str(file))} cannot be written: {error.strerror}.")
        console.print("Name a file in a folder that is there and that you may write to.")
        return 2
    try:
        with raw:
            files = await _write_to(raw, settings)
        unfinished.replace(file)
    except StepFailed as failure:
        console.print(f"[red]No backup:[/red] {escape(failure.what)}\n{escape(failure.advice)}")
        return 1
    except OSError as error:
        console.print(f"[red]No backup:[/red] {escape(str(error))}.\nPut that right and run this again.")
        return 1
    finally:
        unfinished.unlink(missing_ok=True)
    console.print(f"{escape(str(file))}: the database and {files} files.")
    console.print("The secret is not in it: keep HUIKE_SECRET_KEY in another place.")
    return 0


async def _write_to(raw: BinaryIO, settings: Settings) -> int:
    """How many uploaded files went in. Raises StepFailed."""
    # Opening it looks: a backup under a wrong secret, or of a database that is another, would be of no use.
    if not await _tables(settings):
        raise StepFailed(
            "There is nothing in the database.",
            "Look whether HUIKE_DATA_DIR and HUIKE_DATABASE_URL are those of the shop.",
        )
    with TemporaryDirectory(prefix="huike-backup-") as folder:
        kind = await _copy_database(settings, Path(folder))
        return await asyncio.to_thread(backup_archive.pack, Path(folder), settings.attachments, raw, database=kind)


async def read(settings: Settings, console: Console, file: Path) -> int:
    """Put an archive into an empty place and bring it to the newest schema. Returns the exit status."""
    try:
        await _refuse_full_place(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as name:
            folder = Path(name)
            told = await asyncio.to_thread(backup_archive.unpack, file, folder)
            await _put_database(settings, folder)
            files = await asyncio.to_thread(_put_files, folder, settings)
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
    except StepFailed as failure:
        console.print(f"[red]Not restored:[/red] {escape(failure.what)}\n{escape(failure.advice)}")
        return 1
    except OSError as error:
        console.print(f"[red]Not restored:[/red] {escape(str(error))}.")
        console.print("Put that right, empty the place again (database and data folder) and run this once more.")
        return 1
    console.print(f"Restored what was written at {escape(told)}: the database and {files} files.")
    console.print("Who was erased since then is in it again: carry those wishes out anew (docs/backup.md).")
    return 0


async def _copy_database(settings: Settings, folder: Path) -> str:
    """The kind of the database. Raises StepFailed, also when what was copied is damaged: no restore would take it."""
    url = make_url(settings.database_url)
    kind = url.get_backend_name()
    if kind == "sqlite":
        source, advice = Path(url.database or ""), "Stop Huike, move the file away and restore the newest whole backup."
        await asyncio.to_thread(_copy_sqlite, source, folder / SQLITE, advice)
        if damage := await asyncio.to_thread(backup_archive.damage, folder / SQLITE):
            raise StepFailed(f"{source} is damaged: {damage}.", advice)
    else:
        await _run_postgres("pg_dump", url, "--format=custom", "--no-owner", f"--file={folder / DUMP}")
    kept = (place / TRACKERS for place in (settings.rasa_dir, settings.data_dir))
    trackers = next((file for file in kept if file.exists()), None)
    if trackers is not None and not settings.tracker_url:
        advice = "Stop Huike and move the file away: conversations go on, an open form begins anew."
        await asyncio.to_thread(_copy_sqlite, trackers, folder / TRACKERS, advice)
    return kind


def _copy_sqlite(source: Path, target: Path, advice: str) -> None:
    """As it stands at one moment, while others read and write. Raises StepFailed with the advice."""
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
    except sqlite3.DatabaseError as error:
        raise StepFailed(f"{source} cannot be copied: {error}.", advice) from error


async def _tables(settings: Settings) -> list[str]:
    """Raises StepFailed when the database cannot be used."""
    async with opened_database(settings) as database, database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: inspect(sync).get_table_names())


async def _refuse_full_place(settings: Settings) -> None:
    """Raises StepFailed: nothing that is there is written over."""
    files = settings.attachments
    if await _tables(settings) or (files.is_dir() and any(files.iterdir())):
        raise StepFailed(
            "There is a database, or there are files, already.",
            "Restore goes into an empty place: set HUIKE_DATA_DIR to a new folder, or HUIKE_DATABASE_URL to an empty "
            "database.",
        )


async def _put_database(settings: Settings, folder: Path) -> None:
    url = make_url(settings.database_url)
    wanted = SQLITE if url.get_backend_name() == "sqlite" else DUMP
    if not (folder / wanted).exists():
        raise StepFailed(
            "The archive holds a database of the other kind.",
            "Set HUIKE_DATABASE_URL to an empty one of the kind it was taken from: SQLite or PostgreSQL.",
        )
    if wanted == DUMP:
        await _refuse_another_key(folder / DUMP)
        await _run_postgres(
            "pg_restore", url, "--no-owner", "--single-transaction", "--exit-on-error", str(folder / DUMP)
        )
        return
    if damage := await asyncio.to_thread(backup_archive.damage, folder / SQLITE):
        raise StepFailed(
            f"The database in the archive is damaged: {damage}.", "Nothing was restored; take an older one."
        )
    copied = settings.model_copy(update={"database_url": f"sqlite:///{folder / SQLITE}"})
    async with opened_database(copied):
        """Opening it looks: under another secret nothing is put anywhere."""
    target = Path(url.database or "")
    target.parent.mkdir(parents=True, exist_ok=True)
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    _copy_sqlite(folder / SQLITE, target, "Make room, remove the file and run this again.")


async def _refuse_another_key(dump: Path) -> None:
    """Raises StepFailed where the dump was written under another secret, before anything of it is put anywhere."""
    rows = dump.with_suffix(".key")
    await _run("pg_restore", "--data-only", f"--table={StoreKey.__tablename__}", f"--file={rows}", str(dump))
    told = rows.read_text(encoding="utf-8")
    if (found := _KEY_ROW.search(told)) is None:
        return
    row = dict(zip(found["columns"].split(", "), found["row"].split("\t"), strict=True))
    with key_told():
        keys.check_proof(row["proof"], is_rotating=row["rotating_since"] != _NULL)


def _put_files(folder: Path, settings: Settings) -> int:
    trackers = settings.rasa_dir / TRACKERS
    if (folder / TRACKERS).exists() and not trackers.exists():
        trackers.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / TRACKERS, trackers)
    if not (folder / FILES).is_dir():
        return 0
    shutil.copytree(folder / FILES, settings.attachments, dirs_exist_ok=True)
    return sum(path.is_file() for path in settings.attachments.rglob("*"))


async def _run_postgres(program: str, url: URL, *arguments: str) -> None:
    """Raises StepFailed. The password goes through the environment, where no list of processes shows it."""
    where = [f"--host={url.host or 'localhost'}", f"--port={url.port or 5432}", f"--dbname={url.database}"]
    where += [f"--username={url.username}"] if url.username else []
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    await _run(program, "--no-password", *where, *arguments, **password)


async def _run(program: str, *arguments: str, **environment: str) -> None:
    """Raises StepFailed."""
    if shutil.which(program) is None:
        raise StepFailed(
            f"{program} is not installed here.",
            "Install PostgreSQL's client programs of the server's version (Debian: postgresql-client), or back the "
            "database up as the server's keeper does; the uploaded files lie in HUIKE_DATA_DIR/attachments.",
        )
    process = await asyncio.create_subprocess_exec(
        program, *arguments, env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode != 0:
        raise StepFailed(f"{program} ended with status {process.returncode}.", said.decode(errors="replace").strip())
