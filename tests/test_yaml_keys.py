"""No name stands twice in a mapping of the YAML files: the second would silently take the place of the first."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from crm_store.yaml_files import LOADER

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    path
    for folder in ("actions", "bot", "crm_store", "nlu_data/responses", "tests/conversations")
    for path in (ROOT / folder).rglob("*.yml")
)


class Twice(Exception):
    """A name stands twice."""


class _Once(LOADER):  # type: ignore[misc]
    """Reads a file and refuses a name that is there already."""


def _mapping(loader: Any, node: yaml.MappingNode, deep: bool = False) -> Any:
    names = [key.value for key, _ in node.value]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Twice(f"line {node.start_mark.line + 1}: {', '.join(sorted(twice))}")
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


_Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_name_stands_once(file: Path) -> None:
    yaml.load(file.read_text("utf-8"), _Once)


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(Twice, match="line 1: a"):
        yaml.load("a: 1\na: 2\n", _Once)
