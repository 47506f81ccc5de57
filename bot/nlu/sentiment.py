"""How a customer feels: negative, neutral or positive with a probability, and anger in 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix

from bot.nlu.normalizer import normalized_of
from bot.nlu.payload import is_payload
from bot.nlu.sentiment_features import folded
from bot.nlu.sentiment_model import (
    Centre,
    GramOpinion,
    Inputs,
    VectorOpinion,
    encoders_at_hand,
    no_grams,
    read_inputs,
    stacked,
)
from bot.nlu.softmax import SoftmaxModel

SENTIMENT = "sentiment"
NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
LABELS = (NEGATIVE, NEUTRAL, POSITIVE)
WEIGHTS = Path(__file__).parent / "weights" / "sentiment.npz"
#: columns of the n-grams that anger reads
ANGER_COLUMNS = 1 << 15


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


class StaleWeights(RuntimeError):
    """The weights were learned on other encoders' vectors than those at hand."""

    def __init__(self, learned_on: str, at_hand: str) -> None:
        self.learned_on = learned_on
        self.at_hand = at_hand
        super().__init__(f"sentiment weights learned on {learned_on}, but the encoders are {at_hand}: train them again")


class OwnSentiment:
    """The project's own head; see `bot.nlu.sentiment_model` for its parts."""

    def __init__(
        self,
        centres: tuple[Centre, Centre],
        by_grams: GramOpinion,
        by_vector: VectorOpinion,
        mood: SoftmaxModel,
        anger: SoftmaxModel,
    ) -> None:
        self._centres = centres
        self._by_grams = by_grams
        self._by_vector = by_vector
        self._mood = mood
        self._anger = anger

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> OwnSentiment:
        """Raises `StaleWeights` when the file belongs to other vectors than this process's encoders give."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        learned_on, at_hand = str(arrays["encoder"]), encoders_at_hand()
        if learned_on != at_hand:
            raise StaleWeights(learned_on, at_hand)
        first, second = (
            Centre(arrays[f"{name}_mean"].astype(np.float32), float(arrays[f"{name}_scale"]))
            for name in ("first", "second")
        )
        return cls(
            (first, second),
            GramOpinion(arrays["grams"], arrays["grams_steps"], arrays["grams_bias"]),
            VectorOpinion(*(arrays[f"vector_{part}"].astype(np.float32) for part in VECTOR_PARTS)),
            _head(arrays, "mood"),
            _head(arrays, "anger"),
        )

    def read(self, texts: Sequence[str]) -> list[Mood]:
        if not texts:
            return []
        inputs = read_inputs(texts, *self._centres)
        opinions = self._by_grams.scores(inputs.grams), self._by_vector.scores(inputs.second, inputs.surface)
        moods = self._mood.probabilities(stacked(*opinions, inputs), no_grams(len(texts)))
        angers = self._anger.probabilities(*anger_inputs(inputs))[:, self._anger.labels.index("angry")]
        return [self._mood_of(row, float(anger)) for row, anger in zip(moods, angers, strict=True)]

    def _mood_of(self, chances: np.ndarray, anger: float) -> Mood:
        best = int(chances.argmax())
        return Mood(self._mood.labels[best], float(chances[best]), anger)


#: the order of `VectorOpinion`'s fields in the weights file
VECTOR_PARTS = ("hidden", "hidden_bias", "out", "out_bias")


def _head(arrays: dict[str, np.ndarray], name: str) -> SoftmaxModel:
    return SoftmaxModel(
        labels=[str(label) for label in arrays[f"{name}_labels"]],
        dense=arrays[f"{name}_dense"].astype(np.float32),
        sparse=arrays[f"{name}_sparse"].astype(np.float32),
        bias=arrays[f"{name}_bias"].astype(np.float32),
        temperature=float(arrays[f"{name}_temperature"]),
    )


def anger_inputs(inputs: Inputs) -> tuple[np.ndarray, csr_matrix]:
    """Dense and sparse features that anger reads: (texts, dimension + surface) and (texts, `ANGER_COLUMNS`)."""
    return np.concatenate([inputs.first, inputs.surface], axis=1), folded(inputs.grams, ANGER_COLUMNS)


@lru_cache(maxsize=4)
def reader_for(model: str) -> SentimentReader:
    """`own`, or `hf:NAME_OR_PATH` for a Hugging Face classifier."""
    if model == "own":
        return OwnSentiment.load()
    if model.startswith("hf:") and model[3:]:
        from bot.nlu.hf_sentiment import HuggingFaceSentiment

        return HuggingFaceSentiment(model[3:])
    raise ValueError(f"unknown sentiment model {model!r}: use own or hf:NAME_OR_PATH")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SentimentAnalyzer(GraphComponent):
    """Adds `sentiment` {label, confidence, anger} to the parse result."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # own, or hf:NAME_OR_PATH
        return {"model": "own"}

    def __init__(self, config: dict[str, Any]) -> None:
        self._reader = reader_for(config["model"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentimentAnalyzer:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(SENTIMENT, self._mood(message).to_json(), add_to_output=True)
        return messages

    def _mood(self, message: Message) -> Mood:
        text: str | None = message.get(TEXT)
        if not text or is_payload(text) or not normalized_of(message).text:
            return NO_MOOD
        return self._reader.read([text])[0]
