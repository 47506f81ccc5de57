"""Questions without an answer come together by what they ask, in whatever script."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from actions.knowledge.gaps import alike, grouped
from actions.knowledge.index import KnowledgeIndex
from bot.sentences import encode
from crm_store import knowledge
from crm_store.db import Database
from crm_store.knowledge import KnowledgeGap

SUBJECTS = Path(__file__).parents[3] / "benchmarks" / "data" / "gap_questions.csv"


@pytest_asyncio.fixture
async def index(database: Database, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeIndex:
    return KnowledgeIndex(database, using=encode, folder=tmp_path_factory.getbasetemp() / "vectors")


async def asked(database: Database, *questions: tuple[str, str, int]) -> Sequence[KnowledgeGap]:
    """Gaps of (question, language, how often)."""
    async with database.transaction() as session:
        for question, language, times in questions:
            for _ in range(times):
                await knowledge.record_gap(
                    session, question=question, language=language, best_slug="store_hours", best_score=times / 10
                )
        return await knowledge.gaps(session)


class TestGrouped:
    async def test_one_subject_in_three_scripts_is_one_group(self, index: KnowledgeIndex, database: Database) -> None:
        gaps = await asked(
            database,
            ("可以带狗进店吗", "zh-Hans", 4),
            ("学生有折扣吗", "zh-Hans", 2),
            ("學生證可以打折嗎", "zh-Hant", 2),
            ("is there a student discount", "en", 1),
        )
        students, dogs = await grouped(index, gaps)
        assert [gap.question for gap in students.gaps][-1] == "is there a student discount"
        assert (students.asked, students.nearest) == (5, "store_hours")
        assert [gap.question for gap in dogs.gaps] == ["可以带狗进店吗"]

    async def test_nothing_and_one_need_no_comparison(self, database: Database) -> None:
        def refuse(texts: Sequence[str]) -> np.ndarray:
            raise AssertionError(f"{len(texts)} texts were encoded for nothing")

        index = KnowledgeIndex(database, using=refuse)
        assert await grouped(index, []) == []
        (only,) = await grouped(index, await asked(database, ("能刻字吗", "zh-Hans", 3)))
        assert only.asked == 3

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    async def test_pairs_on_one_subject(self, index: KnowledgeIndex) -> None:
        """The promise behind SAME: of the pairs that come together most belong so, and most that belong do."""
        with SUBJECTS.open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        groups = alike(await index.vectors([row["question"] for row in rows]))
        joined = {(a, b) for group in groups for a in group for b in group if a < b}
        same = {
            (a, b)
            for b, later in enumerate(rows)
            for a, earlier in enumerate(rows[:b])
            if earlier["subject"] == later["subject"]
        }
        print(f"right {len(same & joined)} of {len(joined)} joined, found of {len(same)}")
        assert len(same & joined) >= 0.65 * len(joined)
        assert len(same & joined) >= 0.65 * len(same)


class TestAlike:
    def test_average_linkage(self) -> None:
        angles = np.radians([0, 10, 90, 100, 45])
        rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        assert sorted(map(sorted, alike(rows[:4]))) == [[0, 1], [2, 3]]
        assert alike(rows[:1]) == [[0]]
        assert alike(rows[:0]) == []
