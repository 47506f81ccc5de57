"""Intent classifier: a linear model over sentence vectors and n-grams, trained in seconds."""

from __future__ import annotations

import json
import logging
import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.nlu import softmax
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.normalizer import normalized_of
from bot.nlu.softmax import SoftmaxModel, SoftmaxSettings

logger = logging.getLogger(__name__)

#: one message in this many is held out to fit the temperature
_HELD_OUT_ONE_IN = 6
_MIN_FOR_TEMPERATURE = 120

Blocks = Dict[str, np.ndarray]


class DenseScaler:
    """Centres each block of sentence vectors and brings it to mean length 1, so that no encoder drowns another."""

    def __init__(self, names: List[str], means: List[np.ndarray], scales: List[float]) -> None:
        self.names = names
        self._means = means
        self._scales = scales

    @classmethod
    def fit(cls, blocks: Blocks) -> DenseScaler:
        means = [rows.mean(axis=0) for rows in blocks.values()]
        scales = [
            1.0 / max(float(np.linalg.norm(rows - mean, axis=1).mean()), 1e-6)
            for rows, mean in zip(blocks.values(), means)
        ]
        return cls(list(blocks), means, scales)

    def transform(self, blocks: Blocks) -> np.ndarray:
        """float32 array of shape (texts, sum of the blocks' dimensions)."""
        parts = [
            (blocks[name] - mean) * scale for name, mean, scale in zip(self.names, self._means, self._scales)
        ]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def save(self, path: Path) -> None:
        state = {
            "names": self.names,
            "means": [[round(float(value), 6) for value in mean] for mean in self._means],
            "scales": self._scales,
        }
        path.write_text(json.dumps(state), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> DenseScaler:
        state = json.loads(path.read_text(encoding="utf-8"))
        return cls(state["names"], [np.array(mean, dtype=np.float32) for mean in state["means"]], state["scales"])


class IntentModel:
    """What is learned: n-gram vocabulary, scaling of the sentence vectors, linear weights. Free of Rasa's types."""

    def __init__(self, vectorizer: NgramVectorizer, scaler: DenseScaler, model: SoftmaxModel) -> None:
        self._vectorizer = vectorizer
        self._scaler = scaler
        self._model = model

    @classmethod
    def fit(
        cls, texts: Sequence[str], blocks: Blocks, labels: Sequence[str], settings: Optional[SoftmaxSettings] = None
    ) -> IntentModel:
        """`texts`: normalised; `blocks`: sentence vectors by featurizer, one row a text; `labels`: intent names."""
        settings = settings or SoftmaxSettings()
        vectorizer = NgramVectorizer().fit(texts)
        scaler = DenseScaler.fit(blocks)
        sparse, dense = vectorizer.transform(texts), scaler.transform(blocks)
        model = softmax.fit(dense, sparse, labels, settings)
        model.temperature = _temperature(dense, sparse, texts, labels, settings)
        return cls(vectorizer, scaler, model)

    @property
    def labels(self) -> List[str]:
        return self._model.labels

    @property
    def blocks(self) -> List[str]:
        return self._scaler.names

    def probabilities(self, texts: Sequence[str], blocks: Blocks) -> np.ndarray:
        """Shape (texts, labels), in the order of `labels`."""
        return self._model.probabilities(self._scaler.transform(blocks), self._vectorizer.transform(texts))

    def save(self, folder: Path) -> None:
        self._vectorizer.save(folder / "ngrams.json")
        self._scaler.save(folder / "scaler.json")
        self._model.save(folder / "weights.npz")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        return cls(
            NgramVectorizer.load(folder / "ngrams.json"),
            DenseScaler.load(folder / "scaler.json"),
            SoftmaxModel.load(folder / "weights.npz"),
        )


def _temperature(
    dense: np.ndarray, sparse: csr_matrix, texts: Sequence[str], labels: Sequence[str], settings: SoftmaxSettings
) -> float:
    """Fitted on messages that a second, throw-away model did not see; chosen by content, so the same every time."""
    held = np.array([zlib.crc32(text.encode("utf-8")) % _HELD_OUT_ONE_IN == 0 for text in texts])
    seen = [label for label, out in zip(labels, held) if not out]
    if len(texts) < _MIN_FOR_TEMPERATURE or not held.any() or len(set(seen)) < 2:
        return 1.0
    model = softmax.fit(dense[~held], sparse[~held], seen, settings)
    out = [label for label, is_out in zip(labels, held) if is_out]
    return softmax.fit_temperature(model.scores(dense[held], sparse[held]), out, model.labels)


def says_something(normalized_text: str) -> bool:
    """False for an empty text and for bare punctuation, which no classifier should guess about; emoji do say something."""
    return any(character.isalnum() or ord(character) >= 0x2190 for character in normalized_text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` from the message's sentence vectors and n-grams."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        defaults = SoftmaxSettings()
        return {
            "dense_penalty": defaults.dense_penalty,
            "sparse_penalty": defaults.sparse_penalty,
            "smoothing": defaults.smoothing,
            "iterations": defaults.iterations,
            "balance": defaults.balance,
            "ranking_length": 5,
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(INTENT) and example.get(TEXT) and dense_blocks([example])
        ]
        labels = [example.get(INTENT) for example in examples]
        if len(set(labels)) < 2:
            logger.warning("Fewer than two intents in the training data: no intent classifier is trained.")
            return self._resource
        texts = [normalized_of(example).text for example in examples]
        settings = SoftmaxSettings(
            dense_penalty=self._config["dense_penalty"],
            sparse_penalty=self._config["sparse_penalty"],
            smoothing=self._config["smoothing"],
            iterations=self._config["iterations"],
            balance=self._config["balance"],
        )
        self._model = IntentModel.fit(texts, dense_blocks(examples), labels, settings)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        try:
            with model_storage.read_from(resource) as folder:
                return cls(config, model_storage, resource, IntentModel.load(folder))
        except ValueError:
            # Nothing was stored: the training data held fewer than two intents.
            return cls(config, model_storage, resource)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            ranking = self._ranking(message)
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> List[Dict[str, Any]]:
        blocks = dense_blocks([message])
        text = normalized_of(message).text
        if self._model is None or any(name not in blocks for name in self._model.blocks):
            return []
        chances = self._model.probabilities([text], blocks)[0]
        if not says_something(text):
            chances = np.zeros_like(chances)
        best = np.argsort(-chances)[: int(self._config["ranking_length"])]
        return [{"name": self._model.labels[i], "confidence": float(chances[i])} for i in best]


def dense_blocks(messages: Sequence[Message]) -> Blocks:
    """Sentence vectors by featurizer, one row a message; only the featurizers that every message has."""
    rows: Dict[str, List[np.ndarray]] = {}
    for message in messages:
        for features in message.features:
            if features.is_dense() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT:
                rows.setdefault(str(features.origin), []).append(features.features[0])
    return {name: np.stack(found) for name, found in rows.items() if len(found) == len(messages)}
