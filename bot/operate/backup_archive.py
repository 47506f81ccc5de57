"""The file of a backup: how it is packed, and how one that is not as it was packed is found out.

Its manifest, the last member, holds a SHA-256 of every other. Archives from before that have none; for them the CRC at
the end of the gzip stream stands in, which `tarfile` by itself never reads.
"""

import gzip
import hashlib
import json
import os
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from bot.operate.up import StepFailed

FORMAT = 1
SQLITE, DUMP, TRACKERS, FILES = "huike.db", "huike.dump", "trackers.sqlite3", "attachments"
_MANIFEST = "manifest.json"
_PIECE_BYTES = 1 << 20
_OTHER_ONE = "Nothing was restored. Fetch this archive anew from where it is kept, or take an older one."


class _NotWhole(Exception):
    """What is wrong with an archive, in words."""


class _Summed:
    """A file that is read once, with the sum of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sum.update(data)
        return data

    def sum(self) -> str:
        return self._sum.hexdigest()


def begun(file: Path) -> BinaryIO:
    """The file an archive is written to, which only its owner can read. Raises OSError."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def pack(folder: Path, attachments: Path, raw: BinaryIO, *, database: str) -> int:
    """Write the copies in `folder` and the uploaded files; how many of these there are. `database`: of which kind."""
    sums: dict[str, str] = {}
    # Dereferenced: a second name of a file is packed as the file, which can be summed.
    with tarfile.open(fileobj=raw, mode="w:gz", dereference=True) as archive:
        for name in (SQLITE, DUMP, TRACKERS):
            if (folder / name).exists():
                sums[name] = _add(archive, folder / name, name)
        copies = len(sums)
        for path in sorted(attachments.rglob("*")) if attachments.is_dir() else ():
            name = f"{FILES}/{path.relative_to(attachments).as_posix()}"
            with suppress(FileNotFoundError):  # erased since the folder was listed
                if path.is_file():
                    sums[name] = _add(archive, path, name)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = json.dumps({"format": FORMAT, "database": database, "at": at, "sha256": sums}).encode()
        about = tarfile.TarInfo(_MANIFEST)
        about.size, about.mode = len(manifest), 0o600
        archive.addfile(about, BytesIO(manifest))
    raw.flush()
    os.fsync(raw.fileno())
    return len(sums) - copies


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    with path.open("rb") as file:
        summed = _Summed(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), summed)
    return summed.sum()


def unpack(file: Path, folder: Path) -> str:
    """When the archive was written. Raises StepFailed when it is not as it was written."""
    try:
        _extract(file, folder)
        manifest = _manifest(folder)
        if "sha256" in manifest:
            _compare(folder, manifest["sha256"])
        return str(manifest["at"])
    except _NotWhole as found:
        raise StepFailed(f"{file} is no whole backup: {found}.", _OTHER_ONE) from found
    except gzip.BadGzipFile as error:
        raise StepFailed(f"{file} is no whole backup: {error}.", _OTHER_ONE) from error
    except OSError as error:
        said = error.strerror or str(error)
        raise StepFailed(
            f"{file} cannot be unpacked: {said}.", "Nothing was restored; put that right first."
        ) from error
    except (EOFError, zlib.error, tarfile.TarError, ValueError) as error:
        raise StepFailed(f"{file} is no whole backup: {error}.", _OTHER_ONE) from error


def _extract(file: Path, folder: Path) -> None:
    """As a stream, member by member, and then to its very end, where the CRC stands that `gzip` compares."""
    with gzip.open(file) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                archive.extract(member, folder, filter="data")
        while stream.read(_PIECE_BYTES):
            pass


def _manifest(folder: Path) -> dict[str, Any]:
    """Raises StepFailed for one of a newer version, _NotWhole for one that no version has written."""
    if not (folder / _MANIFEST).is_file():
        raise _NotWhole(f"it has no {_MANIFEST}")
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _NotWhole(f"its {_MANIFEST} cannot be read") from error
    if not isinstance(manifest, dict) or not {"format", "at"} <= manifest.keys():
        raise _NotWhole(f"its {_MANIFEST} is not one of ours")
    if manifest["format"] != FORMAT:
        raise StepFailed("The archive is of a newer version.", "Restore it with that version of Huike.")
    return manifest


def _compare(folder: Path, sums: object) -> None:
    """Raises _NotWhole when a file is missing, is one too many or has another sum than when it was packed."""
    if not isinstance(sums, dict):
        raise _NotWhole(f"its {_MANIFEST} is not one of ours")
    there = set(_names(folder)) - {_MANIFEST}
    for name in sorted(there ^ sums.keys()):
        raise _NotWhole(f"{name} {'does not belong to it' if name in there else 'is missing'}")
    for name, packed in sums.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != packed:
                raise _NotWhole(f"{name} is not as it was when it was packed")


def _names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def damage(file: Path) -> str:
    """What is wrong with a copy of an SQLite database, empty when nothing is: every page and index is looked at."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            ((first,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    if first != "ok":
        return " ".join(str(first).split())
    return "" if tables else "it holds no tables"
