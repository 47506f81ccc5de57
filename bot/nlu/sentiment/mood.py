"""What is read of a mood: its label with a probability, and anger. The shape every sentiment reader gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
LABELS = (NEGATIVE, NEUTRAL, POSITIVE)


@dataclass(frozen=True)
class Mood:
    """`label` with its probability, and `anger`, both in 0..1."""

    label: str
    confidence: float
    anger: float

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "confidence": round(self.confidence, 4), "anger": round(self.anger, 4)}


#: of a text that says nothing, and of a button
NO_MOOD = Mood(NEUTRAL, 1.0, 0.0)


class SentimentReader(Protocol):
    """Reads the mood of texts as customers wrote them."""

    def read(self, texts: Sequence[str]) -> list[Mood]: ...
