"""What is noted of a customer's message on its way: the log's lines that tell of it, and the figures of its stages."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import structlog

from bot import figures, logs
from bot.figures import AnsweredBy, Stage
from crm_store.clock import now
from crm_store.conversations import Received
from crm_store.messages import Inbound, Message
from crm_store.outbox import Claimed

log = structlog.get_logger(__name__)


class Reception:
    """Filled when the message is stored."""

    received: Received | None = None


@contextmanager
def reception(inbound: Inbound) -> Iterator[Reception]:
    """The block stores what a customer sent, and says what became of it."""
    began = time.perf_counter()
    with logs.traced(logs.trace_of(inbound.channel, inbound.channel_message_id)):
        noted = Reception()
        yield noted
        if noted.received is not None:
            message, repeated = noted.received.message, noted.received.duplicate
            figures.received(message.channel, time.perf_counter() - began, repeated=repeated)
            log.info("message.received", channel=message.channel, message=message.id, repeated=repeated)


def following(message: Message | None) -> AbstractContextManager[Any]:
    """The block works for that message of a customer."""
    if message is None or message.channel_message_id is None:
        return nullcontext()
    return logs.traced(logs.trace_of(message.channel, message.channel_message_id))


def delivering(claimed: Claimed) -> AbstractContextManager[Any]:
    """The block delivers a message: under the trace of the one it answers, else under one of its own."""
    message = claimed.message
    return logs.traced(logs.trace_of(message.channel, claimed.reply_to_channel_id or f"to-customer:{message.id}"))


def taken(message: Message | None) -> None:
    """The message is in hand."""
    if message is not None and message.tries == 0:
        figures.waited(message.created_at)


def answered(message: Message, by: AnsweredBy) -> None:
    """What came of the message is committed."""
    figures.answered(message.channel, by, since=message.created_at)
    took_ms = round((now() - message.created_at).total_seconds() * 1000)
    log.info("message.answered", message=message.id, by=by.value, took_ms=took_ms)


def delivered(message: Message) -> None:
    """The channel has taken it."""
    figures.delivered(message.channel, since=message.created_at)
    log.info("message.delivered", message=message.id, channel=message.channel)


def delivery_failed(reason: str) -> None:
    """`reason`: of the few the delivery knows."""
    figures.failure(Stage.DELIVERED, reason)
