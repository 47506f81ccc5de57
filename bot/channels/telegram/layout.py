"""How a message looks in Telegram: texts cut to size, buttons as an inline keyboard."""

import re
import unicodedata
from typing import Any

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

TEXT_LIMIT = 4096
"""Of one message; counted here in UTF-16 units, which is never fewer than Telegram counts."""

ROW_CELLS = 26
"""What fits beside each other on a phone; a Chinese character takes two cells."""

TITLE_LIMIT = 64
BUTTONS_LIMIT = 24

ACTION_PREFIX = "action:"
"""Payloads that only the website's widget can carry out."""

_CALLBACK = re.compile(r"b:(\d{1,18}):(\d{1,3})", re.ASCII)
_BREAKS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "，", " ")


def width(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split_text(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units, where a paragraph, a line or a sentence ends if one does
    in the latter half. Nothing but white space at the cuts is lost."""
    parts = []
    rest = text.strip()
    while width(rest) > limit:
        at = _cut(rest, limit)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int) -> int:
    """Where to end the first part: an index within `limit` units."""
    units = at = 0
    while units + width(text[at]) <= limit:
        units += width(text[at])
        at += 1
    for mark in _BREAKS:
        found = text.rfind(mark, at // 2, at)
        if found >= 0:
            return found + len(mark)
    return at


def callback_data(message_id: int, index: int) -> str:
    """What a button carries: at most 64 bytes are allowed, so it names the button in our store, not its payload."""
    return f"b:{message_id}:{index}"


def read_callback(data: str | None) -> tuple[int, int] | None:
    """Our message's id and the button's place in it; None for what we never sent."""
    found = _CALLBACK.fullmatch(data or "")
    return (int(found[1]), int(found[2])) if found else None


def keyboard(message_id: int, buttons: list[dict[str, Any]]) -> InlineKeyboardMarkup | None:
    """The buttons Telegram can carry out, as many to a row as fit; None when there are none."""
    usable = [
        (index, str(button["title"])[:TITLE_LIMIT])
        for index, button in enumerate(buttons)
        if button.get("title") and not str(button.get("payload") or "").startswith(ACTION_PREFIX)
    ]
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for index, title in usable[:BUTTONS_LIMIT]:
        cells = _cells(title) + 4
        if not rows or cells > room:
            rows.append([])
            room = ROW_CELLS
        if url := buttons[index].get("url"):
            rows[-1].append(InlineKeyboardButton(text=title, url=str(url)))
        else:
            rows[-1].append(InlineKeyboardButton(text=title, callback_data=callback_data(message_id, index)))
        room -= cells
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _cells(title: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in title)
