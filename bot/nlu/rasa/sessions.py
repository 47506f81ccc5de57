"""Keeps a live conversation short: a long one begins a new session that carries over what still matters.

Rasa's cost of a turn grows with the events of the tracker (its issues 3011, 6334, 11828). What people read later is
kept by the CRM, so the tracker needs only its slots and the last few turns. A cut never falls into an open form unless
the tracker has grown past `FORM_FACTOR` times the limit; then the new session opens the form again in the same state.
"""

from typing import Any, NamedTuple

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

TAIL_TURNS = 3
"""User turns kept whole at a cut, for the policies that look back and for the count of misunderstandings."""

FORM_FACTOR = 4
"""An open form keeps its events until the tracker is this many times over the limit."""


class _Cut(NamedTuple):
    """A place between two turns: index of the first event kept, and the state before it."""

    index: int
    slots: dict[str, Any]
    loop: str | None
    rejected: bool
    trigger: UserUttered | None


def shortened(tracker: DialogueStateTracker, blank: DialogueStateTracker, limit: int) -> list[Event] | None:
    """Events of a new session in place of those of `tracker`; None while there is no need or no place for a cut.

    `blank` is an empty tracker with the same slots, used up by this call. `limit` is the number of events from which on
    a cut is wanted.
    """
    events = _last_session(list(tracker.events))
    if len(events) <= limit:
        return events if len(events) < len(tracker.events) else None
    cut = _place_to_cut(events, blank, loops_too=len(events) > limit * FORM_FACTOR)
    if cut is None:
        return events if len(events) < len(tracker.events) else None
    return _preface(cut, at=events[cut.index].timestamp) + events[cut.index :]


def _last_session(events: list[Event]) -> list[Event]:
    """The events from the last session start on; Rasa begins one itself after an hour of silence."""
    for index in range(len(events) - 1, 0, -1):
        if isinstance(events[index], SessionStarted):
            before = events[index - 1]
            begins = isinstance(before, ActionExecuted) and before.action_name == ACTION_SESSION_START_NAME
            return events[index - 1 if begins else index :]
    return events


def _place_to_cut(events: list[Event], replay: DialogueStateTracker, loops_too: bool) -> _Cut | None:
    turns_after = sum(isinstance(event, UserUttered) for event in events)
    best: _Cut | None = None
    trigger: UserUttered | None = None
    for index, event in enumerate(events):
        if isinstance(event, UserUttered):
            if turns_after < TAIL_TURNS:
                break
            if index and _is_between_turns(replay, loops_too) and _stands_alone(events[index:]):
                slots = {name: slot.value for name, slot in replay.slots.items() if slot.value != slot.initial_value}
                best = _Cut(index, slots, replay.active_loop_name, replay.is_active_loop_rejected, trigger)
            turns_after -= 1
        replay.update(event)
        if isinstance(event, ActiveLoop):
            trigger = replay.latest_message if event.name else None
    return best


def _is_between_turns(replay: DialogueStateTracker, loops_too: bool) -> bool:
    if replay.latest_action_name != ACTION_LISTEN_NAME:
        return False
    return loops_too or replay.active_loop_name is None


def _stands_alone(events: list[Event]) -> bool:
    """Whether nothing in `events` takes back something said before them."""
    open_turns = 0
    for event in events:
        if isinstance(event, UserUttered):
            open_turns += 1
        elif isinstance(event, UserUtteranceReverted):
            open_turns -= 1
            if open_turns < 0:
                return False
        elif isinstance(event, ActionReverted):
            return False
    return True


def _preface(cut: _Cut, at: float) -> list[Event]:
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at), SessionStarted(timestamp=at)]
    events += [
        SlotSet(name, value, timestamp=at) for name, value in cut.slots.items() if name != SESSION_START_METADATA_SLOT
    ]
    events.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    if cut.loop is not None and cut.trigger is not None:
        events += [cut.trigger, ActionExecuted(cut.loop, timestamp=at), ActiveLoop(cut.loop, timestamp=at)]
        if cut.rejected:
            events.append(ActionExecutionRejected(cut.loop, timestamp=at))
        events.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    return events
