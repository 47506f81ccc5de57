"""Reads an update. Of one that cannot be read whole (a kind of message newer than the library, a field of another form)
what is certain is kept, so that the customer's words reach the shop and the staff sees that something came."""

from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from bot.channels.telegram.client import brief

_CERTAIN = ("message_id", "date", "text", "caption")
_OF_A_CHAT = ("id", "type")
_OF_A_USER = ("id", "is_bot", "first_name", "language_code")

log = structlog.get_logger(__name__)


def read(raw: Any, bot: Bot | None = None) -> Update:
    """The update; without content where nothing in it can be read. Raises ValidationError when it has no number."""
    context = {"bot": bot}
    try:
        return Update.model_validate(raw, context=context)
    except ValidationError as trouble:
        update = raw if isinstance(raw, dict) else {}
        number = update.get("update_id")
        log.error("telegram.update_unreadable", update=number, error=brief(trouble))
        with suppress(ValidationError):
            bare = {"update_id": number, "message": _bare(update.get("message"))}
            return Update.model_validate(bare, context=context)
        return Update.model_validate({"update_id": number})


def _bare(message: Any) -> dict[str, Any]:
    """Who wrote, where, when and which words."""
    found = message if isinstance(message, dict) else {}
    people = {"chat": _of(found.get("chat"), _OF_A_CHAT), "from": _of(found.get("from"), _OF_A_USER)}
    return {**_of(found, _CERTAIN), **people}


def _of(raw: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: raw[name] for name in names if name in raw} if isinstance(raw, dict) else {}
