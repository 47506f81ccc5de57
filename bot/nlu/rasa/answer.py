"""What the channel tells the app after a turn: the bot's messages and what was understood."""

from typing import Any

from rasa.shared.core.constants import REQUESTED_SLOT, USER_INTENT_OUT_OF_SCOPE
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.encoder.engines import EMBEDDING
from bot.nlu.rasa.turn import Answer

MISUNDERSTOOD = "nlu_fallback"
NOT_UNDERSTOOD = frozenset({MISUNDERSTOOD, USER_INTENT_OUT_OF_SCOPE})
RANKING_LENGTH = 3
FOCUS_SLOT = "focus"
"""What was spoken of; actions set it, the app keeps it with the conversation."""
_HEARD = ("intent", "intent_ranking", "entities", "sentiment", "language")
_RANKING_HEARD = 5


def compose(tracker: DialogueStateTracker, messages: list[dict[str, Any]]) -> Answer:
    """Answer for the turn that `tracker` has just finished, as plain JSON values."""
    return {
        "messages": messages,
        "understanding": understanding(_parsed(tracker.latest_message)),
        "active_form": tracker.active_loop_name,
        "requested_slot": _slot(tracker, REQUESTED_SLOT) if tracker.active_loop_name else None,
        "fallbacks": fallbacks_in_a_row(tracker),
        "focus": _slot(tracker, FOCUS_SLOT) or {},
    }


def understanding(parsed: dict[str, Any]) -> dict[str, Any]:
    """Intent, the best three, entities, sentiment and language out of parse data; the sentence vector if asked for."""
    metadata = parsed.get("metadata") or {}
    intent = parsed.get("intent") or {}
    said = {
        "intent": intent.get("name"),
        "confidence": float(intent.get("confidence") or 0.0),
        "ranking": [_ranked(entry) for entry in (parsed.get("intent_ranking") or [])[:RANKING_LENGTH]],
        "entities": parsed.get("entities") or [],
        "sentiment": parsed.get("sentiment"),
        "language": parsed.get("language") or metadata.get("language"),
    }
    if parsed.get(EMBEDDING) is not None and metadata.get("with_embedding"):
        said["embedding"] = [float(value) for value in parsed[EMBEDDING]]
    return said


def heard(parsed: dict[str, Any]) -> dict[str, Any]:
    """The parts of parse data that the app may give back with the text, so that it need not be understood again."""
    parts = {name: parsed.get(name) for name in _HEARD}
    parts["intent_ranking"] = [_ranked(entry) for entry in (parsed.get("intent_ranking") or [])[:_RANKING_HEARD]]
    return {"text": parsed.get("text") or "", **parts, "intent": _ranked(parsed.get("intent") or {})}


def fallbacks_in_a_row(tracker: DialogueStateTracker) -> int:
    """How many of the customer's latest messages in a row were not understood, however many steps each took.

    A question that is none of the shop's business was understood: the dialogue offers a person then, none is called.
    Words that a form asked for and took ("what happened?") count as understood whatever the classifier thought, and so
    does a message that was answered after all: from then on something is spoken of.
    """
    count = 0
    requested: str | None = None
    asked: str | None = None
    message = ""
    for event in tracker.events:
        if isinstance(event, UserUttered):
            asked = requested
            part_of, message = message, str(event.metadata.get("message_id") or "").partition(".")[0]
            is_same = bool(message) and message == part_of
            count = (max(count, 1) if is_same else count + 1) if event.intent_name == MISUNDERSTOOD else 0
        elif isinstance(event, SlotSet):
            taken = asked is not None and event.key == asked and event.value is not None
            if event.key == REQUESTED_SLOT:
                requested = event.value
            elif taken or event.key == FOCUS_SLOT:
                count = 0
    return count


def _parsed(message: UserUttered | None) -> dict[str, Any]:
    return dict(message.parse_data) if message is not None else {}


def _ranked(entry: dict[str, Any]) -> dict[str, Any]:
    return {"name": entry.get("name"), "confidence": float(entry.get("confidence") or 0.0)}


def _slot(tracker: DialogueStateTracker, name: str) -> Any:
    slot = tracker.slots.get(name)
    return slot.value if slot is not None else None
