"""The trained entity extractor: products, rewards, reasons, names to be called by, from the annotated examples."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pycrfsuite
import rasa.graph_components.validators.default_recipe_validator as recipe_validator
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import fitting
from bot.nlu.entities.fitting import OUTSIDE, Annotation, EntityLesson
from bot.nlu.entities.sequence_features import PhraseList, Unit, features, units
from bot.nlu.text.normalizer import NormalizedText, normalize, normalized_of
from bot.nlu.text.payload import is_payload
from bot.nlu.text.words import in_words

logger = logging.getLogger(__name__)

_MODEL_FILE, _STATE_FILE = "entities.crfsuite", "entities.json"
#: longer messages are read in full by people only
_LONGEST = 1000
#: of a phrase of the lookup table in a sentence in which the model sees no entity
_LISTED_CONFIDENCE = 0.5

# Rasa's own tables, lookups and synonyms are read here, but its validator only knows its own extractors.
warnings.filterwarnings(
    "ignore", message="You have defined training data consisting of (lookup tables|entity examples)"
)


class EntityTagger:
    """A conditional random field over units. Free of Rasa's types."""

    def __init__(self, model: bytes, phrases: PhraseList, words_directory: str, listed: Sequence[str] = ()) -> None:
        """`listed`: entities whose known phrases count in any sentence, even where the model sees nothing."""
        # The tagger reads from these bytes without a reference of its own, so they are kept as long as it.
        self._model = model
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)
        self._phrases = phrases
        self._words = words_directory
        self._listed = listed

    @classmethod
    def load(
        cls, model_path: Path, phrases: PhraseList, words_directory: str, listed: Sequence[str] = ()
    ) -> EntityTagger:
        # From memory: the model's folder is gone as soon as it is loaded.
        return cls(model_path.read_bytes(), phrases, words_directory, listed)

    def find(self, text: str) -> list[tuple[int, int, str, float]]:
        """Start, end, entity and probability (0..1) of what is found in the normalised text."""
        sequence, rows = features(text[:_LONGEST], self._phrases, self._words)
        if not sequence:
            return []
        labels = self._tagger.tag(rows)
        found: list[tuple[int, int, str, float]] = []
        begin = 0
        for i, label in enumerate([*labels, OUTSIDE]):
            previous = labels[i - 1] if i else OUTSIDE
            if previous != OUTSIDE and (label == OUTSIDE or label.startswith("B-")):
                chance = sum(self._tagger.marginal(labels[j], j) for j in range(begin, i)) / (i - begin)
                found.append((sequence[begin].start, sequence[i - 1].end, labels[begin][2:], chance))
            if label.startswith("B-") or (label != OUTSIDE and previous == OUTSIDE):
                begin = i
        return found + self._listed_phrases(sequence, found)

    def _listed_phrases(
        self, sequence: Sequence[Unit], found: Sequence[tuple[int, int, str, float]]
    ) -> list[tuple[int, int, str, float]]:
        """Known phrases of the listed entities that touch nothing of what was `found`."""
        more = []
        for entity in self._listed:
            for first, last in self._phrases.occurrences(entity, sequence):
                start, end = sequence[first].start, sequence[last].end
                if all(end <= other[0] or start >= other[1] for other in found):
                    more.append((start, end, entity, _LISTED_CONFIDENCE))
        return more


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TrainedEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds trained entities; `start` and `end` point into the original text, `value` is the text as said, or the value
    that the training data gives for it (a synonym, in whichever script it is written)."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn_crfsuite"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "words": "nlu_data/words",
            # features seen less often are not learned from
            "seen_at_least": 1,
            "l1": 0.05,
            "l2": 0.01,
            "iterations": 80,
            "threshold": 0.4,
            "listed": ["product"],
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        tagger: EntityTagger | None = None,
        synonyms: dict[str, str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._tagger = tagger
        self._synonyms = synonyms or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TrainedEntityExtractor:
        return cls(config, model_storage, resource)

    @classmethod
    def begin(cls, config: dict[str, Any], training_data: TrainingData) -> None:
        """Have the model of these data fitted while this process does something else; see `fitting.begin`."""
        examples = _examples(training_data)
        if any(example.get(ENTITIES) for example in examples):
            fitting.begin(_lesson({**cls.get_default_config(), **config}, examples, _phrases(training_data)))

    def train(self, training_data: TrainingData) -> Resource:
        examples = _examples(training_data)
        if not any(example.get(ENTITIES) for example in examples):
            logger.warning("No annotated entities in the training data: no entity extractor is trained.")
            return self._resource
        phrases = _phrases(training_data)
        with self._model_storage.write_to(self._resource) as folder:
            fitting.fit(_lesson(self._config, examples, phrases), folder / _MODEL_FILE)
            state = {"phrases": PhraseList(phrases).to_json(), "synonyms": _synonyms(training_data)}
            (folder / _STATE_FILE).write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TrainedEntityExtractor:
        try:
            with model_storage.read_from(resource) as folder:
                state = json.loads((folder / _STATE_FILE).read_text(encoding="utf-8"))
                phrases = PhraseList.from_json(state["phrases"])
                tagger = EntityTagger.load(folder / _MODEL_FILE, phrases, config["words"], config["listed"])
        except ValueError:
            # Nothing was stored: the training data held no annotated entity.
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, tagger, state["synonyms"])

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._tagger is None or is_payload(message.get(TEXT) or ""):
                continue
            entities = self._entities(self._tagger, normalized_of(message))
            self.add_extractor_name(entities)
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _entities(self, tagger: EntityTagger, known: NormalizedText) -> list[dict[str, Any]]:
        entities = []
        for start, end, entity, chance in tagger.find(known.text):
            if chance < self._config["threshold"]:
                continue
            first, last = known.to_original(start, end)
            said = known.original[first:last]
            value = self._value(entity, known.text[start:end]) or said
            entities.append(
                {
                    "entity": entity,
                    "start": first,
                    "end": last,
                    "value": value,
                    "text": said,
                    "confidence_entity": chance,
                }
            )
        return entities

    def _value(self, entity: str, normalized_text: str) -> str | None:
        """What the data gives for a phrase, or for the longest known phrase in it ("鞋码太小了" holds "太小了")."""
        words = [unit.text for unit in units(normalized_text)]
        for length in range(len(words), 1, -1):
            for start in range(len(words) - length + 1):
                value = self._synonyms.get(f"{entity}:{' '.join(words[start : start + length])}")
                if value is not None:
                    return value
        return self._synonyms.get(_synonym_key(entity, normalized_text))


if TrainedEntityExtractor not in recipe_validator.TRAINABLE_EXTRACTORS:
    recipe_validator.TRAINABLE_EXTRACTORS.append(TrainedEntityExtractor)


def _examples(training_data: TrainingData) -> list[Message]:
    """Those with a text; the names of intents, which training adds as examples, are nobody's sentences."""
    return [
        example
        for example in training_data.nlu_examples
        if example.get(TEXT) and example.get(TEXT) != in_words(example.get(INTENT) or "")
    ]


def _lesson(config: dict[str, Any], examples: Sequence[Message], phrases: dict[str, list[str]]) -> EntityLesson:
    forms = [normalize(example.get(TEXT)) for example in examples]
    return EntityLesson(
        texts=[form.text for form in forms],
        annotations=[_annotations(example, form) for example, form in zip(examples, forms, strict=True)],
        phrases=phrases,
        words_directory=config["words"],
        settings={
            "feature.minfreq": config["seen_at_least"],
            "c1": config["l1"],
            "c2": config["l2"],
            "max_iterations": config["iterations"],
        },
    )


def _annotations(example: Message, form: NormalizedText) -> list[Annotation]:
    return [
        (*form.from_original(int(entity["start"]), int(entity["end"])), str(entity["entity"]))
        for entity in example.get(ENTITIES, [])
    ]


def _phrases(training_data: TrainingData) -> dict[str, list[str]]:
    """Lookup tables, the synonyms, and values annotated at least twice: a phrase list that knew every annotated value
    would teach the model to trust it alone."""
    phrases: dict[str, list[str]] = {}
    for table in training_data.lookup_tables:
        if isinstance(table["elements"], list):
            phrases.setdefault(str(table["name"]), []).extend(table["elements"])
    phrases.setdefault("synonym", []).extend(training_data.entity_synonyms)
    counts: dict[tuple[str, str], int] = {}
    for example in training_data.entity_examples:
        for entity in example.get(ENTITIES, []):
            said = example.get(TEXT)[entity["start"] : entity["end"]]
            counts[(entity["entity"], said)] = counts.get((entity["entity"], said), 0) + 1
    for (entity, said), count in counts.items():
        if count > 1:
            phrases.setdefault(entity, []).append(said)
    return phrases


def _synonyms(training_data: TrainingData) -> dict[str, str]:
    """Values by entity and normalised text. Synonyms of the data name no entity; reasons are what has them here."""
    found: dict[str, str] = {}
    for said, value in training_data.entity_synonyms.items():
        found[_synonym_key("reason", normalize(said).text)] = str(value)
    for example in training_data.entity_examples:
        for entity in example.get(ENTITIES, []):
            said = example.get(TEXT)[entity["start"] : entity["end"]]
            if str(entity["value"]) != said:
                found[_synonym_key(entity["entity"], normalize(said).text)] = str(entity["value"])
    return found


def _synonym_key(entity: str, normalized_text: str) -> str:
    return f"{entity}:{' '.join(unit.text for unit in units(normalized_text))}"
