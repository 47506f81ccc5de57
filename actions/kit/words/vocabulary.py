"""Which of many words stand in a text, found in one pass over it.

What a message is about is told by thousands of words in hundreds of lists. To search a text for each list costs some
milliseconds a message; to look up what the text holds in all of them at once costs less than a tenth of one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

REMEMBERED = 4096
"""Texts kept with the words in them: every rule that hears a message asks about the same few clauses."""

_LATIN = re.compile("[a-z0-9]+")


class Vocabulary:
    """Words, normalised. Those of Latin letters and digits stand in a text as whole words, all others wherever their
    characters do; an empty one stands in every text."""

    def __init__(self, words: Iterable[str]) -> None:
        self._latin: dict[str, list[str]] = {}
        self._others: dict[str, list[str]] = {}
        self._everywhere = set[str]()
        for word in set(words):
            if not word:
                self._everywhere.add(word)
            elif word.isascii():
                self._latin.setdefault(_beginning(word), []).append(word)
            else:
                self._others.setdefault(word[:2], []).append(word)
        self.within = lru_cache(maxsize=REMEMBERED)(self._within)

    def _within(self, flat: str) -> frozenset[str]:
        """Those of the words that stand in a normalised text."""
        found = set(self._everywhere)
        if not flat.isascii():
            for at in range(len(flat)):
                for beginning in (flat[at], flat[at : at + 2]):
                    found.update(word for word in self._others.get(beginning, ()) if flat.startswith(word, at))
        words = [(match.start(), match.group()) for match in _LATIN.finditer(flat)]
        for (at, first), (_, second) in pairwise([*words, (len(flat), "")]):
            for word in (*self._latin.get(first, ()), *self._latin.get(f"{first} {second}", ())):
                if flat.startswith(word, at) and _ends(flat, at + len(word)):
                    found.add(word)
        return frozenset(found)


def _beginning(word: str) -> str:
    """The first two words of a word of Latin letters that consists of several."""
    return " ".join(word.split(" ", 2)[:2])


def _ends(flat: str, at: int) -> bool:
    return at == len(flat) or not (flat[at].isascii() and flat[at].isalnum())
