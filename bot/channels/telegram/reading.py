"""Reads an update. Of one that cannot be read whole (a kind of message newer than the library, a field of another form)
what is certain is kept, so that the customer's words reach the shop and the staff sees that something came."""

import time
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from bot.channels.telegram.client import brief

_CERTAIN: dict[str, type] = {"message_id": int, "text": str, "caption": str}
_OF_A_CHAT: dict[str, type] = {"id": int, "type": str}
_OF_A_USER: dict[str, type] = {"id": int, "is_bot": bool, "first_name": str, "language_code": str}
_NEXT_DAY_S = 86_400

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
    """Who wrote, where, when and which words; of a chat with one person, whose number is the chat's, the rest may be
    missing or of another form."""
    found = message if isinstance(message, dict) else {}
    chat = _of(found.get("chat"), _OF_A_CHAT)
    person = {"id": chat.get("id"), "is_bot": False, "first_name": "", **_of(found.get("from"), _OF_A_USER)}
    return {**_of(found, _CERTAIN), "date": _moment(found.get("date")), "chat": chat, "from": person}


def _moment(date: Any) -> int:
    """In seconds since 1970; now for what no clock shows."""
    now = int(time.time())
    return date if isinstance(date, int) and 0 < date <= now + _NEXT_DAY_S else now


def _of(raw: Any, forms: dict[str, type]) -> dict[str, Any]:
    known = raw if isinstance(raw, dict) else {}
    return {name: known[name] for name, form in forms.items() if isinstance(known.get(name), form)}
