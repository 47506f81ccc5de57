"""Sentence vectors kept on disk between trainings: training again with small changes encodes only what is new."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.encoder.engines import RememberingEngine

#: engines split this into batches of their own; some are faster with many texts
_BATCH = 4096
_KEPT_VECTORS = 60_000


def default_folder() -> Path:
    """`HUIKE_DATA_DIR`/cache/vectors when that is set, the user's cache folder otherwise."""
    data = os.environ.get("HUIKE_DATA_DIR")
    if data:
        return Path(data) / "cache" / "vectors"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "huike" / "vectors"


class VectorCache:
    """One `.npz` file for each engine. A file that cannot be read or written only costs time, never the training."""

    def __init__(self, engine: RememberingEngine, folder: Path, kept: int = _KEPT_VECTORS) -> None:
        """`kept`: how many vectors the file may hold; the least recently used are dropped."""
        self._engine = engine
        self._kept = kept
        self._path = folder / (re.sub(r"[^\w.-]+", "_", engine.identity) + ".npz")
        self._vectors: dict[str, np.ndarray] = self._read()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dimension)."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        names = list(missing)
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            self._vectors.update(zip(batch, self._engine.encode([missing[name] for name in batch]), strict=True))
        if missing:
            self._write(keys)
        if not texts:
            return np.zeros((0, self._engine.dimension), dtype=np.float32)
        return np.asarray(np.stack([self._vectors[key] for key in keys]), dtype=np.float32)

    def _read(self) -> dict[str, np.ndarray]:
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                keys, rows = stored["keys"], stored["rows"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}
        if rows.ndim != 2 or rows.shape[1] != self._engine.dimension:
            return {}
        return dict(zip((str(key) for key in keys), rows, strict=True))

    def _write(self, used: list[str]) -> None:
        recent = list(dict.fromkeys(used))
        new = set(recent)
        older = [key for key in self._vectors if key not in new]
        kept = recent + older[: max(0, self._kept - len(recent))]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path.parent, suffix=".tmp", delete=False) as file:
                np.savez(file, keys=np.array(kept), rows=np.stack([self._vectors[key] for key in kept]))
            os.replace(file.name, self._path)
        except OSError:
            return


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
