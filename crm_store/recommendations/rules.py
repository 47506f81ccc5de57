"""How close two articles are, by who bought both: pure.

The cosine between the members who bought one and those who bought the other (item-based collaborative filtering:
Sarwar, Karypis, Konstan, Riedl, WWW 2001), times n / (n + SHRUNK_BY), so that two articles that three members happened
to buy are no twins (shrinkage: Bell, Koren, ICDM 2007). It is one matrix product, so numpy is all it takes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

import numpy as np

SHRUNK_BY = 5.0
"""Members together at which a score counts half."""
KEPT = 20
"""The closest of each article."""
MEMBERS_AT_A_TIME = 2000
HALF_LIFE = timedelta(days=180)
"""A purchase so long ago says half as much of what somebody wants now."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """One direction of a pair; see `ProductAffinity`."""

    sku: str
    other_sku: str
    together: int
    score: float


def affinities(bought: Collection[Collection[str]], *, at_least: int) -> list[Affinity]:
    """The closest articles of each, by what each member `bought`; a pair of fewer than `at_least` members is none."""
    skus = sorted({sku for each in bought for sku in each})
    place = {sku: number for number, sku in enumerate(skus)}
    together = np.zeros((len(skus), len(skus)))
    for some in batched(bought, MEMBERS_AT_A_TIME):
        has = np.zeros((len(some), len(skus)), dtype=np.float32)
        for row, each in enumerate(some):
            has[row, [place[sku] for sku in each]] = 1
        together += has.T @ has
    buyers = np.diagonal(together).copy()
    np.fill_diagonal(together, 0)
    together[together < at_least] = 0
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.nan_to_num(together / np.sqrt(np.outer(buyers, buyers)) * together / (together + SHRUNK_BY))
    found = []
    for row, sku in enumerate(skus):
        closest = np.argsort(-score[row], kind="stable")[:KEPT]
        found += [
            Affinity(sku, skus[other], int(together[row, other]), float(score[row, other]))
            for other in closest
            if score[row, other] > 0
        ]
    return found


def ranked(owned: Mapping[str, timedelta], pairs: Sequence[tuple[str, str, float]]) -> list[tuple[str, str]]:
    """What goes best with all that is `owned` (by how long ago it was bought), the best first, each with the purchase
    that speaks for it most. `pairs`: owned article, other article, score."""
    total: dict[str, float] = {}
    because: dict[str, tuple[float, str]] = {}
    for sku, other, score in pairs:
        weight = score * 0.5 ** (owned[sku] / HALF_LIFE)
        total[other] = total.get(other, 0.0) + weight
        because[other] = max(because.get(other, (0.0, "")), (weight, sku))
    return [(other, because[other][1]) for other in sorted(total, key=lambda each: (-total[each], each))]
