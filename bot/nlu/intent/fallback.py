"""First stage of the fallback: when the classifier is unsure, say so instead of guessing."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.text.payload import is_payload


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ConfidenceFallback(IntentClassifier, GraphComponent):
    """Puts `nlu_fallback` first when the best guess is below `threshold` or the runner-up too close behind it.

    The guesses stay in `intent_ranking`, after `nlu_fallback`: the bot asks back with the two best as buttons.
    Unlike Rasa's own, a close race counts only below `sure`, since calibrated 0.6 against 0.35 is a clear answer.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.35, "margin": 0.08, "sure": 0.5}

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
        self._margin = float(config["margin"])
        self._sure = float(config["sure"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ConfidenceFallback:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            if is_payload(message.get(TEXT) or "") or not self.is_unsure([guess["confidence"] for guess in ranking]):
                continue
            # As Rasa does: the confidence of the fallback is the threshold that was missed.
            fallback = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": self._threshold}
            message.set(INTENT, fallback, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [fallback, *ranking], add_to_output=True)
        return messages

    def is_unsure(self, confidences: list[float]) -> bool:
        """`confidences`: best first. No guess at all is unsure."""
        # Written so that "no number", which compares with nothing, is unsure too.
        if not confidences or not confidences[0] >= self._threshold:
            return True
        close = len(confidences) > 1 and confidences[0] - confidences[1] < self._margin
        return close and confidences[0] < self._sure
