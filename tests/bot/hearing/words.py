"""Messages as Rasa understands them, for tests of hearing."""

from typing import Any

from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation, Option, Parsed


def heard(text: str, intent: str, confidence: float = 0.95, **entities: str) -> Parsed:
    """A text understood as `intent`."""
    found = [
        {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": "test"}
        for name, value in entities.items()
    ]
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": intent, "confidence": confidence}],
        "entities": found,
        "sentiment": {"label": "neutral", "confidence": 0.9, "anger": 0.0},
        "language": "zh-Hans",
    }


def said(text: str, intent: str, confidence: float = 0.95, /, *parts: tuple[str, float], **entities: str) -> Said:
    """A message; `parts` are the intents of its clauses, in order."""
    clauses = wishes.clauses(text)
    assert len(parts) in (0, len(clauses)), clauses
    understood = [heard(clause.text, *part) for clause, part in zip(clauses, parts, strict=bool(parts))]
    if not parts:
        understood = [heard(clause.text, intent, confidence) for clause in clauses]
    return Said(text, heard(text, intent, confidence, **entities), list(zip(clauses, understood, strict=True)))


def option(title: str, payload: str, answer: str = "") -> Option:
    return {"title": title, "payload": payload} | ({"answer": answer} if answer else {})


def asked(*options: Option, form: str | None = None, slot: str | None = None, **focus: Any) -> Context:
    """A conversation whose last question offered these."""
    return Context(Expectation(options=list(options), form=form, slot=slot), focus=focus)
