"""Search over the published articles: the nearest by meaning and by words, in whichever language the question comes.

Every article is known by its phrases: titles, the ways to ask it, the sentences of its body, in all its languages. A
question is compared with all of them as sentence vectors. `python -m benchmarks.knowledge` measures how well.

A new shop's articles take half a minute to encode. Who asks meanwhile waits for the few articles that share most words
with the question, not for all of them.
"""

import asyncio
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
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
LIKELY_ARTICLES = 3
"""So many articles that share most words with a question are encoded in any case before it is answered."""
SURE = 0.8
"""From this score on an article is told as the answer though others, which share fewer words, are not encoded yet."""
PATIENCE_SECONDS = 4.0
"""How long further articles are encoded for a question that no encoded one surely answers. Rasa waits for ten."""
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
    """What is searched: the articles as they were at `changed_at`, their phrases, their words with weights. `rows` are
    the phrases as vectors, by the article's place; it fills as they are encoded."""

    changed_at: datetime | None
    articles: list[CurrentArticle]
    phrases: list[list[str]]
    words: list[frozenset[str]]
    weights: dict[str, float]
    rows: dict[int, Vectors] = field(default_factory=dict)


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
        await self._encode_for(snapshot, row, asked)
        wanted = Language.of(language)
        best = sorted(_scores(snapshot, row, asked).items(), key=lambda pair: -pair[1])[:limit]
        found = [(snapshot.articles[at], score) for at, score in best]
        return [
            Hit(
                article.slug,
                article.title(wanted),
                article.body(wanted),
                article.language(wanted),
                round(float(score), 4),
            )
            for article, score in found
        ]

    async def vectors(self, questions: Sequence[str]) -> Vectors:
        """One unit vector per question, for whoever compares questions with each other."""
        return await self._vectors.of([cut(question) for question in questions])

    async def warm(self) -> int:
        """Encode what is not encoded yet, so that no customer waits for it; the number of articles."""
        snapshot = await self._current()
        for at in range(len(snapshot.articles)):
            await self._encode(snapshot, at)
        logger.info("knowledge.indexed", articles=len(snapshot.articles), phrases=sum(map(len, snapshot.phrases)))
        return len(snapshot.articles)

    async def _encode_for(self, snapshot: _Snapshot, row: Vectors, question: str) -> None:
        """Encode the articles that may answer the question, until one surely does or patience ends."""
        until = time.monotonic() + PATIENCE_SECONDS
        shared = _shared_words(snapshot, question)
        waiting = sorted(set(range(len(snapshot.articles))) - snapshot.rows.keys(), key=lambda at: -shared[at])
        for number, at in enumerate(waiting):
            if number >= LIKELY_ARTICLES:
                best = max(_scores(snapshot, row, question).values())
                if best >= SURE or time.monotonic() > until:
                    return
            await self._encode(snapshot, at)

    async def _encode(self, snapshot: _Snapshot, at: int) -> None:
        if at not in snapshot.rows:
            snapshot.rows[at] = await self._vectors.of(snapshot.phrases[at])

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
        phrases = [phrases_of(article) for article in articles]
        words = [frozenset[str]().union(*(terms(phrase) for phrase in each)) for each in phrases]
        snapshot = _Snapshot(changed_at, articles, phrases, words, _weights(words))
        for at in await self._vectors.known_among(phrases):
            await self._encode(snapshot, at)
        return snapshot


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


def _scores(snapshot: _Snapshot, row: Vectors, question: str) -> dict[int, float]:
    """How well each article that is encoded answers the question, by its place."""
    latin = is_latin(question)
    shared = _shared_words(snapshot, question)
    scores = {}
    for at, rows in snapshot.rows.items():
        near = np.log(np.exp(SHARPNESS * (rows @ row)).mean()) / SHARPNESS
        speaks = _speaks(snapshot.articles[at], latin)
        closeness = float(near) + WEIGHT_WORDS * shared[at] + (0.0 if speaks else OTHER_LANGUAGE)
        scores[at] = 1 / (1 + exp(-SLOPE * (closeness - EVEN_CHANCE)))
    return scores


def _shared_words(snapshot: _Snapshot, question: str) -> list[float]:
    """How much of the question's words, by their weights, each article has: 0..1."""
    words = terms(question)
    unknown = log(len(snapshot.articles) + 1)
    total = sum(snapshot.weights.get(word, unknown) for word in words) or 1.0
    return [sum(snapshot.weights[word] for word in words & known) / total for known in snapshot.words]


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
