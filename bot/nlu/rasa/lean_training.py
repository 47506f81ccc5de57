"""What is changed inside Rasa 3.6.21 while it trains, each change with its reason. None alters the model.

`rasa train` reads every file of the training data up to six times, each time with a pure Python parser, checks each
against its schema as often, copies and fingerprints all examples with every merge, and fingerprints them again after
every component. On this project's data that is more work than the learning. Here each file is parsed and checked once,
and not again by the next training while it stays as it is; examples are neither copied nor fingerprinted: the content
hash of `bot.operate.training` makes Rasa's own cache superfluous.
"""

from __future__ import annotations

import copy
import json
import pickle
from functools import lru_cache
from typing import Any

import rasa.cli.utils
import rasa.model_training
import rasa.shared.utils.io
import rasa.shared.utils.validation
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.constants import LATEST_TRAINING_DATA_FORMAT_VERSION
from rasa.shared.core.domain import Domain
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.nlu.training_data.util import check_duplicate_synonym

from bot.nlu.entities.trained import TrainedEntityExtractor
from bot.nlu.rasa.read_files import ReadFiles
from bot.nlu.text import normalizer

_stock_read_yaml = rasa.shared.utils.io.read_yaml
_stock_validate = rasa.shared.utils.validation.validate_yaml_schema
_stock_load = TrainingDataImporter.load_from_config
_stock_equal = Message.__eq__

_files = ReadFiles()


class TrainingRefused(Exception):
    """Rasa would not train on this data; its own messages were printed before."""


def train(domain: str, data: list[str], config: str, output: str, name: str) -> str:
    """Check the data as `rasa train` does, train from it and return the path of the model `name`.tar.gz in `output`.

    Raises `TrainingRefused`; Rasa itself ends the process when the data contradict each other.
    """
    apply()
    normalizer.remember_forms()
    importer = TrainingDataImporter.load_from_config(config, domain, data)
    rasa.cli.utils.validate_files(fail_on_warnings=False, max_history=None, importer=importer)
    _begin_entities(importer)
    result = rasa.model_training.train(domain, config, data, output=output, force_training=True, fixed_model_name=name)
    if result.code or not result.model:
        raise TrainingRefused
    _files.keep()
    return str(result.model)


def _begin_entities(importer: TrainingDataImporter) -> None:
    """The entity model is fitted beside the intents', which need no more of the data than was read by now."""
    kind = f"{TrainedEntityExtractor.__module__}.{TrainedEntityExtractor.__name__}"
    for component in importer.get_config().get("pipeline", []):
        if component["name"] == kind:
            TrainedEntityExtractor.begin(component, importer.get_nlu_data())


def apply() -> None:
    """Put the changes into place; to do so again changes nothing."""
    rasa.shared.utils.io.read_yaml = read_yaml
    rasa.shared.utils.validation.validate_yaml_schema = validate_yaml_schema
    TrainingDataImporter.load_from_config = staticmethod(load_once)
    # mypy forbids to replace methods of a class; that is what this module is for.
    Message.__hash__ = hash_of_message  # type: ignore[method-assign]
    Message.__eq__ = same_message  # type: ignore[method-assign]
    TrainingData.merge = merge
    Domain.as_yaml = domain_as_json
    TrainingHook.on_before_node = _fingerprint_nothing
    TrainingHook.on_after_node = _keep_nothing


def read_yaml(content: str, reader_type: str | list[str] = "safe") -> Any:
    """Parse a text once; each caller gets a copy of its own. A text read with its line numbers is not kept."""
    if reader_type != "safe":
        return _stock_read_yaml(content, reader_type)
    return pickle.loads(_parsed(content))  # noqa: S301 - what was pickled a moment ago


def _parsed(content: str) -> bytes:
    return _files.parsed(content, _stock_read_yaml)


def validate_yaml_schema(yaml_file_content: str, schema_path: str, package_name: str = "rasa") -> None:
    """Check a text against a schema once."""
    check = f"{package_name}:{schema_path}"
    if not _files.was_checked(yaml_file_content, check):
        _stock_validate(yaml_file_content, schema_path, package_name)
        _files.checked(yaml_file_content, check)


def hash_of_message(self: Message) -> int:
    """Rasa turns everything a message holds into text and hashes that, to find examples that stand twice."""
    return hash((self.data.get(TEXT), self.data.get(INTENT)))


def same_message(self: Message, other: object) -> bool:
    if isinstance(other, Message) and not self.features and not other.features:
        return bool(self.data == other.data)
    return bool(_stock_equal(self, other))


def merge(self: TrainingData, *others: TrainingData | None) -> TrainingData:
    """As Rasa's, but the examples stay the same objects: what was merged is not used again."""
    parts = [self, *(other for other in others if other)]
    synonyms: dict[str, str] = {}
    responses: dict[str, Any] = {}
    for part in parts:
        for text, synonym in part.entity_synonyms.items():
            check_duplicate_synonym(synonyms, text, synonym, "merging training data")
        synonyms.update(part.entity_synonyms)
        responses.update(part.responses)
    return TrainingData(
        [example for part in parts for example in part.training_examples],
        synonyms,
        [feature for part in parts for feature in part.regex_features],
        [table for part in parts for table in part.lookup_tables],
        copy.deepcopy(responses),
    )


def domain_as_json(self: Domain) -> str:
    """The domain in the model's file as JSON, which is YAML, too: the YAML writer took six seconds for it."""
    content = {"version": LATEST_TRAINING_DATA_FORMAT_VERSION, **self.as_dict()}
    return json.dumps(content, ensure_ascii=False, indent=1)


@lru_cache(maxsize=4)
def _loaded(config: str, domain: str | None, data: tuple[str, ...]) -> TrainingDataImporter:
    return _stock_load(config, domain, list(data))


def load_once(
    config_path: str,
    domain_path: str | None = None,
    training_data_paths: list[str] | None = None,
    args: dict[str, Any] | None = None,
) -> TrainingDataImporter:
    """The importer for these files, the same for the check and for the training."""
    return _loaded(config_path, domain_path, tuple(training_data_paths or ()))


def _fingerprint_nothing(self: TrainingHook, **_: Any) -> dict[str, Any]:
    """Stock fingerprints all examples before each component, to look its result up in a cache and to keep it there."""
    return {}


def _keep_nothing(self: TrainingHook, **_: Any) -> None:
    """See `_fingerprint_nothing`: the same training is never run twice, `bot.operate.training` sees to that."""
