"""Files on the website: what a visitor may send and how it is kept, and who may fetch what stands in a conversation."""

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from bot.attachments import MEBIBYTE, described, stored
from bot.channels.web import payloads, visitors
from bot.channels.web.channel import NAME, visitor_topic
from bot.channels.web.kinds import kind_of
from bot.channels.web.pictures import NoPicture, without_traces
from bot.desk.channel import Inbound
from bot.services import Services
from crm_store import messages
from crm_store.conversations import Received
from crm_store.errors import CrmError

FILES_AT_ONCE = 5
"""Files of one message."""

PARALLEL_CHECKS = 4
"""Each holds a whole file in memory."""


class FileEmpty(CrmError):
    """A file without a single byte. `name`: which."""

    code = "file_empty"


class FileTooLarge(CrmError):
    """A file, or a whole message, is larger than `megabytes` allow."""

    code = "file_too_large"


class FileOfOtherKind(CrmError):
    """Its bytes are of no kind that is taken, or go on otherwise than they begin. `name`: which."""

    code = "file_kind"


class TooManyFiles(CrmError):
    """More files than one message takes."""

    code = "too_many_files"


class FilesTooOften(CrmError):
    """More files than a visitor, or an address, may send in an hour."""

    code = "files_too_often"


def limit_bytes(services: Services) -> int:
    """The largest file a visitor may send."""
    return services.settings.web_file_megabytes * MEBIBYTE


def offered(services: Services, visitor_id: str) -> dict[str, Any]:
    """What a tab needs to send and fetch files: the pass, and the limits it can tell of before anything is sent."""
    return {"pass": visitors.pass_of(services, visitor_id), "bytes": limit_bytes(services), "count": FILES_AT_ONCE}


async def count(services: Services, visitor_id: str, source: str) -> None:
    """Count one more file of the visitor and their address. Raises FilesTooOften."""
    limits = services.rate_limits
    rates = limits.rates
    if not (await limits.allows(rates.address_files, source) and await limits.allows(rates.files, visitor_id)):
        raise FilesTooOften


class Files:
    """Takes files in and finds them again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._folder = services.settings.attachments
        self._checking = asyncio.Semaphore(PARALLEL_CHECKS)

    async def receive(
        self, visitor_id: str, client_id: str, files: Sequence[tuple[str, BinaryIO]], *, text: str, locale: str | None
    ) -> Received:
        """Keep files ((name, content)…) and store the message that brought them; the same `client_id` again stores
        nothing. Raises CrmError, with nothing stored."""
        if payloads.looks_like_one(text):
            raise payloads.NoWords
        # Who was signed in for too long speaks as a stranger.
        await visitors.sign_out(self._services, visitor_id, by=visitors.SESSION_OVER)
        kept: list[dict[str, Any]] = []
        try:
            for name, content in files:
                async with self._checking:
                    kept.append(await asyncio.to_thread(self._keep, name, content))
            received = await self._services.desk.receive(
                Inbound(
                    channel=NAME,
                    channel_user_id=visitor_id,
                    channel_message_id=f"{visitor_id}:{client_id}",
                    text=text.strip() or None,
                    attachments=kept,
                    locale=locale,
                )
            )
        except CrmError:
            self._remove(kept)
            raise
        # After any other failure the message may be stored all the same: what has none is swept away in time.
        if received.duplicate:
            self._remove(kept)
        # Tabs that showed no conversation, or an earlier one, follow this one from now on.
        event = {"kind": "conversation", "id": received.conversation.id}
        await self._services.signals.publish(visitor_topic(visitor_id), event=event)
        return received

    async def find(
        self, visitor_id: str, conversation_id: str, seq: int, place: int
    ) -> tuple[Path, dict[str, Any]] | None:
        """The file and its attachment, at that place (from 0) of a message that the visitor is shown; else None."""
        async with self._services.database.reading() as session:
            view = await visitors.view(session, visitor_id)
            seen = None if view.is_over else view.conversation
            if seen is None or seen.id != conversation_id or not 0 < seq <= seen.last_seq:
                return None
            found = await messages.history(session, conversation_id, after_seq=seq - 1, limit=1)
        attachments = (found[0].attachments if found and found[0].seq == seq else None) or []
        attachment = attachments[place] if 0 <= place < len(attachments) else {}
        path = stored(self._folder, attachment.get("ref"))
        return (path, attachment) if path is not None else None

    def _keep(self, name: str, source: BinaryIO) -> dict[str, Any]:
        """The attachment of a file that is on the disk when this returns. Raises CrmError."""
        limit = limit_bytes(self._services)
        content = source.read(limit + 1)
        if not content:
            raise FileEmpty(name=name)
        if len(content) > limit:
            raise FileTooLarge(megabytes=self._services.settings.web_file_megabytes)
        kind = kind_of(content)
        if kind is None:
            raise FileOfOtherKind(name=name)
        try:
            content = without_traces(content, kind)
        except NoPicture as error:
            raise FileOfOtherKind(name=name) from error
        attachment = described(kind.name_for(name), kind.mime, len(content), under=NAME)
        path = self._folder / attachment["ref"]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Under another name until it is whole, as everything that comes in.
        partial = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            partial.write_bytes(content)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return attachment

    def _remove(self, kept: Sequence[dict[str, Any]]) -> None:
        for attachment in kept:
            (self._folder / attachment["ref"]).unlink(missing_ok=True)
