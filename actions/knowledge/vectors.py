"""Sentence vectors for search: centred by language, so that subjects stand apart, and kept between runs.

Vectors of one encoder all lie in one narrow cone, and those of one language in a corner of it. The mean of everyday
talk in the text's language is taken off; what remains is what the text is about.
"""

import asyncio
import hashlib
import os
import re
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from cantonese import rewritten
from crm_store.simplified import simplified

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to one row each."""

CENTERING_SENTENCES = Path(__file__).with_name("centering_sentences.txt")
"""Apart from the training data, which grows: every score rests on this mean."""
CACHE_FILE = "knowledge-vectors.npz"
QUESTIONS_REMEMBERED = 2048
LETTERS_PER_CHARACTER = 3
"""A Chinese character says as much as some three Latin letters."""

_CHINESE = re.compile("[㐀-鿿]")

logger = structlog.get_logger(__name__)


class VectorCache:
    """Centred unit vectors of texts, made once: kept in memory and, by the hash of the text, in a file."""

    def __init__(self, folder: Path | None, using: Encode) -> None:
        self._file = folder / CACHE_FILE if folder is not None else None
        self._encode = using
        self._known: dict[str, Vectors] = {}
        self._read = self._unsaved = False
        self._means: dict[bool, Vectors] = {}
        self._asked: dict[str, Vectors] = {}
        """Vectors of questions by their text, the latest last."""
        # Beside the event loop, which stays free.
        self._thread = ThreadPoolExecutor(1, "knowledge")

    async def of(self, texts: Sequence[str], *, keep: bool = True) -> Vectors:
        """One row per text. `keep` False: a customer's question, which is not worth a place in the file (`save`); the
        latest of those stay in memory, for one turn often looks one up several times, and standard words come often."""
        if keep or not texts:
            return await self._made(texts, keep=keep)
        known = {text: self._asked.pop(text) for text in set(texts) & self._asked.keys()}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        self._asked |= known
        if new:
            known |= zip(new, await self._made(new, keep=False), strict=True)
            self._asked |= known
        for forgotten in list(self._asked)[: max(0, len(self._asked) - QUESTIONS_REMEMBERED)]:
            del self._asked[forgotten]
        return np.stack([known[text] for text in texts])

    async def _made(self, texts: Sequence[str], *, keep: bool) -> Vectors:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._make, list(texts), keep)

    async def save(self) -> None:
        """Write what was made since into the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._save)

    async def known_among(self, groups: Sequence[Sequence[str]]) -> list[int]:
        """The places of those groups of texts that hold nothing to be encoded."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._known_among, groups)

    def _known_among(self, groups: Sequence[Sequence[str]]) -> list[int]:
        self._read_file()
        return [at for at, texts in enumerate(groups) if all(_key(plain(text)) in self._known for text in texts)]

    def _make(self, texts: list[str], keep: bool) -> Vectors:
        if not self._means:
            sentences = [plain(text) for text in centering_sentences()]
            self._means = _means(sentences, self._raw(sentences, keep=True))
        plainly = [plain(text) for text in texts]
        middle = np.stack([self._means[False], self._means[True]])
        centred = self._raw(plainly, keep=keep) - middle[[int(is_latin(text)) for text in plainly]]
        lengths: Vectors = np.linalg.norm(centred, axis=1, keepdims=True)
        unit: Vectors = (centred / np.maximum(lengths, 1e-6)).astype(np.float32)
        return unit

    def _raw(self, texts: list[str], *, keep: bool) -> Vectors:
        self._read_file()
        keys = [_key(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        made = dict(zip(new, self._encode(list(new.values())), strict=True)) if new else {}
        if made and keep:
            self._known.update(made)
            self._unsaved = True
        rows = [made[key] if key in made else self._known[key] for key in keys]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), -1)

    def _save(self) -> None:
        if self._unsaved:
            _write(self._file, self._known)
            self._unsaved = False

    def _read_file(self) -> None:
        if not self._read:
            self._known, self._read = _read(self._file), True


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _means(texts: Sequence[str], rows: Vectors) -> dict[bool, Vectors]:
    """The mean row of the Chinese texts (False) and of the English ones (True)."""
    latin = np.array([is_latin(text) for text in texts])
    return {side: rows[latin == side].mean(axis=0) for side in (False, True)}


def plain(text: str) -> str:
    """One script, one case, Cantonese as written Chinese: the same question in two scripts is the same text."""
    return simplified(rewritten(text)).casefold().replace("\x00", " ")


def is_latin(text: str) -> bool:
    """Whether a text reads as English; a few Latin letters in Chinese do not make it so."""
    latin = sum(ch.isascii() and ch.isalpha() for ch in text)
    return latin > LETTERS_PER_CHARACTER * len(_CHINESE.findall(text))


@cache
def centering_sentences() -> list[str]:
    """What people say that no article is about: their mean is the middle of each language."""
    return CENTERING_SENTENCES.read_text(encoding="utf-8").splitlines()


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
