"""`huike backup` and `huike restore`: one archive with the database, the uploaded files and what Rasa remembers.

The database is copied first: a file is on the disk before its message is in the store, so every file that the copy
tells of is still to be found. The secret is not in it: without HUIKE_SECRET_KEY nobody reads its phone numbers.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from bot.operate.up import StepFailed, opened_database
from bot.settings import Settings
from crm_store import migrate

FORMAT = 1
_MANIFEST, _SQLITE, _DUMP, _TRACKERS = "manifest.json", "huike.db", "huike.dump", "trackers.sqlite3"
_FILES = "attachments"


async def write(settings: Settings, console: Console, file: Path) -> int:
    """Write the archive, which must not exist yet. Returns the exit status."""
    if await asyncio.to_thread(file.exists):
        console.print(f"[red]{file} is there already;[/red] name a new file, so that no older backup is lost.")
        return 2
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        async with opened_database(settings):
            """Opening it looks: a backup under a wrong secret would be of no use."""
        with TemporaryDirectory(prefix="huike-backup-") as folder:
            await _copy_database(settings, Path(folder))
            files = await asyncio.to_thread(_pack, Path(folder), settings.attachments, unfinished)
        unfinished.replace(file)
    except StepFailed as failure:
        console.print(f"[red]No backup:[/red] {failure.what}\n{failure.advice}")
        return 1
    finally:
        unfinished.unlink(missing_ok=True)
    console.print(f"{file}: the database and {files} files.")
    console.print("The secret is not in it: keep HUIKE_SECRET_KEY in another place.")
    return 0


async def read(settings: Settings, console: Console, file: Path) -> int:
    """Put an archive into an empty place and bring it to the newest schema. Returns the exit status."""
    try:
        await _refuse_full_place(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as name:
            folder = Path(name)
            told = await asyncio.to_thread(_unpack, file, folder)
            await _put_database(settings, folder)
            files = await asyncio.to_thread(_put_files, folder, settings)
        async with opened_database(settings) as database:
            await migrate.upgrade(database)
    except StepFailed as failure:
        console.print(f"[red]Not restored:[/red] {failure.what}\n{failure.advice}")
        return 1
    console.print(f"Restored what was written at {told}: the database and {files} files.")
    console.print("Who was erased since then is in it again: carry those wishes out anew (docs/backup.md).")
    return 0


async def _copy_database(settings: Settings, folder: Path) -> None:
    url = make_url(settings.database_url)
    kind = url.get_backend_name()
    if kind == "sqlite":
        await asyncio.to_thread(_copy_sqlite, Path(url.database or ""), folder / _SQLITE)
    else:
        await _run_postgres("pg_dump", url, "--format=custom", "--no-owner", f"--file={folder / _DUMP}")
    kept = (place / _TRACKERS for place in (settings.rasa_dir, settings.data_dir))
    trackers = next((file for file in kept if file.exists()), None)
    if trackers is not None and not settings.tracker_url:
        await asyncio.to_thread(_copy_sqlite, trackers, folder / _TRACKERS)
    manifest = {"format": FORMAT, "database": kind, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    (folder / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _copy_sqlite(source: Path, target: Path) -> None:
    """As it stands at one moment, while others read and write."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _pack(folder: Path, attachments: Path, file: Path) -> int:
    """How many uploaded files went in. Only its owner can read the archive."""
    count = 0
    private = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(private, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
        for path in sorted(attachments.rglob("*")) if attachments.is_dir() else ():
            if path.is_file():
                archive.add(path, arcname=f"{_FILES}/{path.relative_to(attachments).as_posix()}")
                count += 1
    return count


async def _refuse_full_place(settings: Settings) -> None:
    """Raises StepFailed: nothing that is there is written over."""
    async with opened_database(settings) as database, database.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    files = settings.attachments
    if tables or (files.is_dir() and any(files.iterdir())):
        raise StepFailed(
            "There is a database, or there are files, already.",
            "Restore goes into an empty place: set HUIKE_DATA_DIR to a new folder, or HUIKE_DATABASE_URL to an empty "
            "database.",
        )


def _unpack(file: Path, folder: Path) -> str:
    """When the archive was written. Raises StepFailed."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise StepFailed("The archive is of a newer version.", "Restore it with that version of Huike.")
        return str(manifest["at"])
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        raise StepFailed(f"{file} is no whole backup: {type(error).__name__}.", "Take another one.") from error


async def _put_database(settings: Settings, folder: Path) -> None:
    url = make_url(settings.database_url)
    wanted = _SQLITE if url.get_backend_name() == "sqlite" else _DUMP
    if not (folder / wanted).exists():
        raise StepFailed(
            "The archive holds a database of the other kind.",
            "Set HUIKE_DATABASE_URL to an empty one of the kind it was taken from: SQLite or PostgreSQL.",
        )
    if wanted == _DUMP:
        await _run_postgres(
            "pg_restore", url, "--no-owner", "--single-transaction", "--exit-on-error", str(folder / _DUMP)
        )
        return
    copied = settings.model_copy(update={"database_url": f"sqlite:///{folder / _SQLITE}"})
    async with opened_database(copied):
        """Opening it looks: under another secret nothing is put anywhere."""
    target = Path(url.database or "")
    target.parent.mkdir(parents=True, exist_ok=True)
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    _copy_sqlite(folder / _SQLITE, target)


def _put_files(folder: Path, settings: Settings) -> int:
    trackers = settings.rasa_dir / _TRACKERS
    if (folder / _TRACKERS).exists() and not trackers.exists():
        trackers.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / _TRACKERS, trackers)
    if not (folder / _FILES).is_dir():
        return 0
    shutil.copytree(folder / _FILES, settings.attachments, dirs_exist_ok=True)
    return sum(path.is_file() for path in settings.attachments.rglob("*"))


async def _run_postgres(program: str, url: URL, *arguments: str) -> None:
    """Raises StepFailed. The password goes through the environment, where no list of processes shows it."""
    if shutil.which(program) is None:
        raise StepFailed(
            f"{program} is not installed here.",
            "Install PostgreSQL's client programs of the server's version (Debian: postgresql-client), or back the "
            "database up as the server's keeper does; the uploaded files lie in HUIKE_DATA_DIR/attachments.",
        )
    where = [f"--host={url.host or 'localhost'}", f"--port={url.port or 5432}", f"--dbname={url.database}"]
    where += [f"--username={url.username}"] if url.username else []
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    process = await asyncio.create_subprocess_exec(
        program, "--no-password", *where, *arguments, env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode != 0:
        raise StepFailed(f"{program} ended with status {process.returncode}.", said.decode(errors="replace").strip())
