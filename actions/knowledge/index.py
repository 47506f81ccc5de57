"""Search over the published articles: the nearest by meaning and by words, in whichever language the question comes.

Every article is known by its phrases: titles, the ways to ask it, its answers with theirs, the sentences of its body,
in all its languages. A question is compared with all of them as sentence vectors. The article found, the answer in it
that is nearest is told; where none fits, the sentence or two of the body that do. `python -m benchmarks.knowledge`
measures how well.

A new shop's articles take a minute or two to encode. Who asks meanwhile waits for the few articles that share most
words with the question, not for all of them, and for those no longer than `PATIENCE_SECONDS`.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from itertools import accumulate, batched
from math import log
from pathlib import Path

import numpy as np
import structlog

from actions.knowledge.compared import Phrases
from actions.knowledge.ranking import SURE, Hit, Snapshot, about_of, compare, groups_of, hit, phrases_of, scores
from actions.knowledge.vectors import Encode, VectorCache, Vectors
from actions.knowledge.wordings import Wordings
from crm_store import knowledge
from crm_store.db import Database
from crm_store.knowledge import CurrentArticle
from crm_store.language import Language
from crm_store.text import terms

THRESHOLD = 0.25
"""From this score on an article answers the question. An answer names its article, so a wrong one is seen at once,
while a refusal sends the customer to a person."""
OFFERED = 0.17
"""From this score on an article is offered: "do you mean …?"."""
ANSWER_FITS = 0.5
"""From this nearness on an answer fits words that go on with what was told."""
WEIGHT_BEFORE = 0.35
"""Of the question before, when words go on with it; what is added now weighs the rest."""
WEIGHT_NOW = 0.35
"""Of what is said now beside both questions as one text, where all articles are searched."""
LIKELY_ARTICLES = 3
"""So many articles that share most words with a question are encoded before any is told as its answer."""
PATIENCE_SECONDS = 4.0
"""How long a question waits for articles to be encoded. Rasa waits for ten, and an action may look twice."""
ENCODED_TOGETHER = 16
"""So many phrases go to the encoder at a time: a question that comes meanwhile is next."""
QUESTION_CHARACTERS = 320
"""What a customer wants to know stands at the beginning and the end of a long message."""

UNANSWERED_SENTENCES = Path(__file__).with_name("unanswered_sentences.txt")

logger = structlog.get_logger(__name__)


class KnowledgeIndex:
    """Search over one database's articles; follows their changes by itself. `folder` keeps vectors between runs."""

    def __init__(self, database: Database, *, using: Encode, folder: Path | None = None) -> None:
        self._database = database
        self._folder, self._using = folder, using
        self._vectors = VectorCache(folder, using)
        self._snapshot: Snapshot | None = None
        self._lock = asyncio.Lock()

    async def search(self, question: str, language: str | None = None, limit: int = 3) -> list[Hit]:
        """Articles that answer the question, best first; empty when none does. Texts come in `language`."""
        return [hit for hit in await self.nearest(question, language, limit) if hit.score >= THRESHOLD]

    async def nearest(
        self, question: str, language: str | None = None, limit: int = 3, *, beside: str = ""
    ) -> list[Hit]:
        """The articles nearest to the question, even when none answers it. `beside`: what is looked up next, encoded
        with it, so that nobody waits twice for an encoder that is busy."""
        snapshot = await self._current()
        if not question.strip() or not snapshot.articles:
            return []
        asked = cut(question)
        texts = [asked, cut(beside)] if beside.strip() else [asked]
        row = (await self._vectors.of(texts, keep=False))[0]
        await self._encode_for(snapshot, row, asked)
        compared = compare(snapshot, row, asked)
        best = sorted(scores(snapshot, row, asked, compared).items(), key=lambda pair: -pair[1])[:limit]
        return [hit(snapshot, at, score, compared, Language.of(language)) for at, score in best]

    async def following(self, question: str, before: str, slug: str, language: str | None = None) -> Hit | None:
        """What an article says to words that go on with the question before: "and on Sundays?"; None without it."""
        snapshot = await self._current()
        at = _place_of(snapshot, slug)
        if at is None or not question.strip():
            return None
        await self._encode(snapshot, at)
        now, earlier = await self._vectors.of([cut(question), cut(before) or cut(question)], keep=False)
        mixed = (1 - WEIGHT_BEFORE) * now + WEIGHT_BEFORE * earlier
        row = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
        text = f"{cut(question)} {cut(before)}"
        score = max(scores(snapshot, each, text)[at] for each in (now, row))
        return hit(snapshot, at, score, compare(snapshot, row, cut(question)), Language.of(language))

    async def going_on(self, question: str, before: str, language: str | None = None) -> Hit | None:
        """What any article says to words that leave out what was asked about before: 地址发我 after 深圳店几点关门.

        Both are encoded as one text; what is said now weighs more, or the question before would be answered once more.
        """
        snapshot = await self._current()
        if not question.strip() or not snapshot.encoded:
            return None
        asked = cut(f"{before} {question}")
        now, both = await self._vectors.of([cut(question), asked], keep=False)
        mixed = WEIGHT_NOW * now + (1 - WEIGHT_NOW) * both
        row = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
        found = scores(snapshot, row, asked)
        at = max(found, key=lambda place: found[place])
        return hit(snapshot, at, found[at], compare(snapshot, row, cut(question)), Language.of(language))

    async def title(self, slug: str, language: str | None = None) -> str | None:
        """What a published article is called; None when there is none."""
        snapshot = await self._current()
        at = _place_of(snapshot, slug)
        return None if at is None else snapshot.articles[at].title(Language.of(language))

    async def vectors(self, texts: Sequence[str], *, keep: bool = True) -> Vectors:
        """One unit vector per text, for whoever compares texts with each other. `keep` as in `VectorCache.of`."""
        return await self._vectors.of([cut(text) for text in texts], keep=keep)

    async def save(self) -> None:
        """Keep for the next run what `vectors` has made."""
        await self._vectors.save()

    @property
    def ready(self) -> bool:
        """Whether every article can be found; not so in a new shop's first minutes."""
        return self._snapshot is not None and len(self._snapshot.encoded) == len(self._snapshot.articles)

    async def warm(self) -> int:
        """Encode what is not encoded yet, so that no customer waits for it; the number of articles."""
        snapshot = await self._current()
        for at in range(len(snapshot.articles)):
            await self._encode(snapshot, at)
        logger.info("knowledge.indexed", articles=len(snapshot.articles), phrases=sum(map(len, snapshot.phrases)))
        return len(snapshot.articles)

    async def _encode_for(self, snapshot: Snapshot, row: Vectors, question: str) -> None:
        """Encode the articles that may answer the question, until one surely does or patience ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._encode_likely(snapshot, row, question)

    async def _encode_likely(self, snapshot: Snapshot, row: Vectors, question: str) -> None:
        shared = _shared_words(snapshot, question)
        waiting = sorted(set(range(len(snapshot.articles))) - snapshot.encoded.keys(), key=lambda at: -shared[at])
        for number, at in enumerate(waiting):
            if number >= LIKELY_ARTICLES and max(scores(snapshot, row, question).values()) >= SURE:
                return
            await self._encode(snapshot, at)

    async def _encode(self, snapshot: Snapshot, at: int) -> None:
        if at not in snapshot.encoded:
            parts = [await self._vectors.of(part) for part in batched(snapshot.phrases[at], ENCODED_TOGETHER)]
            await self._vectors.save()
            _put(snapshot, at, np.concatenate(parts))

    async def _current(self) -> Snapshot:
        async with self._lock:
            async with self._database.reading() as session:
                changed_at = await knowledge.last_change(session)
                if self._snapshot is not None and self._snapshot.changed_at == changed_at:
                    return self._snapshot
                articles = await knowledge.listing(session)
            self._snapshot = await self._build(changed_at, articles)
            return self._snapshot

    async def _build(self, changed_at: datetime | None, articles: list[CurrentArticle]) -> Snapshot:
        phrases = [phrases_of(article) for article in articles]
        words = [_words_of(each) for each in phrases]
        unanswered = await self._vectors.of(unanswered_sentences())
        await self._vectors.save()
        nowhere = np.full(len(unanswered), -1.0, dtype=np.float32)
        groups = [groups_of(article, known) for article, known in zip(articles, phrases, strict=True)]
        first = list(accumulate(map(len, phrases), initial=0))
        everywhere = [[first[at] + place for place in group] for at, its in enumerate(groups) for group in its if group]
        letters = await asyncio.to_thread(Wordings, [each for known in phrases for each in known], everywhere)
        weights = _weights(words)
        vectors = Phrases(groups, [len(known) for known in phrases], unanswered.shape[1])
        about = [each for article, its in zip(articles, groups, strict=True) for each in about_of(article, its)]
        snapshot = Snapshot(changed_at, articles, phrases, letters, vectors, words, weights, about, unanswered, nowhere)
        for at in await self._vectors.known_among(phrases):
            _put(snapshot, at, await self._vectors.of(phrases[at]))
        return snapshot


@cache
def unanswered_sentences() -> list[str]:
    """What customers ask and hardly any shop writes an article about."""
    return UNANSWERED_SENTENCES.read_text(encoding="utf-8").splitlines()


def cut(question: str) -> str:
    """A very long message down to its two ends: encoding costs by length."""
    half = QUESTION_CHARACTERS // 2
    return question if len(question) <= QUESTION_CHARACTERS else f"{question[:half]} {question[-half:]}"


def _put(snapshot: Snapshot, at: int, rows: Vectors) -> None:
    """From now on the article is found by its phrases' rows."""
    np.maximum(snapshot.answered, (snapshot.unanswered @ rows.T).max(axis=1), out=snapshot.answered)
    snapshot.vectors.put(at, rows)
    snapshot.encoded[at] = None


def _place_of(snapshot: Snapshot, slug: str) -> int | None:
    return next((at for at, article in enumerate(snapshot.articles) if article.slug == slug), None)


def _shared_words(snapshot: Snapshot, question: str) -> list[float]:
    """How much of the question's words, by their weights, each article has: 0..1."""
    words = terms(question)
    unknown = log(len(snapshot.articles) + 1)
    total = sum(snapshot.weights.get(word, unknown) for word in words) or 1.0
    return [sum(snapshot.weights[word] for word in words & known) / total for known in snapshot.words]


def _words_of(phrases: Sequence[str]) -> frozenset[str]:
    return frozenset[str]().union(*(terms(phrase) for phrase in phrases))


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
    """The index in use; for another database than it searches, one of its kind, which is used from then on."""
    (index,) = _index
    if index._database is not database:
        index = KnowledgeIndex(database, using=index._using, folder=index._folder)
        use_index(index)
    return index
