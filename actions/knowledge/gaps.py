"""Questions without an answer, put together by what they ask: one subject in three scripts is one group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from actions.knowledge.index import KnowledgeIndex
from actions.knowledge.vectors import Vectors
from crm_store.knowledge import KnowledgeGap

SAME = 0.28
"""Two groups become one as long as their questions are on average at least so alike."""


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps that ask the same, the most often asked first."""

    gaps: Sequence[KnowledgeGap]

    @property
    def asked(self) -> int:
        """How often, over all of them."""
        return sum(gap.count for gap in self.gaps)

    @property
    def nearest(self) -> str | None:
        """The slug of the article that came nearest to any of them."""
        near = [gap for gap in self.gaps if gap.best_slug]
        return max(near, key=lambda gap: gap.best_score or 0.0).best_slug if near else None


async def grouped(index: KnowledgeIndex, gaps: Sequence[KnowledgeGap]) -> list[GapGroup]:
    """The gaps in groups, those asked most often first."""
    if len(gaps) < 2:
        return [GapGroup([gap]) for gap in gaps]
    vectors = await index.vectors([gap.question for gap in gaps])
    groups = [GapGroup(sorted((gaps[at] for at in group), key=lambda gap: -gap.count)) for group in alike(vectors)]
    return sorted(groups, key=lambda group: -group.asked)


def alike(vectors: Vectors) -> list[list[int]]:
    """Row numbers of unit vectors in groups: average linkage, joined down to `SAME`."""
    members = [[row] for row in range(len(vectors))]
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    while len(members) > 1:
        one, other = sorted(int(at) for at in np.unravel_index(likeness.argmax(), likeness.shape))
        if likeness[one, other] < SAME:
            break
        sizes = len(members[one]), len(members[other])
        joined = np.average(likeness[[one, other]], axis=0, weights=sizes)
        likeness[one], likeness[:, one] = joined, joined
        likeness[one, one] = -np.inf
        likeness = np.delete(np.delete(likeness, other, axis=0), other, axis=1)
        members[one] += members.pop(other)
    return members
