"""What the customer said in the messages before the one at hand. A message may have been taken in several steps, each
with words of its own: together they are one."""

from collections.abc import Iterator, Mapping
from typing import Any

from actions.kit.base import Turn


def events_before(turn: Turn) -> list[dict[str, Any]]:
    """The events before the customer's message at hand, all of its steps left out."""
    events = list(turn.tracker.events)
    own = turn.message_id.partition(".")[0]
    last = len(events)
    for at in range(len(events) - 1, -1, -1):
        if events[at].get("event") != "user":
            continue
        if _message_of(events[at]) != own and last < len(events):
            break
        last = at
    return events[:last]


def messages_before(turn: Turn, most: int) -> Iterator[list[Mapping[str, Any]]]:
    """So many messages that were typed, the last first, each with its steps in order."""
    steps: list[Mapping[str, Any]] = []
    for event in reversed(events_before(turn)):
        if event.get("event") != "user" or not is_typed(event):
            continue
        if steps and _message_of(event) != _message_of(steps[0]):
            yield steps
            steps, most = [], most - 1
            if not most:
                return
        steps = [event, *steps]
    if steps:
        yield steps


def is_typed(event: Mapping[str, Any]) -> bool:
    return bool(event.get("text")) and not str(event["text"]).startswith("/")


def _message_of(event: Mapping[str, Any]) -> str:
    number = (event.get("metadata") or {}).get("message_id") or event.get("message_id") or ""
    return str(number).partition(".")[0]
