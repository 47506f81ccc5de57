"""Files that came with messages: where they lie, and which of them no message tells of any more.

A message's attachment names its file by `ref`, a path below the folder. The row is written after the file and erased
before it, so a file without a row is either on its way in or left over; its age tells which.
"""

import asyncio
import contextlib
import os
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from itertools import batched
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse

from crm_store import messages
from crm_store.clock import now
from crm_store.db import Database

KEPT_WITHOUT_MESSAGE = timedelta(days=1)
"""For so long Telegram delivers again what was not acknowledged; until then a file may still get its message."""

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Kinds that a browser may show; anything else, drawings with scripts in them too, is only downloaded."""

MEBIBYTE = 1024 * 1024
FILE_LIMIT_BYTES = MappingProxyType({"telegram": 20 * MEBIBYTE, "web": 20 * MEBIBYTE})
"""The largest file an agent may send, by channel; a channel that is not named carries none."""

_PHOTO_LIMIT_BYTES = 10 * MEBIBYTE
"""A larger picture goes out as a file: Telegram takes no larger photo."""

# A file runs nothing, whatever it says it is, and no store on the way keeps it.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}

NAME_LIMIT = 120
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}", re.ASCII)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_AT_A_TIME = 1000


def safe_name(name: str) -> str:
    """Somebody's name for a file, without what could lead out of a folder or disguise its ending."""
    stem, suffix = os.path.splitext(_UNSAFE.sub("_", name).strip(" ."))
    return (stem[: NAME_LIMIT - len(suffix[:9])] + suffix[:9]) or "file"


def suffix_of(name: str) -> str:
    """The ending of a file's name with its dot, in small letters; nothing when it is none that files have."""
    suffix = os.path.splitext(name)[1].lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def described(name: str, mime: str, size: int, *, under: str = "console") -> dict[str, Any]:
    """The attachment of a message for a file that an agent sends, or that came `under` a channel's name, with a new
    `ref`. `size`: bytes."""
    name, number = safe_name(name), uuid.uuid4().hex
    is_photo = mime in PICTURES and size <= _PHOTO_LIMIT_BYTES
    ref = f"{under}/{number[:2]}/{number}{suffix_of(name)}"
    return {"kind": "image" if is_photo else "file", "name": name, "mime": mime[:100], "size": size, "ref": ref}


def stored(folder: Path, ref: object) -> Path | None:
    """The file of that `ref`; None when there is none, or when the path would lead out of `folder`."""
    path = (folder / str(ref)).resolve() if ref else folder
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def is_picture(attachment: Mapping[str, Any]) -> bool:
    """Whether a browser may show it."""
    return attachment.get("mime") in PICTURES


def served(path: Path, attachment: Mapping[str, Any]) -> FileResponse:
    """The file, for a browser that may have it: pictures to look at, everything else to download."""
    shown = is_picture(attachment)
    name = quote(str(attachment.get("name") or path.name), safe="")
    disposition = f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}"
    return FileResponse(
        path,
        media_type=str(attachment["mime"]) if shown else "application/octet-stream",
        headers={**_HEADERS, "Content-Disposition": disposition},
    )


async def remove_orphans(database: Database, folder: Path) -> int:
    """Remove the files that no message tells of, as after a member's erasure; how many.

    A crash half-way leaves orphans for the next time. Nothing is removed before `KEPT_WITHOUT_MESSAGE` is over.
    """
    removed = 0
    for some in batched(await asyncio.to_thread(_old_files, folder), _AT_A_TIME):
        refs = {path.relative_to(folder).as_posix(): path for path in some}
        async with database.reading(bulk=True) as session:
            kept = await messages.attachment_refs(session, among=refs.keys())
        for ref in refs.keys() - kept:
            await asyncio.to_thread(refs[ref].unlink, missing_ok=True)
            removed += 1
    return removed


def _old_files(folder: Path) -> list[Path]:
    until = (now() - KEPT_WITHOUT_MESSAGE).timestamp()
    found = []
    for path in folder.rglob("*"):
        # Another process may sweep too, and a download's partial file comes and goes.
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < until:
                found.append(path)
    return found
