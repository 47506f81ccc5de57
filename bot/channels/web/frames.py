"""JSON frames of the widget's socket: what a browser may send, and what it gets."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.attachments import is_picture
from crm_store.messages import Author, Message
from crm_store.text import clean_all

FRAME_LIMIT_BYTES = 16 * 1024

ClientId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", str_max_length=FRAME_LIMIT_BYTES)


class Hello(_Frame):
    """The first frame. `after`: the `seq` up to which this browser has all of `conversation`. `sign_out`: the visitor
    has signed out of the shop. `zone`: the browser's time zone, by its IANA name."""

    type: Literal["hello"]
    visitor: str | None = None
    identity: str | None = None
    locale: str | None = Field(default=None, max_length=35)
    zone: str | None = Field(default=None, max_length=64)
    conversation: str | None = Field(default=None, max_length=32)
    after: int = Field(default=0, ge=0)
    sign_out: bool = False


class Said(_Frame):
    type: Literal["message"]
    client_id: ClientId
    text: str


class Pressed(_Frame):
    type: Literal["payload"]
    client_id: ClientId
    payload: str = Field(min_length=1)
    title: str | None = Field(default=None, max_length=200)


class Typing(_Frame):
    type: Literal["typing"]


class Rating(_Frame):
    type: Literal["rating"]
    client_id: ClientId
    score: int = Field(ge=1, le=5, strict=True)
    comment: str | None = Field(default=None, max_length=1000)


type Frame = Hello | Said | Pressed | Typing | Rating
_frames: TypeAdapter[Frame] = TypeAdapter(
    Annotated[Hello | Said | Pressed | Typing | Rating, Field(discriminator="type")]
)
# Found in what cannot be read as well. A quotation mark within a text is escaped, so no text can look like it.
_CLIENT_ID = re.compile(r'(?<!\\)"client_id"\s*:\s*"([A-Za-z0-9_-]{1,64})"')


class FrameRefused(Exception):
    """A frame is not as agreed; `code` is one of too_large, malformed. `client_id`: which message, when it says."""

    def __init__(self, code: str, client_id: str | None = None) -> None:
        self.code, self.client_id = code, client_id
        super().__init__(code)


def read(raw: str) -> Frame:
    """The frame, its texts made clean. Raises FrameRefused."""
    if len(raw.encode("utf-8", "replace")) > FRAME_LIMIT_BYTES:
        raise FrameRefused("too_large", _client_id(raw))
    try:
        # Not by the validator's own reader, which would refuse the whole frame for half of a surrogate pair.
        return _frames.validate_python(clean_all(json.loads(raw)))
    except (ValueError, RecursionError):
        raise FrameRefused("malformed", _client_id(raw)) from None


def _client_id(raw: str) -> str | None:
    found = _CLIENT_ID.search(raw)
    return found[1] if found else None


def entry_of(message: Message, *, agent_name: str | None = None) -> dict[str, Any]:
    """A stored message in the shape in which signals carry one."""
    return {
        "seq": message.seq,
        "author": message.author,
        "audience": message.audience,
        "status": message.status,
        "text": message.text,
        "buttons": message.buttons,
        "attachments": message.attachments,
        "custom": message.custom,
        "at": message.created_at.isoformat(),
        "agent_name": agent_name,
        "channel_message_id": message.channel_message_id,
    }


def message_frame(entry: Mapping[str, Any], *, after: int) -> dict[str, Any]:
    """A message as the browser gets it. `after`: the browser that has everything up to there has everything up to this
    message; its seq alone does not say so, because the customer never gets the staff's notes. `client_id` lets the tab
    that wrote the message recognise its own."""
    frame = {
        "type": "message",
        "seq": entry["seq"],
        "after": after,
        "author": entry["author"],
        "text": entry.get("text") or "",
        "at": entry["at"],
    }
    own = entry["author"] == Author.CUSTOMER
    more = {
        "buttons": None if own else entry.get("buttons"),
        "custom": entry.get("custom"),
        "files": [_file(attachment) for attachment in entry.get("attachments") or ()],
        "client_id": (entry.get("channel_message_id") or "").rpartition(":")[2] if own else None,
        "name": entry.get("agent_name"),
    }
    return frame | {name: value for name, value in more.items() if value}


def _file(attachment: Mapping[str, Any]) -> dict[str, Any]:
    """A file as the browser hears of it, never where it lies. It is fetched by the message's `seq` and its place; one
    that lies with somebody else, by its `url`; one that is `missing` could not be kept."""
    ref = str(attachment.get("ref") or "")
    kept = {"missing": True} if not ref else {"url": ref} if ref.startswith(("https://", "http://")) else {}
    told = {"name": attachment.get("name") or "", "size": attachment.get("size") or 0}
    return told | {"picture": is_picture(attachment)} | kept
