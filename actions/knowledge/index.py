"""Search over the published articles: the nearest by meaning and by words, in whichever language the question comes.

Every article is known by its phrases: titles, the ways to ask it, the sentences of its body, in all its languages. A
question is compared with all of them as sentence vectors. `python -m benchmarks.knowledge` measures how well.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log
from pathlib import Path

import numpy as np
import structlog

from actions.knowledge.vectors import Encode, VectorCache, Vectors, encode, is_latin
from crm_store import knowledge
from crm_store.db import Database
from crm_store.knowledge import CurrentArticle
from crm_store.language import Language
from crm_store.text import terms

THRESHOLD = 0.4
"""From this score on an article answers the question. Below even chance: an answer names its article, so a wrong one is
seen at once, while a refusal sends the customer to a person."""
SHARPNESS = 8.0
"""How far an article's nearest phrases outweigh its others. The larger, the more the nearest phrase alone decides; but
a lucky phrase is not enough, the article as a whole has to be near as well."""
WEIGHT_WORDS = 0.2
"""How much shared words count beside the vectors, whose weight is 1."""
EVEN_CHANCE, SLOPE = 0.30, 25.0
"""Closeness becomes a score: at `EVEN_CHANCE` the best article is as often right as wrong."""
OTHER_LANGUAGE = 0.08
"""So much less near are a question and the article that answers it when one is Chinese and the other English."""
QUESTION_CHARACTERS = 320
"""What a customer wants to know stands at the beginning and the end of a long message."""

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[a-z0-9%]\.)\s+|\n+")
_SHORTEST_SENTENCE = 4

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question. `score` in 0..1 is about the chance that it does; title and body are in
    `language`, the asker's where the article has it."""

    slug: str
    title: str
    body: str
    language: Language
    score: float


@dataclass(frozen=True)
class _Snapshot:
    """What is searched: the articles as they were at `changed_at`, their phrases as rows, their words with weights."""

    changed_at: datetime | None
    articles: list[CurrentArticle]
    rows: list[Vectors]
    words: list[frozenset[str]]
    weights: dict[str, float]


class KnowledgeIndex:
    """Search over one database's articles; follows their changes by itself. `folder` keeps vectors between runs."""

    def __init__(self, database: Database, *, folder: Path | None = None, using: Encode = encode) -> None:
        self._database = database
        self._vectors = VectorCache(folder, using)
        self._snapshot: _Snapshot | None = None
        self._lock = asyncio.Lock()

    async def search(self, question: str, language: str | None = None, limit: int = 3) -> list[Hit]:
        """Articles that answer the question, best first; empty when none does. Texts come in `language`."""
        return [hit for hit in await self.nearest(question, language, limit) if hit.score >= THRESHOLD]

    async def nearest(self, question: str, language: str | None = None, limit: int = 3) -> list[Hit]:
        """The articles nearest to the question, even when none answers it."""
        snapshot = await self._current()
        if not question.strip() or not snapshot.articles:
            return []
        asked = cut(question)
        (row,) = await self._vectors.of([asked], keep=False)
        scores = _scores(snapshot, row, asked)
        wanted = Language.of(language)
        best = sorted(zip(scores, snapshot.articles, strict=True), key=lambda pair: -pair[0])[:limit]
        return [
            Hit(
                article.slug,
                article.title(wanted),
                article.body(wanted),
                article.language(wanted),
                round(float(score), 4),
            )
            for score, article in best
        ]

    async def vectors(self, questions: Sequence[str]) -> Vectors:
        """One unit vector per question, for whoever compares questions with each other."""
        return await self._vectors.of([cut(question) for question in questions])

    async def warm(self) -> int:
        """Encode what is not encoded yet, so that no customer waits for it; the number of articles."""
        return len((await self._current()).articles)

    async def _current(self) -> _Snapshot:
        async with self._lock:
            async with self._database.reading() as session:
                changed_at = await knowledge.last_change(session)
                if self._snapshot is not None and self._snapshot.changed_at == changed_at:
                    return self._snapshot
                articles = await knowledge.listing(session)
            self._snapshot = await self._build(changed_at, articles)
            return self._snapshot

    async def _build(self, changed_at: datetime | None, articles: list[CurrentArticle]) -> _Snapshot:
        if not articles:
            return _Snapshot(changed_at, [], [], [], {})
        phrases = [phrases_of(article) for article in articles]
        flat = await self._vectors.of([phrase for each in phrases for phrase in each])
        ends = np.cumsum([len(each) for each in phrases])
        words = [frozenset[str]().union(*(terms(phrase) for phrase in each)) for each in phrases]
        rows = np.split(flat, ends[:-1])
        logger.info("knowledge.indexed", articles=len(articles), phrases=len(flat))
        return _Snapshot(changed_at, articles, rows, words, _weights(words))


def phrases_of(article: CurrentArticle) -> list[str]:
    """What an article is known by, each once."""
    version = article.version
    phrases = [*version.titles.values(), *(way for ways in version.keywords.values() for way in ways)]
    for body in version.bodies.values():
        phrases += [part.strip() for part in _SENTENCE_END.split(body) if len(part.strip()) >= _SHORTEST_SENTENCE]
    return list(dict.fromkeys(phrases))


def cut(question: str) -> str:
    """A very long message down to its two ends: encoding costs by length."""
    half = QUESTION_CHARACTERS // 2
    return question if len(question) <= QUESTION_CHARACTERS else f"{question[:half]} {question[-half:]}"


def _scores(snapshot: _Snapshot, row: Vectors, question: str) -> list[float]:
    words, latin = terms(question), is_latin(question)
    unknown = log(len(snapshot.articles) + 1)
    total = sum(snapshot.weights.get(word, unknown) for word in words) or 1.0
    scores = []
    for article, rows, known in zip(snapshot.articles, snapshot.rows, snapshot.words, strict=True):
        near = np.log(np.exp(SHARPNESS * (rows @ row)).mean()) / SHARPNESS
        shared = sum(snapshot.weights[word] for word in words & known) / total
        closeness = float(near) + WEIGHT_WORDS * shared + (0.0 if _speaks(article, latin) else OTHER_LANGUAGE)
        scores.append(1 / (1 + exp(-SLOPE * (closeness - EVEN_CHANCE))))
    return scores


def _speaks(article: CurrentArticle, latin: bool) -> bool:
    """Whether an article is written in English (`latin`), or in Chinese."""
    return any((tongue == Language.EN) == latin for tongue in article.version.titles)


def _weights(words: list[frozenset[str]]) -> dict[str, float]:
    """A word that few articles have says more about which one is meant."""
    counts: dict[str, int] = {}
    for known in words:
        for word in known:
            counts[word] = counts.get(word, 0) + 1
    return {word: log((len(words) + 1) / count) for word, count in counts.items()}


_index: list[KnowledgeIndex] = []


def use_index(index: KnowledgeIndex) -> None:
    """Set the index that actions search; called once when the app is built."""
    _index[:] = [index]


def index_of(database: Database) -> KnowledgeIndex:
    """The index in use for `database`; made with its vectors under HUIKE_DATA_DIR when the app set none."""
    if not _index or _index[0]._database is not database:
        use_index(KnowledgeIndex(database, folder=Path(os.environ.get("HUIKE_DATA_DIR", "data")) / "cache"))
    return _index[0]
