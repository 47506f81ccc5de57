"""What is changed inside Rasa 3.6.21 while it trains, each change with its reason. None alters the model.

`rasa train` reads every file of the training data up to six times, each time with a pure Python parser, checks each
against its schema as often, and fingerprints every example again after every component. On this project's data that is
more work than the learning. Here each file is parsed and checked once, and nothing is fingerprinted for a cache that
the content hash of `bot.training` makes superfluous.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any

import rasa.cli.utils
import rasa.model_training
import rasa.shared.utils.io
import rasa.shared.utils.validation
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.importers.importer import TrainingDataImporter

_stock_read_yaml = rasa.shared.utils.io.read_yaml
_stock_validate = rasa.shared.utils.validation.validate_yaml_schema
_stock_load = TrainingDataImporter.load_from_config

_checked: set[tuple[str, str, str]] = set()
_MANY_FILES = 2048


class TrainingRefused(Exception):
    """Rasa would not train on this data; its own messages were printed before."""


def train(domain: str, data: list[str], config: str, output: str, name: str) -> str:
    """Check the data as `rasa train` does, train from it and return the path of the model `name`.tar.gz in `output`.

    Raises `TrainingRefused`; Rasa itself ends the process when the data contradict each other.
    """
    apply()
    importer = TrainingDataImporter.load_from_config(config, domain, data)
    rasa.cli.utils.validate_files(fail_on_warnings=False, max_history=None, importer=importer)
    result = rasa.model_training.train(domain, config, data, output=output, force_training=True, fixed_model_name=name)
    if result.code or not result.model:
        raise TrainingRefused
    return str(result.model)


def apply() -> None:
    """Put the changes into place; to do so again changes nothing."""
    rasa.shared.utils.io.read_yaml = read_yaml
    rasa.shared.utils.validation.validate_yaml_schema = validate_yaml_schema
    TrainingDataImporter.load_from_config = staticmethod(load_once)
    TrainingHook.on_before_node = _fingerprint_nothing
    TrainingHook.on_after_node = _keep_nothing


def read_yaml(content: str, reader_type: str | list[str] = "safe") -> Any:
    """Parse a text once; each caller gets a copy of its own. A text read with its line numbers is not kept."""
    if reader_type != "safe":
        return _stock_read_yaml(content, reader_type)
    return pickle.loads(_parsed(content))  # noqa: S301 - what was pickled a moment ago


@lru_cache(maxsize=_MANY_FILES)
def _parsed(content: str) -> bytes:
    return pickle.dumps(_stock_read_yaml(content), protocol=pickle.HIGHEST_PROTOCOL)


def validate_yaml_schema(yaml_file_content: str, schema_path: str, package_name: str = "rasa") -> None:
    """Check a text against a schema once."""
    check = (yaml_file_content, schema_path, package_name)
    if check not in _checked:
        _stock_validate(yaml_file_content, schema_path, package_name)
        _checked.add(check)


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
    """See `_fingerprint_nothing`: the same training is never run twice, `bot.training` sees to that."""
