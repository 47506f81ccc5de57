"""A message as the steps it takes: each is one turn for Rasa's dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crm_store.conversations import Parsed

FALLBACK = "nlu_fallback"
FROM_FOCUS = "focus"
"""The extractor of entities that were not said but come from what was spoken of."""

TALK = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "help", "bot_challenge", "inform", "hesitate", "vent"})
NO_WISH = TALK | {FALLBACK, "out_of_scope", "deny_act"}
"""Intents that ask for nothing of the shop's."""


@dataclass(frozen=True, slots=True)
class Step:
    """Words with what was heard in them, or the payload they stand for.

    `resumes`: whether an open form asks its question again afterwards; only the last step of a message may.
    `follows`: the words go on with the subject of the last answer. `stands_for`: the words of the message that a step
    in other words answers.
    """

    text: str = ""
    heard: Parsed | None = None
    payload: str | None = None
    resumes: bool = True
    follows: bool = False
    stands_for: str = ""

    @property
    def intent(self) -> str:
        return intent_of(self.heard) if self.heard is not None else ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The steps of a message in order, and wishes that wait until what is open now is done.

    `then`: words beside an answer, to be heard once it is taken, in the conversation as it stands by then. `named`:
    clauses that wish or ask something nobody understood, to be named in the answer.
    """

    steps: list[Step]
    kept: list[Parsed] = field(default_factory=list)
    then: str = ""
    named: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *steps: Step, kept: list[Parsed] | None = None) -> "Heard":
        """Steps of which only the last lets an open form ask again."""
        quiet = [replace(step, resumes=False) for step in steps[:-1]]
        return cls([*quiet, steps[-1]], kept=kept or [])


def intent_of(heard: Parsed) -> str:
    return str((heard.get("intent") or {}).get("name") or "")


def confidence_of(heard: Parsed) -> float:
    return float((heard.get("intent") or {}).get("confidence") or 0.0)


def entities_of(heard: Parsed) -> list[dict[str, Any]]:
    return list(heard.get("entities") or [])


def is_wish(heard: Parsed, least: float = 0.0) -> bool:
    """Whether the words ask for something of the shop's, with that much confidence."""
    return intent_of(heard) not in NO_WISH and confidence_of(heard) >= least


def with_intent(
    heard: Parsed, intent: str, entities: Mapping[str, str] | None = None, *, confidence: float = 1.0
) -> Parsed:
    """The same words heard as `intent`, with entities that were not said."""
    added = [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": FROM_FOCUS}
        for name, value in (entities or {}).items()
    ]
    return {
        **heard,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [*entities_of(heard), *added],
    }
