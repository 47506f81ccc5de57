"""A question compared with every phrase of all articles at once: the nearness of each answer and of each article.

All phrases stand in one matrix, those of an article one behind the other, so that one product gives how near each is.
What is made of them for each answer, each article, is reckoned for all together as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from actions.knowledge.vectors import Vectors

SHARPNESS, ARTICLE_SHARPNESS = 10.0, 8.0
"""How far the nearest phrases of an answer, and of an article, outweigh the others. The larger, the more the nearest
phrase alone decides; but a lucky phrase is not enough, the whole has to be near as well."""
WEIGHT_LETTERS, WEIGHT_ARTICLE = 0.5, 0.4
"""How much the letters, and the article as a whole, count beside the vectors of an answer, whose weight is 1."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer by its place, None for what stands beside the answers: `rank` orders them within an article and among
    all, `nearness` is that of its nearest phrase."""

    place: int | None
    rank: float
    nearness: float


class Compared:
    """How near a question is. Only articles that are encoded are to be asked about."""

    def __init__(self, phrases: "Phrases", likeness: Vectors, ranks: NDArray[np.float64], nearness: Vectors) -> None:
        self._phrases, self._likeness, self._ranks, self._nearness = phrases, likeness, ranks, nearness

    def best(self, at: int) -> float:
        """The highest rank of an article's answers, by the article's place."""
        return float(self._ranks[self._phrases.groups_of(at)].max())

    def likeness(self, at: int) -> Vectors:
        """Of each phrase of the article."""
        return self._likeness[self._phrases.phrases_of(at)]

    def ranked(self, at: int) -> list[Ranked]:
        """The answers of the article, the nearest to the question first."""
        its = self._phrases.groups_of(at)
        found = zip(self._phrases.places(at), self._ranks[its], self._nearness[its], strict=True)
        return sorted((Ranked(place, float(rank), float(near)) for place, rank, near in found), key=lambda it: -it.rank)


class Phrases:
    """The phrases of all articles as vectors of that `dimension`, filled in as they are encoded.

    `groups`: for each article, the places of the phrases of each of its answers and, last, of what stands beside them.
    `counts`: how many phrases each has.
    """

    def __init__(self, groups: Sequence[Sequence[Sequence[int]]], counts: Sequence[int], dimension: int) -> None:
        self._first = list(accumulate(counts, initial=0))
        self._rows: Vectors = np.zeros((self._first[-1], dimension), dtype=np.float32)
        self._places = [_places(its) for its in groups]
        self._group = list(accumulate(map(len, self._places), initial=0))
        said = [(at, group) for at, its in enumerate(groups) for group in its if group]
        self._article = np.array([at for at, _ in said], dtype=np.intp)
        self._members = np.array([self._first[at] + place for at, group in said for place in group], dtype=np.intp)
        self._sizes = np.array([len(group) for _, group in said])
        self._begins = np.array([0, *accumulate(len(group) for _, group in said)][:-1], dtype=np.intp)

    def put(self, at: int, rows: Vectors) -> None:
        """The vectors of an article's phrases."""
        self._rows[self.phrases_of(at)] = rows

    def phrases_of(self, at: int) -> slice:
        return slice(self._first[at], self._first[at + 1])

    def groups_of(self, at: int) -> slice:
        return slice(self._group[at], self._group[at + 1])

    def places(self, at: int) -> list[int | None]:
        """The place of each answer that has phrases, among the article's; None of what stands beside them."""
        return self._places[at]

    def compare(self, row: Vectors, letters: NDArray[np.float32], taken_off: NDArray[np.float64]) -> Compared:
        """With a question's vector. `letters`: how alike the question and each phrase are in them; `taken_off`: what
        each answer loses of its rank."""
        likeness: Vectors = self._rows @ row
        its = likeness[self._members]
        whole = _mostly(likeness, np.array(self._first[:-1]), np.diff(self._first), ARTICLE_SHARPNESS)
        ranks = self._mostly(its) + WEIGHT_LETTERS * self._mostly(letters[self._members])
        nearness: Vectors = np.maximum.reduceat(its, self._begins)
        ranks += WEIGHT_ARTICLE * whole[self._article] - taken_off
        return Compared(self, likeness, ranks, nearness)

    def _mostly(self, values: Vectors) -> NDArray[np.float64]:
        return _mostly(values, self._begins, self._sizes, SHARPNESS)


def _places(groups: Sequence[Sequence[int]]) -> list[int | None]:
    answers = len(groups) - 1
    return [place if place < answers else None for place, group in enumerate(groups) if group]


def _mostly(
    values: Vectors, begins: NDArray[np.intp], sizes: NDArray[np.intp], sharpness: float
) -> NDArray[np.float64]:
    """For each stretch of the values, none of them empty, what is between their mean and the largest; the sharper, the
    nearer to the largest."""
    sums: NDArray[np.float32] = np.add.reduceat(np.exp(np.float32(sharpness) * values), begins)
    found: NDArray[np.float64] = np.log(sums.astype(np.float64) / sizes) / sharpness
    return found
