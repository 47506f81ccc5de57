"""What codes are called in each language: catalogues in `labels/*.yml`, one file per noun.

A file maps kind → value → language → text, for example
`order_status: {paid: {zh-Hans: 已付款, zh-Hant: 已付款, en: paid}}`.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from crm_store.language import Language

Catalogue = dict[str, dict[str, dict[str, str]]]


class LabelMissing(KeyError):
    """No catalogue has that kind and value."""

    def __init__(self, kind: str, value: str) -> None:
        self.kind, self.value = kind, value
        super().__init__(f"no label for {kind}.{value}")


@cache
def catalogue() -> Catalogue:
    """Every label, read once. Raises ValueError when two files describe the same kind."""
    merged: Catalogue = {}
    for entry in sorted(files("crm_store").joinpath("labels").iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".yml"):
            continue
        content: dict[str, Any] = yaml.safe_load(entry.read_text(encoding="utf-8")) or {}
        for kind, values in content.items():
            if kind in merged:
                raise ValueError(f"labels of {kind!r} stand in two files, the second is {entry.name}")
            merged[kind] = values
    return merged


def label(kind: str, value: str, language: Language, **facts: object) -> str:
    """The text for `value` of `kind`, with `{name}` fields filled from `facts`."""
    try:
        text = catalogue()[kind][value][language.value]
    except KeyError:
        raise LabelMissing(kind, value) from None
    return text.format(**facts) if facts else text
