"""What is reckoned for all articles at once is what was reckoned for each answer by itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.knowledge.compared import Phrases, Ranked
from actions.knowledge.index import KnowledgeIndex
from actions.knowledge.ranking import groups_of, phrases_of
from actions.knowledge.vectors import Vectors
from bot.demo import seed
from crm_store import knowledge
from crm_store.db import Database

QUESTIONS = ["几天内可以退货", "when is the shop open", "积分会过期吗", "nothing of the kind"]


def mostly(values: NDArray[np.float32], sharpness: float) -> float:
    return float(np.log(np.exp(sharpness * values).mean())) / sharpness


def ranked(rows: Vectors, groups: Sequence[Sequence[int]], row: Vectors, letters: NDArray[np.float32]) -> list[Ranked]:
    """The answers of one article, each by itself: how they were ranked before."""
    likeness = rows @ row
    found = [
        Ranked(
            place if place < len(groups) - 1 else None,
            mostly(likeness[group], 10.0) + 0.5 * mostly(letters[group], 10.0) + 0.4 * mostly(likeness, 8.0),
            float(likeness[group].max()),
        )
        for place, group in enumerate(groups)
        if group
    ]
    return sorted(found, key=lambda each: -each.rank)


@pytest.fixture
async def groups(database: Database) -> list[tuple[int, list[list[int]]]]:
    """Of each of the demo shop's articles how many phrases it has, and their places by answer."""
    async with database.transaction() as session:
        await seed.write_articles(session)
        articles = await knowledge.listing(session)
    return [(len(known := phrases_of(article)), groups_of(article, known)) for article in articles]


async def test_the_answers_of_the_demo_shops_articles(groups: list[tuple[int, list[list[int]]]]) -> None:
    chance = np.random.default_rng(7)
    rows = [chance.normal(0.02, 0.05, (count, 384)).astype(np.float32) for count, _ in groups]
    phrases = Phrases([its for _, its in groups], [count for count, _ in groups], 384)
    for at, its in enumerate(rows):
        phrases.put(at, its)
    row = (rows[3][5] / np.linalg.norm(rows[3][5])).astype(np.float32)
    letters = chance.random(sum(count for count, _ in groups), dtype=np.float32)
    answers = sum(1 for _, its in groups for group in its if group)
    compared = phrases.compare(row, letters, np.zeros(answers))

    first = 0
    for at, (count, its) in enumerate(groups):
        before = ranked(rows[at], its, row, letters[first : first + count])
        now = compared.ranked(at)
        assert [each.place for each in now] == [each.place for each in before]
        assert [each.rank for each in now] == pytest.approx([each.rank for each in before], abs=1e-5)
        assert [each.nearness for each in now] == pytest.approx([each.nearness for each in before], abs=1e-5)
        assert compared.best(at) == now[0].rank
        first += count


async def test_a_question_asked_again_is_not_encoded_again(database: Database, vectors_folder: Path) -> None:
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return np.random.default_rng(len(texts)).random((len(texts), 384), dtype=np.float32)

    index = KnowledgeIndex(database, folder=vectors_folder, using=encode)
    first = await index.vectors(QUESTIONS, keep=False)
    encoded.clear()
    again = await index.vectors([*QUESTIONS[::-1], QUESTIONS[0]], keep=False)
    assert encoded == []
    assert np.array_equal(again, first[[3, 2, 1, 0, 0]])
