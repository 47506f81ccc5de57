"""Files that customers send: what the message says of them, and the file itself, fetched into the data folder."""

import asyncio
import hashlib
import mimetypes
import uuid
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.types import Message
from aiohttp import ClientError

from bot.attachments import safe_name, suffix_of

SIZE_LIMIT_BYTES = 20 * 1024 * 1024
"""Also the most that the public Bot API server hands out."""

FETCH_TIMEOUT_S = 30
FETCH_TRIES = 2
PARALLEL_FETCHES = 8


log = structlog.get_logger(__name__)


class Trouble(Enum):
    """Why a file could not be kept; the value names the notice."""

    TOO_LARGE = "file_too_large"
    NOT_FETCHED = "file_not_fetched"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as the message describes it; `size` in bytes, 0 when not told."""

    kind: str
    file_id: str
    unique_id: str
    name: str
    mime: str
    size: int


class _TooLarge(Exception):
    """More bytes came than a file may have."""


def sent_file(message: Message) -> Sent | None:
    """The file of a message, if it has one; of a photo the largest size."""
    if message.photo:
        photo = max(message.photo, key=lambda size: size.width * size.height)
        return Sent("image", photo.file_id, photo.file_unique_id, "photo.jpg", "image/jpeg", photo.file_size or 0)
    # An animation comes with a document beside it that says the same less exactly.
    for kind, found, default in (
        ("video", message.animation, "animation.mp4"),
        ("video", message.video, "video.mp4"),
        ("video", message.video_note, "video.mp4"),
        ("audio", message.voice, "voice.ogg"),
        ("audio", message.audio, "audio.mp3"),
        ("file", message.document, "file"),
    ):
        if found is not None:
            name = safe_name(getattr(found, "file_name", None) or default)
            mime = getattr(found, "mime_type", None) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            is_picture = kind == "file" and mime.startswith("image/")
            return Sent(
                "image" if is_picture else kind,
                found.file_id,
                found.file_unique_id,
                name,
                mime[:100],
                found.file_size or 0,
            )
    return None


class Files:
    """Fetches files into `folder/telegram`, under names of our own making."""

    def __init__(self, bot: Bot, folder: Path) -> None:
        self._bot, self.folder = bot, folder
        self._fetching = asyncio.Semaphore(PARALLEL_FETCHES)

    async def keep(self, sent: Sent, *, message_key: str) -> tuple[dict[str, Any], Trouble | None]:
        """Fetch a file. Returns the message's attachment, whose `ref` is None when the file could not be kept, and why.

        `message_key` makes the name: a redelivered message fetches nothing again, and nobody can guess another's file.
        """
        ref = _ref(sent, message_key)
        path = self.folder / ref
        trouble = Trouble.TOO_LARGE if sent.size > SIZE_LIMIT_BYTES else None
        if trouble is None and not path.exists():
            async with self._fetching:
                trouble = await self._fetch(sent, path)
        size = path.stat().st_size if trouble is None else sent.size
        attachment = {"kind": sent.kind, "name": sent.name, "mime": sent.mime, "size": size}
        return {**attachment, "ref": None if trouble else ref}, trouble

    async def _fetch(self, sent: Sent, path: Path) -> Trouble | None:
        for _ in range(FETCH_TRIES):
            try:
                await self._download(sent.file_id, path)
            except _TooLarge:
                return Trouble.TOO_LARGE
            except TelegramBadRequest as error:
                if "too big" in error.message.lower():
                    return Trouble.TOO_LARGE
                log.warning("telegram.file_refused", error=error.message)
                return Trouble.NOT_FETCHED
            except (AiogramError, ClientError, TimeoutError, OSError) as error:
                # Not the error's own words: they hold the address, and that the bot's token.
                log.warning(
                    "telegram.file_not_fetched", error=type(error).__name__, status=getattr(error, "status", None)
                )
            else:
                return None
        return Trouble.NOT_FETCHED

    async def _download(self, file_id: str, path: Path) -> None:
        found = await self._bot.get_file(file_id, request_timeout=FETCH_TIMEOUT_S)
        url = self._bot.session.api.file_url(self._bot.token, found.file_path or "")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Under another name until it is whole, so that a killed process leaves no half file behind as a whole one.
        partial = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with partial.open("xb") as target:
                size = 0
                async for chunk in self._bot.session.stream_content(url, timeout=FETCH_TIMEOUT_S):
                    size += len(chunk)
                    if size > SIZE_LIMIT_BYTES:
                        raise _TooLarge
                    await asyncio.to_thread(target.write, chunk)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _ref(sent: Sent, message_key: str) -> str:
    digest = hashlib.sha256(f"{message_key}:{sent.unique_id}:{sent.file_id}".encode()).hexdigest()
    return f"telegram/{digest[:2]}/{digest[:40]}{suffix_of(sent.name)}"
