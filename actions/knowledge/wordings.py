"""How alike texts are in their letters: whole words and their parts, rare ones counting more.

Beside the vectors, which know what a sentence is about, this knows the words in it: 悠遊卡 and 轉數快 are both ways to
pay, and only their letters tell which of two answers is meant.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from cantonese import rewritten
from crm_store.text import normalise

LATIN_PART, LONGEST_PART = 4, 3
"""So many letters of a Latin word are a part of it; a Chinese part has one to three characters."""


@lru_cache(maxsize=256)
def parts(text: str) -> frozenset[str]:
    """Words and parts of words, in one script and case, Cantonese as written Chinese."""
    found: set[str] = set()
    for word in normalise(rewritten(text)).split():
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
        self._part = {part: number for number, part in enumerate(self._weights)}
        those = [[self._part[part] for part in its if part in self._part] for its in known]
        part = np.fromiter(chain.from_iterable(those), dtype=np.int32)
        place = np.repeat(np.arange(len(those), dtype=np.int32), [len(its) for its in those])
        weight = np.fromiter(self._weights.values(), dtype=np.float64)[part]
        length = np.sqrt(np.bincount(place, weight**2, minlength=len(those)))
        # What holds a part stands together, the parts one behind the other.
        order = np.argsort(part, kind="stable")
        self._places = place[order]
        self._shares = (weight / np.where(length > 0, length, 1.0)[place])[order].astype(np.float32)
        self._begins = np.searchsorted(part[order], np.arange(len(self._part) + 1)).tolist()

    def likeness(self, text: str) -> NDArray[np.float32]:
        """0..1 for each phrase: the cosine of its parts and those of the text, weighed."""
        found = np.zeros(self._phrases, dtype=np.float32)
        those = parts(text) & self._weights.keys()
        length = self._length(those)
        for part in those:
            number = self._part[part]
            holding = slice(self._begins[number], self._begins[number + 1])
            found[self._places[holding]] += self._weights[part] / length * self._shares[holding]
        return found

    def _length(self, those: frozenset[str]) -> float:
        return sqrt(sum(self._weights.get(part, 0.0) ** 2 for part in those)) or 1.0
