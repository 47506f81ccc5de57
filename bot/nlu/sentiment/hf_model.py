"""Any Hugging Face sentiment classifier, through `transformers`' TensorFlow classes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.nlu.encoder.hf_engine import load_model
from bot.nlu.sentiment.features import surface
from bot.nlu.sentiment.mood import LABELS, NEGATIVE, NEUTRAL, POSITIVE, Mood

_MAX_TOKENS = 128
#: no more is tokenised; the model reads `_MAX_TOKENS` of it
_MAX_CHARACTERS = 1000
#: labels as published models name them; stars of reviews count as negative (1, 2), neutral (3), positive (4, 5)
_MEANINGS: dict[str, str] = {
    "negative": NEGATIVE, "neg": NEGATIVE, "neutral": NEUTRAL, "neu": NEUTRAL, "positive": POSITIVE, "pos": POSITIVE,
    "1 star": NEGATIVE, "2 stars": NEGATIVE, "3 stars": NEUTRAL, "4 stars": POSITIVE, "5 stars": POSITIVE,
    "anger": NEGATIVE, "angry": NEGATIVE,
}  # fmt: skip
_ANGER_LABELS = frozenset({"anger", "angry"})


class UnknownLabels(ValueError):
    """The classifier's labels name no sentiment we know."""

    def __init__(self, name: str, labels: list[str]) -> None:
        self.name = name
        self.labels = labels
        super().__init__(f"{name} has labels {labels}; needed are names such as {sorted(_MEANINGS)}")


class HuggingFaceSentiment:
    """`name`: a model name or folder. Its labels are mapped by name; two unnamed labels are negative and positive.

    Few models know anger: without a label for it, anger is the probability of negative weighed by how loud the text is.
    """

    def __init__(self, name: str) -> None:
        from transformers import AutoConfig, AutoTokenizer, TFAutoModelForSequenceClassification

        config = AutoConfig.from_pretrained(name)
        self._labels = [str(config.id2label[i]).lower() for i in range(config.num_labels)]
        if self._labels == ["label_0", "label_1"]:
            self._labels = ["negative", "positive"]
        if self._labels == ["label_0", "label_1", "label_2"]:
            self._labels = ["negative", "neutral", "positive"]
        if not {NEGATIVE, POSITIVE} <= {_MEANINGS.get(label, "") for label in self._labels}:
            raise UnknownLabels(name, self._labels)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._model: Any = load_model(TFAutoModelForSequenceClassification, name)
        self._lock = threading.Lock()

    def read(self, texts: Sequence[str]) -> list[Mood]:
        if not texts:
            return []
        with self._lock:
            batch = self._tokenizer(
                [_readable(text) for text in texts],
                padding=True,
                truncation=True,
                max_length=_MAX_TOKENS,
                return_tensors="tf",
            )
            scores = self._model(**batch, training=False).logits.numpy()
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        return [
            self._mood(text, row) for text, row in zip(texts, shifted / shifted.sum(axis=1, keepdims=True), strict=True)
        ]

    def _mood(self, text: str, row: np.ndarray) -> Mood:
        chances = dict.fromkeys(LABELS, 0.0)
        for label, chance in zip(self._labels, row, strict=True):
            if label in _MEANINGS:
                chances[_MEANINGS[label]] += float(chance)
        best = max(chances, key=lambda label: chances[label])
        named = [float(chance) for label, chance in zip(self._labels, row, strict=True) if label in _ANGER_LABELS]
        loud = surface(text)
        anger = (
            sum(named)
            if named
            else chances[NEGATIVE] * min(1.0, 0.3 + 0.5 * float(loud[0] + loud[1]) + 0.2 * float(loud[9]))
        )
        return Mood(best, chances[best], min(1.0, anger))


def _readable(text: str) -> str:
    """The text as written, for models know their own case and script; without halves of surrogate pairs, which no
    tokenizer takes."""
    return text[:_MAX_CHARACTERS].encode("utf-8", "ignore").decode("utf-8")
