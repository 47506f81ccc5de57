"""How alike texts are in their letters: whole words and their parts, rare ones counting more.

Beside the vectors, which know what a sentence is about, this knows the words in it: 悠遊卡 and 轉數快 are both ways to
pay, and only their letters tell which of two answers is meant.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from crm_store.text import normalise

LATIN_PART, LONGEST_PART = 4, 3
"""So many letters of a Latin word are a part of it; a Chinese part has one to three characters."""


@lru_cache(maxsize=256)
def parts(text: str) -> frozenset[str]:
    """Words and parts of words, in one script and case."""
    found: set[str] = set()
    for word in normalise(text).split():
        if word.isascii():
            whole = f"^{word}$"
            found.add(word)
            found.update(whole[at : at + LATIN_PART] for at in range(len(whole) - LATIN_PART + 1))
        else:
            for length in range(1, LONGEST_PART + 1):
                found.update(word[at : at + length] for at in range(len(word) - length + 1))
    return frozenset(found)


class Wordings:
    """The phrases of one search, each known by its parts. `groups`: phrases that mean the same, by their places; a part
    that stands in few groups counts most."""

    def __init__(self, phrases: Sequence[str], groups: Sequence[Sequence[int]]) -> None:
        known = [parts(phrase) for phrase in phrases]
        counts = Counter(part for group in groups for part in frozenset[str]().union(*(known[at] for at in group)))
        self._weights = {part: log((len(groups) + 1) / count) for part, count in counts.items()}
        self._phrases = len(phrases)
        holding: dict[str, tuple[list[int], list[float]]] = {}
        for at, those in enumerate(known):
            length = self._length(those)
            for part in those & self._weights.keys():
                places, shares = holding.setdefault(part, ([], []))
                places.append(at)
                shares.append(self._weights[part] / length)
        self._holding = {
            part: (np.array(places), np.array(shares, dtype=np.float32)) for part, (places, shares) in holding.items()
        }

    def likeness(self, text: str) -> NDArray[np.float32]:
        """0..1 for each phrase: the cosine of its parts and those of the text, weighed."""
        found = np.zeros(self._phrases, dtype=np.float32)
        those = parts(text) & self._weights.keys()
        length = self._length(those)
        for part in those:
            places, shares = self._holding[part]
            found[places] += self._weights[part] / length * shares
        return found

    def _length(self, those: frozenset[str]) -> float:
        return sqrt(sum(self._weights.get(part, 0.0) ** 2 for part in those)) or 1.0
