"""What every channel offers, and how a delivery may fail.

A channel takes what a customer sent, makes an `Inbound` of it, calls `Desk.receive` and acknowledges only when that
returned. For the other direction the outbox calls `Channel.send`, one message at a time per conversation, in order.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from crm_store.language import Language
from crm_store.messages import Author, Inbound

__all__ = [
    "Channel",
    "DeliveryError",
    "Inbound",
    "Limits",
    "Outbound",
    "RecipientBlocked",
    "Rejected",
    "SlowDown",
    "Unreachable",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of the channel may hold; the channel itself splits or shortens what is longer."""

    text_characters: int = 4000
    buttons: int = 10
    parallel_sends: int = 8
    """How many conversations are delivered to at once."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message on its way to a customer. `message_id` stays the same on a repeat, for channels that can use it."""

    message_id: int
    conversation_id: str
    seq: int
    channel_user_id: str
    author: Author
    language: Language
    text: str | None
    buttons: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] | None = None
    agent_name: str | None = None
    reply_to: str | None = None
    """The channel's id of the customer's message that this one answers."""
    created_at: datetime | None = None
    tries: int = 0


class Channel(Protocol):
    """One way to reach customers. `name` is what stands in identities and conversations."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def needs_outbox(self) -> bool:
        """False where customers fetch their messages by `seq`: what is stored is delivered, `send` is never called."""
        ...

    async def send(self, outbound: Outbound) -> str | None:
        """Hand the message to the provider and return the provider's id for it. Raises DeliveryError."""
        ...

    async def start(self) -> None:
        """Begin to take messages in (polling, webhook registration). Returns at once."""
        ...

    async def stop(self) -> None:
        """Stop taking messages in and free what is held."""
        ...


class DeliveryError(Exception):
    """A message did not go out; the kinds below say what is to be done."""


class Unreachable(DeliveryError):
    """Nobody knows whether it will work soon: time-out, refused connection, the provider's 5xx. Tried again later."""


class SlowDown(DeliveryError):
    """The provider asks to wait; that is obeyed to the second and is not a failed try.

    `whole_channel`: nothing may go out on the channel meanwhile, otherwise only this customer waits.
    """

    def __init__(self, wait: timedelta, *, whole_channel: bool = False) -> None:
        self.wait, self.whole_channel = wait, whole_channel
        super().__init__(f"slow down for {wait.total_seconds():.1f} s")


class Rejected(DeliveryError):
    """This message will never be accepted; trying again is of no use. Visible to the staff as failed."""


class RecipientBlocked(Rejected):
    """The customer has blocked the shop or the address is gone; the identity is marked until they write again."""
