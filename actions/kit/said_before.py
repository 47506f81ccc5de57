"""What the customer said in the messages before the one at hand. A message may have been taken in several steps, each
with words of its own: together they are one."""

from collections.abc import Iterator, Mapping
from typing import Any

from rasa_sdk import Tracker

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


def typed_before(tracker: Tracker) -> str:
    """What the customer typed last before the message at hand; empty where that was the first."""
    said = [event for event in tracker.events if event.get("event") == "user"]
    own = _message_of(said[-1]) if said else ""
    before = [event for event in said[:-1] if is_typed(event) and (not own or _message_of(event) != own)]
    return str(before[-1]["text"]) if before else ""


def is_typed(event: Mapping[str, Any]) -> bool:
    return bool(event.get("text")) and not str(event["text"]).startswith("/")


def _message_of(event: Mapping[str, Any]) -> str:
    number = (event.get("metadata") or {}).get("message_id") or event.get("message_id") or ""
    return str(number).partition(".")[0]
