"""One turn of one conversation: what the channel, the tracker store and the action client know in common.

Rasa hands neither its tracker store nor its actions the message they work for, and it swallows the failure of an
action. The turn travels in a context variable instead: an action that fails marks it, the store then keeps nothing of
the turn, and the channel answers with an error instead of with half an answer.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.trackers import DialogueStateTracker

CHANNEL_NAME = "huike"

Answer = dict[str, Any]
"""What the channel gives back as JSON; see `bot.nlu.rasa.answer.compose`."""


class TurnFailed(Exception):
    """A turn that could not be finished. `step` names where: an action, the tracker store, the agent."""

    def __init__(self, step: str, cause: BaseException | None = None) -> None:
        super().__init__(f"{step}: {cause!r}" if cause else step)
        self.step = step
        self.cause = cause


class CollectedMessages(OutputChannel):
    """Keeps what the bot says in one turn, one entry per bot message.

    Rasa's own collector splits a text at each empty line and sends text and custom data apart; a customer should see
    one reply as one reply.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return CHANNEL_NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        buttons = message.get("buttons") or message.get("quick_replies") or []
        kept: dict[str, Any] = {"text": message.get("text") or "", "buttons": list(buttons)}
        for key in ("custom", "image", "attachment"):
            if message.get(key):
                kept[key] = message[key]
        if kept["text"] or len(kept) > 2 or buttons:
            self.messages.append(kept)


@dataclass
class Turn:
    """A message being answered. `answer` is set by the tracker store in the transaction that keeps the turn."""

    sender_id: str
    message_id: str
    compose: Callable[[DialogueStateTracker, list[dict[str, Any]]], Answer]
    output: CollectedMessages = field(default_factory=CollectedMessages)
    failure: TurnFailed | None = None
    answer: Answer | None = None

    def fail(self, step: str, cause: BaseException | None = None) -> None:
        """Mark the turn as failed; the first failure is the one that is told."""
        if self.failure is None:
            self.failure = TurnFailed(step, cause)


current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)


def turn_of(sender_id: str) -> Turn | None:
    """The turn this code runs in, if it is one of this conversation."""
    turn = current_turn.get()
    return turn if turn is not None and turn.sender_id == sender_id else None
