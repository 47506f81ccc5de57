"""Which of two conditions that shut each other out a question names, and an answer is about.

"Can they go back, I wore them outside" is near to the answer about trying shoes on indoors, and far from a word for
word way to ask the other. What the answer is about, its ways to ask tell. The words stand in contrasts.yml.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actions.kit.words.vocabulary import Vocabulary
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
ONLY = "only"
ABOUT, ABOUT_OTHER = 0.5, 0.1
"""An answer is about a side that so large a part of its ways to ask names, if no larger part than the second names the
other."""
OPPOSED, UNNAMED = 0.2, 0.12
"""So much lower an answer ranks that is about the other side, and one about a special kind that is not named."""


def sides_named(text: str) -> frozenset[str]:
    """The sides that a question names; of a contrast whose both sides it names, neither."""
    named = _named(text)
    return frozenset(side for side in named if not named & _others()[side])


def sides_of(ways: Sequence[str]) -> frozenset[str]:
    """The sides that an answer is about, by its ways to ask."""
    named = [_named(way) for way in ways]
    shares = {side: sum(side in each for each in named) / max(1, len(named)) for side in _others()}
    return frozenset(
        side
        for side, share in shares.items()
        if share >= ABOUT and all(shares[other] <= ABOUT_OTHER for other in _others()[side])
    )


def taken_off(question: str, about: Iterable[frozenset[str]]) -> NDArray[np.float64]:
    """What each answer loses of its rank, by the sides it is `about`."""
    named = sides_named(question)
    mentioned = _named(question)
    return np.array([_lost(sides, named, mentioned) if sides else 0.0 for sides in about])


def _lost(about: frozenset[str], named: frozenset[str], mentioned: frozenset[str]) -> float:
    if any(_others()[side] & named for side in about):
        return OPPOSED
    return UNNAMED if about & _special() - mentioned else 0.0


def _named(text: str) -> frozenset[str]:
    found = _vocabulary().within(normalise(text))
    longest = [word for word in found if not any(word != other and word in other for other in found)]
    return frozenset(_side_of()[word] for word in longest)


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(_side_of())


@cache
def _side_of() -> dict[str, str]:
    return {
        normalise(word): f"{name}.{side}"
        for name, sides in _contrasts().items()
        for side, words in sides.items()
        for word in words
    }


@cache
def _others() -> dict[str, frozenset[str]]:
    """For each side the others of its contrast."""
    return {
        f"{name}.{side}": frozenset(f"{name}.{other}" for other in sides if other != side)
        for name, sides in _contrasts().items()
        for side in sides
    }


@cache
def _special() -> frozenset[str]:
    return frozenset(f"{name}.{content[ONLY]}" for name, content in read_yaml(FILE).items() if ONLY in content)


@cache
def _contrasts() -> dict[str, dict[str, list[str]]]:
    return {
        name: {side: words for side, words in content.items() if side != ONLY}
        for name, content in read_yaml(FILE).items()
    }
