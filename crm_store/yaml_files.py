"""The YAML files that the house is written with, read by libyaml where PyYAML has it: a tenth of the time."""

from typing import Any, Protocol

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""For whoever needs more than the plain content."""


class Readable(Protocol):
    """A path, or a file inside a package."""

    def read_text(self, encoding: str) -> str: ...


def read_yaml(file: Readable) -> Any:
    """The content of a file as plain lists, mappings, texts and numbers; None of an empty one."""
    return yaml.load(file.read_text("utf-8"), LOADER)  # noqa: S506 - a safe one
