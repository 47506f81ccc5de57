"""JSON frames of the widget's socket: what a browser may send, and what it gets."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from crm_store.messages import Author, Message

FRAME_LIMIT_BYTES = 16 * 1024

ClientId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", str_max_length=FRAME_LIMIT_BYTES)


class Hello(_Frame):
    """The first frame. `after`: the last `seq` this browser has of `conversation`."""

    type: Literal["hello"]
    visitor: str | None = None
    identity: str | None = None
    locale: str | None = Field(default=None, max_length=35)
    conversation: str | None = Field(default=None, max_length=32)
    after: int = Field(default=0, ge=0)


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
    score: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=1000)


Frame = Annotated[Hello | Said | Pressed | Typing | Rating, Field(discriminator="type")]
_frames: TypeAdapter[Hello | Said | Pressed | Typing | Rating] = TypeAdapter(Frame)


class FrameRefused(Exception):
    """A frame is not as agreed; `code` is one of too_large, malformed. `client_id`: which message, when it says."""

    def __init__(self, code: str, client_id: str | None = None) -> None:
        self.code, self.client_id = code, client_id
        super().__init__(code)


def read(raw: str) -> Hello | Said | Pressed | Typing | Rating:
    """Raises FrameRefused."""
    if len(raw.encode()) > FRAME_LIMIT_BYTES:
        raise FrameRefused("too_large")
    try:
        return _frames.validate_json(raw)
    except ValidationError:
        raise FrameRefused("malformed") from None


def message_frame(message: Message, *, client_id: str | None = None, agent_name: str | None = None) -> dict[str, Any]:
    """A stored message as the browser gets it. `client_id` lets the tab that wrote it recognise its own."""
    frame: dict[str, Any] = {
        "type": "message",
        "seq": message.seq,
        "author": message.author,
        "text": message.text or "",
        "at": message.created_at.isoformat(),
    }
    if message.buttons and message.author != Author.CUSTOMER:
        frame["buttons"] = message.buttons
    if message.custom:
        frame["custom"] = message.custom
    if client_id:
        frame["client_id"] = client_id
    if agent_name:
        frame["name"] = agent_name
    return frame
