"""Last word on entities: where two overlap, one stays."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

#: kinds that are certain by their form: a trained entity around them was mistaken
_CERTAIN = frozenset({"order_number", "parcel_number", "phone", "email", "member_number", "code"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class OverlapResolver(GraphComponent):
    """Keeps numbers and addresses first, then the longer entity, then the rule before the guess; ordered by place."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OverlapResolver:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(ENTITIES, settle(message.get(ENTITIES, [])), add_to_output=True)
        return messages


def settle(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entities that stay, in the order of the text."""
    ranked = sorted(
        entities,
        key=lambda entity: (
            entity["entity"] not in _CERTAIN,
            -(entity["end"] - entity["start"]),
            -float(entity.get("confidence_entity", 1.0)),
        ),
    )
    kept: list[dict[str, Any]] = []
    for entity in ranked:
        if all(entity["end"] <= other["start"] or entity["start"] >= other["end"] for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda entity: entity["start"])
