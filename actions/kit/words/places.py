"""Places outside mainland China, as customers name them: countries, regions and the cities people send to.

The words stand in places.yml.
"""

import re
from functools import cache
from pathlib import Path

from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")


def place(text: str) -> str | None:
    """The code of the first place outside mainland China that is named."""
    said = normalise(text)
    found = [(match.start(), code) for code, pattern in _places().items() if (match := pattern.search(said))]
    if not found and re.search(r"\bUS\b", text):
        return "US"
    # 印度 stands in 印度尼西亚: the longer name is the one that is meant, and it begins at the same place.
    return min(found, key=lambda each: (each[0], -_length_at(each[1], said)))[1] if found else None


@cache
def _places() -> dict[str, re.Pattern[str]]:
    content: dict[str, list[str]] = read_yaml(FILE)
    return {code: _pattern(names) for code, names in content.items()}


def _pattern(names: list[str]) -> re.Pattern[str]:
    longest = sorted({normalise(word) for word in names}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z0-9]){word}(?![a-z0-9])" if word.isascii() else word for word in longest))


def _length_at(code: str, said: str) -> int:
    match = _places()[code].search(said)
    return len(match.group()) if match else 0
