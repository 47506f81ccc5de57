"""What is said in a measurement: messages that nobody has said before, each of them once."""

import csv
import random
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
STRANGERS = sorted(DATA.glob("unseen_messages*.csv"))
WARMING_UP = DATA / "entity_messages.yml"
ORDER = 20261126
"""Seed of the order in which messages are said: the same in every run."""


class DeckEmpty(Exception):
    """More messages were wanted than there are; `size` is how many there were."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"there are only {size} messages that nobody has said yet")


class Deck:
    """Messages in a shuffled order, each given out once; all customers draw from it."""

    def __init__(self, texts: Iterable[str], *, limit: int | None = None) -> None:
        """`limit`: how many are given out at most. Raises DeckEmpty when there are fewer."""
        found = distinct(texts)
        random.Random(ORDER).shuffle(found)
        if limit is not None and limit > len(found):
            raise DeckEmpty(len(found))
        self.size = len(found) if limit is None else limit
        self._left = found[: self.size][::-1]

    def draw(self) -> str | None:
        """The next message; None when all have been said."""
        return self._left.pop() if self._left else None


def distinct(texts: Iterable[str]) -> list[str]:
    """Every text once, also when it was written twice with other widths or capitals."""
    found: dict[str, str] = {}
    for text in texts:
        if key := unicodedata.normalize("NFKC", text).casefold().strip():
            found.setdefault(key, text.strip())
    return list(found.values())


def strangers_messages(file: Path | None = None) -> list[str]:
    """The texts of `file` (a `.csv` with a column `text`, or one message a line), or those of the strangers."""
    if file is None:
        return [text for each in STRANGERS for text in strangers_messages(each)]
    with file.open(encoding="utf-8", newline="") as source:
        if file.suffix == ".csv":
            return [row["text"] for row in csv.DictReader(source)]
        return source.read().splitlines()


def warming_up_messages() -> list[str]:
    """Messages of other writers, said before anything is counted."""
    content: dict[str, Any] = yaml.safe_load(WARMING_UP.read_text(encoding="utf-8"))
    marked = (str(each["text"]) for each in content["messages"])
    return [_unmarked(text) for text in marked]


def _unmarked(text: str) -> str:
    """`[words](entity)` → `words`."""
    plain, rest = "", text
    while "](" in rest and "[" in rest:
        before, _, inner = rest.partition("[")
        words, _, after = inner.partition("](")
        plain, rest = plain + before + words, after.partition(")")[2]
    return plain + rest
