"""Small steps that the forms about orders, returns and complaints share."""

from typing import Any

from actions.kit.base import Turn
from actions.kit.forms import REQUESTED_SLOT, CrmForm, requested
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer

CHOICE = "choice"
"""The entity of a button that stands for an answer of a form: a reason, a line of an order, a category."""


def begins(form: CrmForm, turn: Turn) -> bool:
    """Whether this message starts the form: what an earlier, interrupted one left in its slots is stale then."""
    return turn.slot(REQUESTED_SLOT) not in form.slots


def blank(form: CrmForm) -> dict[str, Any]:
    return dict.fromkeys(form.slots)


def words(turn: Turn) -> str:
    """What the customer typed; nothing for a pressed button."""
    return "" if turn.pressed else turn.text


def choice(turn: Turn) -> str | None:
    """The answer behind a pressed button."""
    value = turn.entity(CHOICE)
    return str(value) if value is not None else None


def without_entities(turn: Turn, *names: str) -> str:
    """The customer's words without the places where these entities stand: 聊聊退货 of 明天三点聊聊退货."""
    text = words(turn)
    found = [entity for entity in turn.tracker.latest_message.get("entities") or [] if entity.get("entity") in names]
    for entity in sorted(found, key=lambda entity: entity["start"], reverse=True):
        text = f"{text[: entity['start']]} {text[entity['end'] :]}"
    return text


def confirmed(turn: Turn, slot: str) -> dict[str, bool]:
    """The answer to the open yes-or-no question `slot`; nothing for hesitation, a question or anything else."""
    if not requested(turn, slot):
        return {}
    if turn.pressed:
        return {slot: turn.intent == "affirm"} if turn.intent in {"affirm", "deny"} else {}
    said = consent.read(words(turn)).answer
    if said is Answer.NOT_YET:
        return {}
    if lexicon.mentions("drop", words(turn)) or said is Answer.NO:
        return {slot: False}
    if said is Answer.YES:
        return {slot: True}
    if turn.intent == "affirm" and consent.doubts(words(turn)):
        return {}
    return {slot: turn.intent == "affirm"} if turn.intent in {"affirm", "deny"} else {}


def confirmed_beside(turn: Turn, slot: str, details: dict[str, Any]) -> dict[str, Any]:
    """The answer to the open yes-or-no question `slot` beside `details`, the values that the message gives.

    A value that differs from the one the question named corrects it: the message is neither yes nor no then, and the
    question is put once more.
    """
    corrects = any(turn.slot(name) != value for name, value in details.items())
    return details if corrects else details | confirmed(turn, slot)
