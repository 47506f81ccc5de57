"""What passes along the road of a message: counted and timed in this process, from its start on.

Every process counts for itself, and who collects the figures adds them up. Labels take few values, all of them ours:
stages, channels, reasons.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from crm_store.clock import now

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)


class Stage(StrEnum):
    """Parts of a message's road, each with its time.

    Stored; from stored to taken in hand; one call that understands; one turn of the dialogue with all its actions; one
    action; from stored to the answer's commit; from an answer's commit to the channel's word that it has it.
    """

    RECEIVED = "received"
    WAITED = "waited"
    UNDERSTOOD = "understood"
    TURNED = "turned"
    ACTED = "acted"
    ANSWERED = "answered"
    DELIVERED = "delivered"


class AnsweredBy(StrEnum):
    """The bot's turn; the desk's own words; nobody yet, for the message was passed on to the staff."""

    BOT = "bot"
    DESK = "desk"
    STAFF = "staff"


_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)

_SECONDS = Histogram(
    "huike_stage_seconds", "How long a stage of a message took", ["stage"], buckets=_BUCKETS, registry=REGISTRY
)
_RECEIVED = Counter("huike_messages_received", "Customers' messages stored", ["channel"], registry=REGISTRY)
_REPEATED = Counter(
    "huike_messages_repeated", "Customers' messages that had been stored before", ["channel"], registry=REGISTRY
)
_ANSWERED = Counter(
    "huike_messages_answered", "Customers' messages handled, and by whom", ["channel", "by"], registry=REGISTRY
)
_DELIVERED = Counter("huike_messages_delivered", "Messages that reached their channel", ["channel"], registry=REGISTRY)
_FAILED = Counter("huike_stage_failures", "Tries of a stage that failed", ["stage", "reason"], registry=REGISTRY)

for _stage in Stage:
    _SECONDS.labels(_stage)


def received(channel: str, seconds: float, *, repeated: bool) -> None:
    (_REPEATED if repeated else _RECEIVED).labels(channel).inc()
    _SECONDS.labels(Stage.RECEIVED).observe(seconds)


def waited(since: datetime) -> None:
    """A message was taken in hand for the first time. `since`: when it was stored."""
    _SECONDS.labels(Stage.WAITED).observe(_past(since))


def answered(channel: str, by: AnsweredBy, *, since: datetime) -> None:
    """A message is handled. `since`: when it was stored."""
    _ANSWERED.labels(channel, by).inc()
    if by is AnsweredBy.BOT:
        _SECONDS.labels(Stage.ANSWERED).observe(_past(since))


def delivered(channel: str, *, since: datetime | None = None) -> None:
    """A message to a customer reached its channel. `since`: when it was written, where it went through the outbox."""
    _DELIVERED.labels(channel).inc()
    if since is not None:
        _SECONDS.labels(Stage.DELIVERED).observe(_past(since))


def acted(seconds: float, status: int) -> None:
    """An action has run. `status`: of HTTP; what the action itself refused is no failure."""
    _SECONDS.labels(Stage.ACTED).observe(seconds)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        failure(Stage.ACTED, "error")


def failure(stage: Stage, reason: str) -> None:
    """`reason`: one of a few words of ours, never what somebody else wrote."""
    _FAILED.labels(stage, reason).inc()


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Times the block, unless it raises."""
    began = time.perf_counter()
    yield
    _SECONDS.labels(stage).observe(time.perf_counter() - began)


def _past(since: datetime) -> float:
    return max(0.0, (now() - since).total_seconds())
