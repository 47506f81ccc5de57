"""Kernel ridge classifier: each label's score is a sum of similarities to the training examples.

Beside the linear model it remembers single phrasings that no straight border fits; the two together are better than
either (cross-validation: `benchmarks/nlu_crossval.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class KernelSettings:
    """`dense_width`, `sparse_width`: how fast similarity falls with distance; `sparse_share`: weight of the n-grams
    beside 2 for the sentence vectors; `ridge`: how much is smoothed."""

    dense_width: float = 0.7
    sparse_width: float = 0.5
    sparse_share: float = 0.5
    ridge: float = 0.2


class KernelModel:
    """`dense`: training rows of length 1; `sparse`: their n-grams; `duals`: weights of shape (examples, labels)."""

    def __init__(
        self, labels: list[str], dense: np.ndarray, sparse: csr_matrix, duals: np.ndarray, settings: KernelSettings
    ) -> None:
        self.labels = labels
        self._dense = dense
        self._sparse = sparse
        # Turned here and not for each message: 4.4 ms instead of 6.1 for an intent among 8,000 examples (measured).
        self._columns = sparse.T.tocsr()
        self.duals = duals
        self._settings = settings

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Raw scores, shape (texts, labels); about 1 for a label that fits and 0 for one that does not."""
        return np.asarray(_kernel(dense, sparse, self._dense, self._columns, self._settings) @ self.duals)

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            dense=self._dense.astype(np.float16),
            data=self._sparse.data.astype(np.float16),
            indices=self._sparse.indices.astype(np.int32),
            indptr=self._sparse.indptr.astype(np.int32),
            columns=np.array(self._sparse.shape[1]),
            duals=self.duals.astype(np.float32),
            settings=np.array(list(vars(self._settings).values())),
        )

    @classmethod
    def load(cls, path: Path) -> KernelModel:
        with np.load(path, allow_pickle=False) as stored:
            dense = stored["dense"].astype(np.float32)
            parts = (stored["data"].astype(np.float32), stored["indices"], stored["indptr"])
            sparse = csr_matrix(parts, shape=(len(dense), int(stored["columns"])))
            settings = KernelSettings(*(float(value) for value in stored["settings"]))
            return cls([str(label) for label in stored["labels"]], dense, sparse, stored["duals"], settings)


def fit(
    dense: np.ndarray,
    sparse: csr_matrix,
    labels: Sequence[str],
    settings: KernelSettings,
    similar: np.ndarray | None = None,
) -> KernelModel:
    """Fit on rows of `dense` (length 1) beside rows of `sparse` (length 1 or 0). Memory grows with the square of the
    number of rows: 180 MB at 6,700. `similar`: their `similarity`, where it is known already; it is overwritten."""
    names = sorted(set(labels))
    columns = np.array([names.index(label) for label in labels])
    targets = np.full((len(labels), len(names)), -1 / len(names), dtype=np.float32)
    targets[np.arange(len(labels)), columns] += 1
    rows = dense.astype(np.float32)
    matrix = similarity(rows, sparse, settings) if similar is None else similar
    matrix[np.diag_indices_from(matrix)] += settings.ridge
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return KernelModel(names, rows, sparse, cho_solve(factor, targets, check_finite=False), settings)


def similarity(dense: np.ndarray, sparse: csr_matrix, settings: KernelSettings) -> np.ndarray:
    """How alike each row is to each, float32 array of shape (rows, rows)."""
    return _kernel(dense.astype(np.float32), sparse, dense.astype(np.float32), sparse.T.tocsr(), settings)


def _kernel(
    left: np.ndarray, left_sparse: csr_matrix, right: np.ndarray, right_columns: csr_matrix, settings: KernelSettings
) -> np.ndarray:
    """`right_columns`: the n-grams of the right side, a column each."""
    # In place: among all examples each of these is 260 MB, and new memory is slow.
    near = left @ right.T
    alike = np.asarray((left_sparse @ right_columns).toarray(), dtype=np.float32)
    _fall(near, settings.dense_width)
    _fall(alike, settings.sparse_width)
    near *= 2
    alike *= settings.sparse_share
    near += alike
    return np.asarray(near)


def _fall(cosines: np.ndarray, width: float) -> None:
    """Cosines to similarities of a Gaussian kernel, in place: exp(-width * squared distance)."""
    cosines -= 1
    cosines *= 2 * width
    np.exp(cosines, out=cosines)
