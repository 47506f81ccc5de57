"""Delivery to the website: browsers fetch by `seq`, so a message is delivered once it is stored and announced."""

from bot.desk.channel import Limits, Outbound
from bot.services import Services

NAME = "web"


def visitor_topic(visitor_id: str) -> str:
    """Signals for all tabs of one visitor: another conversation was begun, or the visitor was signed out."""
    return f"visitor:{visitor_id}"


class WebChannel:
    """The website as a channel: it needs no outbox, because the commit of a message is its delivery."""

    name = NAME
    limits = Limits(text_characters=4000, buttons=10, parallel_sends=32)
    needs_outbox = False

    def __init__(self, services: Services) -> None:
        self._signals = services.signals

    async def send(self, outbound: Outbound) -> str | None:
        """Nothing is pushed here: the delivery's own signal makes every open tab read what it lacks, and a closed one
        reads it on its next visit."""
        return None

    async def start(self) -> None:
        """The socket's route takes messages in."""

    async def stop(self) -> None:
        """Sockets close with the server."""
