"""Search over the published articles: the nearest by meaning and by words, in whichever language the question comes.

Every article is known by its phrases: titles, the ways to ask it, its answers with theirs, the sentences of its body,
in all its languages. A question is compared with all of them as sentence vectors. The article found, the answer in it
that is nearest is told; where none fits, the sentence or two of the body that do. `python -m benchmarks.knowledge`
measures how well.

A new shop's articles take a minute or two to encode. Who asks meanwhile waits for the few articles that share most
words with the question, not for all of them, and for those no longer than `PATIENCE_SECONDS`.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import batched
from math import exp, log
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from actions.knowledge.vectors import Encode, VectorCache, Vectors, encode, is_latin
from crm_store import knowledge
from crm_store.db import Database
from crm_store.knowledge import Answer, CurrentArticle
from crm_store.language import Language
from crm_store.text import terms

THRESHOLD = 0.25
"""From this score on an article answers the question. An answer names its article, so a wrong one is seen at once,
while a refusal sends the customer to a person."""
OFFERED = 0.08
"""From this score on an article is offered: "do you mean …?"."""
SHARPNESS = 8.0
"""How far an article's nearest phrases outweigh its others. The larger, the more the nearest phrase alone decides; but
a lucky phrase is not enough, the article as a whole has to be near as well."""
WEIGHT_WORDS = 0.14
"""How much shared words count beside the vectors, whose weight is 1."""
WEIGHT_UNANSWERED, LEAST_UNANSWERED = 0.45, 0.25
"""How much it counts against every article that the question is near to what no article answers; nothing is less near
to that than the second."""
IS_ANSWERED, ASKS_THE_SAME = 0.62, 0.45
"""An unanswered sentence so near to a phrase of some article is answered by this shop after all; and so are those that
ask the same as that sentence in other words or another language."""
EVEN_CHANCE, SLOPE = 0.153, 29.0
"""Closeness becomes a score: at `EVEN_CHANCE` the best article is as often right as wrong. These and the weights above
were fitted to questions of writers whose words stand in no article and among no unanswered sentences."""
SURELY_NEAR = 0.62
"""How near an answer has to be for that."""
WEIGHT_BEFORE = 0.35
"""Of the question before, when words go on with it; what is added now weighs the rest."""
WEIGHT_NOW = 0.35
"""Of what is said now beside both questions as one text, where all articles are searched."""
ANSWER_SHARPNESS, WEIGHT_ANSWER_WORDS = 6.0, 0.05
"""The same among the answers of one article; chosen by asking each answer in one of its own ways, the others known."""
ANSWER_FITS = 0.5
"""From this nearness on one of an article's answers is told; below, what its body says."""
ANSWERS_BESIDE, RANK_BESIDE = 2, 0.1
"""So many other answers of the article that rank so little lower may be meant as well."""
SENTENCE_BESIDE = 0.06
"""A second sentence of the body that is so little less near is told as well."""
OTHER_LANGUAGE = 0.08
"""So much less near are a question and the article that answers it when one is Chinese and the other English."""
LIKELY_ARTICLES = 3
"""So many articles that share most words with a question are encoded before any is told as its answer."""
SURE = 0.8
"""From this score on an article is told as the answer though others, which share fewer words, are not encoded yet."""
PATIENCE_SECONDS = 4.0
"""How long a question waits for articles to be encoded. Rasa waits for ten, and an action may look twice."""
ENCODED_TOGETHER = 16
"""So many phrases go to the encoder at a time: a question that comes meanwhile is next."""
QUESTION_CHARACTERS = 320
"""What a customer wants to know stands at the beginning and the end of a long message."""

UNANSWERED_SENTENCES = Path(__file__).with_name("unanswered_sentences.txt")

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[a-z0-9%]\.)\s+|\n+")
_SHORTEST_SENTENCE = 4
_YES_OR_NO = re.compile(
    r"^(?:(?:yes|no)\s*[,:;.]\s*|(?:可以|能|会|會|有|是的|不能|不会|不會|没有|沒有)[，,：:。]\s*)", re.IGNORECASE
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another answer of the article that may be meant: its place, how customers ask it, what it says."""

    answer: int
    asked: str
    told: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question. `score` in 0..1 is about the chance that it does; texts are in `language`,
    the asker's where the article has it.

    `told`: one or two sentences, an answer's or, where none fits, the body's. `answer`: the place of that answer among
    the article's, None for sentences of the body; `nearness`: of that answer to the question, -1..1.
    """

    slug: str
    title: str
    body: str
    language: Language
    score: float
    told: str = ""
    answer: int | None = None
    nearness: float = 0.0
    asked: str = ""
    """How customers ask the answer, for a button; the title where it is the body that is told."""
    beside: tuple[Beside, ...] = ()

    @property
    def surely(self) -> bool:
        """Whether it may be told where something else would be answered otherwise."""
        return self.score >= SURE and self.answer is not None and self.nearness >= SURELY_NEAR


@dataclass(frozen=True)
class _Snapshot:
    """What is searched: the articles as they were at `changed_at`, their phrases, their words with weights. `rows` are
    the phrases as vectors, by the article's place; it fills as they are encoded. `unanswered`: what hardly any shop
    writes about, `answered`: how near each is to an article all the same."""

    changed_at: datetime | None
    articles: list[CurrentArticle]
    phrases: list[list[str]]
    words: list[frozenset[str]]
    weights: dict[str, float]
    answer_words: list[list[frozenset[str]]]
    unanswered: Vectors
    answered: Vectors
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
        best = sorted(_scores(snapshot, row, asked).items(), key=lambda pair: -pair[1])[:limit]
        return [_hit(snapshot, at, score, _Question(asked, row, Language.of(language))) for at, score in best]

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
        score = max(_scores(snapshot, each, text)[at] for each in (now, row))
        return _hit(snapshot, at, score, _Question(cut(question), row, Language.of(language)))

    async def going_on(self, question: str, before: str, language: str | None = None) -> Hit | None:
        """What any article says to words that leave out what was asked about before: 地址发我 after 深圳店几点关门.

        Both are encoded as one text; what is said now weighs more, or the question before would be answered once more.
        """
        snapshot = await self._current()
        if not question.strip() or not snapshot.rows:
            return None
        asked = cut(f"{before} {question}")
        now, both = await self._vectors.of([cut(question), asked], keep=False)
        mixed = WEIGHT_NOW * now + (1 - WEIGHT_NOW) * both
        row = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
        scores = _scores(snapshot, row, asked)
        at = max(scores, key=lambda place: scores[place])
        return _hit(snapshot, at, scores[at], _Question(cut(question), row, Language.of(language)))

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
        return self._snapshot is not None and len(self._snapshot.rows) == len(self._snapshot.articles)

    async def warm(self) -> int:
        """Encode what is not encoded yet, so that no customer waits for it; the number of articles."""
        snapshot = await self._current()
        for at in range(len(snapshot.articles)):
            await self._encode(snapshot, at)
        logger.info("knowledge.indexed", articles=len(snapshot.articles), phrases=sum(map(len, snapshot.phrases)))
        return len(snapshot.articles)

    async def _encode_for(self, snapshot: _Snapshot, row: Vectors, question: str) -> None:
        """Encode the articles that may answer the question, until one surely does or patience ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._encode_likely(snapshot, row, question)

    async def _encode_likely(self, snapshot: _Snapshot, row: Vectors, question: str) -> None:
        shared = _shared_words(snapshot, question)
        waiting = sorted(set(range(len(snapshot.articles))) - snapshot.rows.keys(), key=lambda at: -shared[at])
        for number, at in enumerate(waiting):
            if number >= LIKELY_ARTICLES and max(_scores(snapshot, row, question).values()) >= SURE:
                return
            await self._encode(snapshot, at)

    async def _encode(self, snapshot: _Snapshot, at: int) -> None:
        if at not in snapshot.rows:
            parts = [await self._vectors.of(part) for part in batched(snapshot.phrases[at], ENCODED_TOGETHER)]
            await self._vectors.save()
            rows = np.concatenate(parts)
            np.maximum(snapshot.answered, (snapshot.unanswered @ rows.T).max(axis=1), out=snapshot.answered)
            snapshot.rows[at] = rows

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
        words = [_words_of(each) for each in phrases]
        unanswered = await self._vectors.of(unanswered_sentences())
        await self._vectors.save()
        nowhere = np.full(len(unanswered), -1.0, dtype=np.float32)
        answer_words = [[_words_of(asked_by(answer)) for answer in article.answers] for article in articles]
        snapshot = _Snapshot(changed_at, articles, phrases, words, _weights(words), answer_words, unanswered, nowhere)
        for at in await self._vectors.known_among(phrases):
            await self._encode(snapshot, at)
        return snapshot


def phrases_of(article: CurrentArticle) -> list[str]:
    """What an article is known by, each once."""
    version = article.version
    phrases = [*version.titles.values(), *(way for ways in version.keywords.values() for way in ways)]
    for body in version.bodies.values():
        phrases += sentences(body)
    for answer in article.answers:
        phrases += asked_by(answer)
    return list(dict.fromkeys(phrases))


def asked_by(answer: Answer) -> list[str]:
    """What an answer is known by: the ways to ask it, and what it says."""
    return [*(way for ways in answer.ask.values() for way in ways), *answer.say.values()]


def sentences(body: str) -> list[str]:
    """The sentences of a body, in their order."""
    return [part.strip() for part in _SENTENCE_END.split(body) if len(part.strip()) >= _SHORTEST_SENTENCE]


def without_yes(sentence: str) -> str:
    """A sentence of a body without the yes or no it begins with, which answers another question than the one asked."""
    rest = _YES_OR_NO.sub("", sentence)
    return rest[:1].upper() + rest[1:]


@cache
def unanswered_sentences() -> list[str]:
    """What customers ask and hardly any shop writes an article about."""
    return UNANSWERED_SENTENCES.read_text(encoding="utf-8").splitlines()


def cut(question: str) -> str:
    """A very long message down to its two ends: encoding costs by length."""
    half = QUESTION_CHARACTERS // 2
    return question if len(question) <= QUESTION_CHARACTERS else f"{question[:half]} {question[-half:]}"


def _place_of(snapshot: _Snapshot, slug: str) -> int | None:
    return next((at for at, article in enumerate(snapshot.articles) if article.slug == slug), None)


def _scores(snapshot: _Snapshot, row: Vectors, question: str) -> dict[int, float]:
    """How well each article that is encoded answers the question, by its place."""
    latin = is_latin(question)
    shared = _shared_words(snapshot, question)
    unanswered = _nearest_unanswered(snapshot, row)
    scores = {}
    for at, rows in snapshot.rows.items():
        likeness = rows @ row
        near = np.log(np.exp(SHARPNESS * likeness).mean()) / SHARPNESS
        speaks = _speaks(snapshot.articles[at], latin)
        closeness = float(near) + WEIGHT_WORDS * shared[at] + (0.0 if speaks else OTHER_LANGUAGE)
        closeness -= WEIGHT_UNANSWERED * unanswered
        scores[at] = 1 / (1 + exp(-SLOPE * (closeness - EVEN_CHANCE)))
    return scores


def _nearest_unanswered(snapshot: _Snapshot, row: Vectors) -> float:
    """How near the question is to what no article of this shop is about."""
    likeness = np.where(_asked_in_vain(snapshot), snapshot.unanswered @ row, -1.0)
    return float(likeness.max(initial=LEAST_UNANSWERED))


def _asked_in_vain(snapshot: _Snapshot) -> NDArray[np.bool_]:
    """Which unanswered sentences no article of this shop answers after all."""
    answered = snapshot.answered >= IS_ANSWERED
    if not answered.any():
        return ~answered
    return ~(answered | ((snapshot.unanswered @ snapshot.unanswered[answered].T).max(axis=1) >= ASKS_THE_SAME))


@dataclass(frozen=True)
class _Question:
    """What is asked, as a vector and by its words."""

    text: str
    row: Vectors
    wanted: Language


def _hit(snapshot: _Snapshot, at: int, score: float, question: _Question) -> Hit:
    article, wanted = snapshot.articles[at], question.wanted
    language = article.language(wanted)
    likeness = dict(zip(snapshot.phrases[at], (float(each) for each in snapshot.rows[at] @ question.row), strict=True))
    ranked = _ranked_answers(snapshot, at, likeness, question.text)
    place, nearness = (ranked[0].place, ranked[0].nearness) if ranked else (None, -1.0)
    if place is not None and nearness >= ANSWER_FITS:
        told = article.answers[place].told(wanted)
        asked = article.answers[place].asked(wanted)
    else:
        asked = article.title(wanted)
        place, told = None, _sentences_near(article.body(wanted), likeness)
    return Hit(
        article.slug,
        article.title(wanted),
        article.body(wanted),
        language,
        round(score, 4),
        told=told,
        answer=place,
        nearness=round(nearness, 4),
        asked=asked,
        beside=tuple(
            Beside(each.place, article.answers[each.place].asked(wanted), article.answers[each.place].told(wanted))
            for each in ranked[: ANSWERS_BESIDE + 1]
            if each.place != place and each.rank >= ranked[0].rank - RANK_BESIDE
        )[:ANSWERS_BESIDE],
    )


@dataclass(frozen=True)
class _Ranked:
    """An answer by its place: `rank` orders those of one article, `nearness` is that of its nearest phrase."""

    place: int
    rank: float
    nearness: float


def _ranked_answers(snapshot: _Snapshot, at: int, likeness: dict[str, float], question: str) -> list[_Ranked]:
    """The answers of an article, the nearest to the question first.

    As with articles, an answer as a whole has to be near; of shared words those count most that tell one answer of the
    article from another.
    """
    answers = snapshot.articles[at].answers
    words, known = terms(question), snapshot.answer_words[at]
    weights = {word: weight for word, weight in _weights(known).items() if word in words}
    total = sum(weights.values()) or 1.0
    ranked = []
    for place, (answer, its_words) in enumerate(zip(answers, known, strict=True)):
        likenesses = np.array([likeness[phrase] for phrase in asked_by(answer)])
        whole = float(np.log(np.exp(ANSWER_SHARPNESS * likenesses).mean())) / ANSWER_SHARPNESS
        shared = sum(weights[word] for word in words & its_words) / total
        ranked.append(_Ranked(place, whole + WEIGHT_ANSWER_WORDS * shared, float(likenesses.max())))
    return sorted(ranked, key=lambda each: -each.rank)


def _sentences_near(body: str, likeness: dict[str, float]) -> str:
    """The sentence of a body nearest to the question, with a second one that is hardly less near; in their order."""
    known = sentences(body)
    if not known:
        return body
    ranked = sorted(range(len(known)), key=lambda at: -likeness[known[at]])[:2]
    least = likeness[known[ranked[0]]] - SENTENCE_BESIDE
    chosen = [known[at] for at in sorted(ranked) if likeness[known[at]] >= least]
    gap = "" if not known[0].isascii() and re.search("[㐀-鿿]", known[0]) else " "
    return gap.join([without_yes(chosen[0]), *chosen[1:]])


def _shared_words(snapshot: _Snapshot, question: str) -> list[float]:
    """How much of the question's words, by their weights, each article has: 0..1."""
    words = terms(question)
    unknown = log(len(snapshot.articles) + 1)
    total = sum(snapshot.weights.get(word, unknown) for word in words) or 1.0
    return [sum(snapshot.weights[word] for word in words & known) / total for known in snapshot.words]


def _words_of(phrases: Sequence[str]) -> frozenset[str]:
    return frozenset[str]().union(*(terms(phrase) for phrase in phrases))


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
