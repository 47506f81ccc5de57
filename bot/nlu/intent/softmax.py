"""Softmax regression over dense blocks beside sparse n-grams, with label smoothing and a fitted temperature.

scikit-learn's would do for the fit, but it can neither smooth labels nor penalise the dense and the sparse part
differently, and it persists by pickle. This one is stored as plain arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from bot.nlu.intent import lbfgs


@dataclass(frozen=True)
class SoftmaxSettings:
    """`dense_penalty`, `sparse_penalty`: L2 strength for one example; `smoothing`: mass given to all labels evenly."""

    dense_penalty: float = 1e-4
    sparse_penalty: float = 1e-4
    smoothing: float = 0.05
    iterations: int = 150
    balance: float = 0.5


@dataclass
class SoftmaxModel:
    """Weights of shapes (dense, labels), (sparse, labels), (labels); `temperature` divides the scores."""

    labels: list[str]
    dense: np.ndarray
    sparse: np.ndarray
    bias: np.ndarray
    temperature: float = 1.0

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Raw scores, shape (texts, labels)."""
        return np.asarray(dense @ self.dense + sparse @ self.sparse + self.bias)

    def probabilities(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Calibrated probabilities, shape (texts, labels); rows sum to 1."""
        return softmax(self.scores(dense, sparse) / self.temperature)

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            dense=self.dense.astype(np.float32),
            sparse=self.sparse.astype(np.float16),
            bias=self.bias.astype(np.float32),
            temperature=np.array(self.temperature, dtype=np.float64),
        )

    @classmethod
    def load(cls, path: Path) -> SoftmaxModel:
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                labels=[str(label) for label in stored["labels"]],
                dense=stored["dense"],
                sparse=stored["sparse"].astype(np.float32),
                bias=stored["bias"],
                temperature=float(stored["temperature"]),
            )


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit(
    dense: np.ndarray,
    sparse: csr_matrix,
    labels: Sequence[str],
    settings: SoftmaxSettings,
    start: SoftmaxModel | None = None,
) -> SoftmaxModel:
    """Fit on rows of `dense` beside rows of `sparse`. Needs at least two different labels.

    `start`: a model of the same labels and columns to begin from; the result is the same, sooner.
    """
    names = sorted(set(labels))
    targets, weights = _targets(labels, names, settings)
    return fit_targets(dense, sparse, targets, weights, names=names, settings=settings, start=start)


def fit_targets(
    dense: np.ndarray,
    sparse: csr_matrix,
    targets: np.ndarray,
    weights: np.ndarray,
    *,
    names: list[str],
    settings: SoftmaxSettings,
    start: SoftmaxModel | None = None,
) -> SoftmaxModel:
    """As `fit`, with a distribution over `names` for each row and how much the row counts (summing to 1)."""
    shapes = ((dense.shape[1], len(names)), (sparse.shape[1], len(names)), (len(names),))
    transposed = sparse.T.tocsr()
    rows = dense.astype(np.float32)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        dense_weights, sparse_weights, bias = _unpack(flat, shapes)
        chance = softmax(rows @ dense_weights + sparse @ sparse_weights + bias)
        error = (chance - targets) * weights[:, None]
        value = -float((weights[:, None] * targets * np.log(np.maximum(chance, 1e-12))).sum(dtype=np.float64))
        value += 0.5 * settings.dense_penalty * _squared(dense_weights)
        value += 0.5 * settings.sparse_penalty * _squared(sparse_weights)
        gradient = np.empty_like(flat)
        for_dense, for_sparse, for_bias = _unpack(gradient, shapes)
        np.matmul(rows.T, error, out=for_dense)
        for_dense += settings.dense_penalty * dense_weights
        for_sparse[:] = transposed @ error
        for_sparse += settings.sparse_penalty * sparse_weights
        for_bias[:] = error.sum(axis=0)
        return value, gradient

    begin = np.zeros(sum(int(np.prod(shape)) for shape in shapes), dtype=np.float32)
    if start is not None and start.labels == names:
        begin = np.concatenate([start.dense.ravel(), start.sparse.ravel(), start.bias]).astype(np.float32)
    found = lbfgs.minimize(loss, begin, iterations=settings.iterations)
    return SoftmaxModel(names, *(part.copy() for part in _unpack(found, shapes)))


def fit_temperature(scores: np.ndarray, labels: Sequence[str], names: Sequence[str]) -> float:
    """The temperature that makes held-out `scores` most likely; between 0.2 and 5."""
    columns = {name: column for column, name in enumerate(names)}
    known = [(row, columns[label]) for row, label in enumerate(labels) if label in columns]
    if not known:
        return 1.0
    rows, right = (np.array(part) for part in zip(*known, strict=True))

    def loss(log_temperature: float) -> float:
        chance = softmax(scores[rows] / np.exp(log_temperature))[np.arange(len(right)), right]
        return -float(np.log(np.maximum(chance, 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def _targets(labels: Sequence[str], names: list[str], settings: SoftmaxSettings) -> tuple[np.ndarray, np.ndarray]:
    columns = np.array([names.index(label) for label in labels])
    targets = np.full((len(labels), len(names)), settings.smoothing / len(names), dtype=np.float32)
    targets[np.arange(len(labels)), columns] += 1 - settings.smoothing
    counts = np.bincount(columns, minlength=len(names))
    # `balance` 0 trusts the frequencies of the training data, 1 treats every label alike.
    weights = (counts.mean() / counts[columns]) ** settings.balance
    return targets, np.asarray(weights / weights.sum(), dtype=np.float32)


def _squared(weights: np.ndarray) -> float:
    flat = weights.ravel()
    return float(flat @ flat)


def _unpack(flat: np.ndarray, shapes: tuple[tuple[int, ...], ...]) -> list[np.ndarray]:
    parts, position = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        parts.append(flat[position : position + size].reshape(shape))
        position += size
    return parts
