"""What the intent classifier learns: a linear and a kernel model over the same features. Free of Rasa's types."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.entities.rules import find_rules
from bot.nlu.intent import kernel, softmax
from bot.nlu.intent.kernel import KernelModel, KernelSettings
from bot.nlu.intent.softmax import SoftmaxModel, SoftmaxSettings
from bot.nlu.text.language import EN, detect
from bot.nlu.text.ngrams import NgramVectorizer

#: sentence vectors by featurizer, one row a text
Blocks = dict[str, np.ndarray]

#: one message in this many is held out to fit the temperature
_HELD_OUT_ONE_IN = 6
_MIN_FOR_TEMPERATURE = 120
#: enough for the temperature: 1.089 on our own examples, 1.0885 when it went on to the end
_REHEARSAL_ITERATIONS = 40
#: what turns the kernel model's scores (0..1) into the sharpness of the linear model's
_KERNEL_SHARPNESS = 25.0
_LINEAR_TEMPERATURE = 0.55
#: a language with fewer examples is centred with all
_MIN_FOR_CENTRE = 20
#: any moment will do: only the kinds of entities count here, not their values
_SOME_MOMENT = datetime(2026, 1, 1, tzinfo=timezone.utc)
_LONGEST_FOR_RULES = 400


@dataclass(frozen=True)
class IntentSettings:
    linear: SoftmaxSettings = field(default_factory=lambda: SoftmaxSettings(dense_penalty=5e-5, sparse_penalty=1e-4))
    kernel: KernelSettings = field(default_factory=KernelSettings)


def with_entities(normalized_text: str) -> str:
    """The text with the kinds of its rule entities behind it: "20251214-0037 到哪了 entordernumber"."""
    found = find_rules(normalized_text[:_LONGEST_FOR_RULES], _SOME_MOMENT)
    kinds = sorted({"ent" + entity.entity.replace("_", "") for entity in found})
    return " ".join([normalized_text, *kinds])


class Centring:
    """Centres each encoder's vectors by language and brings them to length 1: what is left is what a sentence says,
    not which language it says it in, and no encoder drowns another."""

    def __init__(self, names: list[str], means: dict[str, list[np.ndarray]]) -> None:
        self.names = names
        self._means = means

    @classmethod
    def fit(cls, texts: Sequence[str], blocks: Blocks) -> Centring:
        groups = _groups(texts)
        means: dict[str, list[np.ndarray]] = {}
        for group in ("en", "zh"):
            inside = groups == group
            chosen = inside if inside.sum() >= _MIN_FOR_CENTRE else np.ones(len(texts), dtype=bool)
            means[group] = [rows[chosen].mean(axis=0) for rows in blocks.values()]
        return cls(list(blocks), means)

    def transform(self, texts: Sequence[str], blocks: Blocks) -> np.ndarray:
        """float32 array of shape (texts, sum of the blocks' dimensions); rows of length 1."""
        groups = _groups(texts)
        parts = []
        for place, name in enumerate(self.names):
            rows = blocks[name].astype(np.float32, copy=True)
            for group, means in self._means.items():
                rows[groups == group] -= means[place]
            parts.append(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))
        return np.asarray(np.concatenate(parts, axis=1) / np.sqrt(len(parts)), dtype=np.float32)

    def save(self, path: Path) -> None:
        means = {
            group: [[round(float(value), 6) for value in mean] for mean in found]
            for group, found in self._means.items()
        }
        path.write_text(json.dumps({"names": self.names, "means": means}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Centring:
        state = json.loads(path.read_text(encoding="utf-8"))
        means = {group: [np.array(mean, dtype=np.float32) for mean in found] for group, found in state["means"].items()}
        return cls(state["names"], means)


def _groups(texts: Sequence[str]) -> np.ndarray:
    return np.array(["en" if detect(text) == EN else "zh" for text in texts])


class IntentModel:
    """The mean of both models' probabilities, calibrated by one temperature fitted on messages held out."""

    def __init__(
        self,
        vectorizer: NgramVectorizer,
        centring: Centring,
        linear: SoftmaxModel,
        remembering: KernelModel,
        temperature: float,
    ) -> None:
        self._vectorizer = vectorizer
        self._centring = centring
        self._linear = linear
        self._remembering = remembering
        self._temperature = temperature

    @classmethod
    def fit(
        cls, texts: Sequence[str], blocks: Blocks, labels: Sequence[str], settings: IntentSettings | None = None
    ) -> IntentModel:
        """`texts`: normalised; `labels`: intent names, at least two different ones."""
        settings = settings or IntentSettings()
        centring = Centring.fit(texts, blocks)
        dense = centring.transform(texts, blocks)
        extended = [with_entities(text) for text in texts]
        vectorizer = NgramVectorizer().fit(extended)
        sparse = vectorizer.transform(extended)
        similar = kernel.similarity(dense, sparse, settings.kernel)
        rows = _Rows(dense, sparse, np.array(labels, dtype=object))
        temperature, rehearsed = _rehearsal(rows, _held_out(texts), similar, settings)
        linear = _fit_linear(rows, settings.linear, rehearsed)
        remembering = kernel.fit(dense, sparse, labels, settings.kernel, similar)
        return cls(vectorizer, centring, linear, remembering, temperature)

    @property
    def labels(self) -> list[str]:
        return self._linear.labels

    @property
    def blocks(self) -> list[str]:
        return self._centring.names

    def probabilities(self, texts: Sequence[str], blocks: Blocks) -> np.ndarray:
        """Shape (texts, labels), in the order of `labels`; rows sum to 1."""
        dense = self._centring.transform(texts, blocks)
        sparse = self._vectorizer.transform([with_entities(text) for text in texts])
        joined = _joined(self._linear.probabilities(dense, sparse), self._remembering.scores(dense, sparse))
        return softmax.softmax(joined / self._temperature)

    def save(self, folder: Path) -> None:
        self._vectorizer.save(folder / "ngrams.json")
        self._centring.save(folder / "centring.json")
        self._linear.save(folder / "linear.npz")
        self._remembering.save(folder / "kernel.npz")
        (folder / "temperature.json").write_text(json.dumps(self._temperature), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        return cls(
            NgramVectorizer.load(folder / "ngrams.json"),
            Centring.load(folder / "centring.json"),
            SoftmaxModel.load(folder / "linear.npz"),
            KernelModel.load(folder / "kernel.npz"),
            float(json.loads((folder / "temperature.json").read_text(encoding="utf-8"))),
        )


@dataclass(frozen=True)
class _Rows:
    """Examples as the models learn from them, a row each."""

    dense: np.ndarray
    sparse: csr_matrix
    labels: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> _Rows:
        return _Rows(self.dense[chosen], self.sparse[chosen], self.labels[chosen])


def _fit_linear(rows: _Rows, settings: SoftmaxSettings, start: SoftmaxModel | None = None) -> SoftmaxModel:
    # The penalty was measured on blocks of length 1 each.
    scale = np.float32(np.sqrt(2))
    if start is not None:
        start = SoftmaxModel(start.labels, start.dense / scale, start.sparse, start.bias)
    linear = softmax.fit(rows.dense * scale, rows.sparse, rows.labels.tolist(), settings, start)
    linear.dense = linear.dense * scale
    linear.temperature = _LINEAR_TEMPERATURE
    return linear


def _joined(linear: np.ndarray, remembered: np.ndarray) -> np.ndarray:
    """Log of the mean probability of both models, from the linear one's probabilities and the kernel one's scores."""
    return np.asarray(np.log((linear + softmax.softmax(remembered * _KERNEL_SHARPNESS)) / 2 + 1e-12))


def _held_out(texts: Sequence[str]) -> np.ndarray:
    """Which texts the rehearsal does not see: chosen by content, so the same every time."""
    return np.array([zlib.crc32(text.encode("utf-8")) % _HELD_OUT_ONE_IN == 0 for text in texts])


def _rehearsal(
    rows: _Rows, held: np.ndarray, similar: np.ndarray, settings: IntentSettings
) -> tuple[float, SoftmaxModel | None]:
    """The temperature, fitted on what throw-away models did not see, and the throw-away linear model, from which the
    real one is found sooner."""
    seen, unseen = rows[~held], rows[held]
    if len(held) < _MIN_FOR_TEMPERATURE or not held.any() or len(set(seen.labels)) < 2:
        return 1.0, None
    shorter = replace(settings.linear, iterations=min(settings.linear.iterations, _REHEARSAL_ITERATIONS))
    linear = _fit_linear(seen, shorter)
    inside = similar[np.ix_(~held, ~held)]
    remembering = kernel.fit(seen.dense, seen.sparse, seen.labels.tolist(), settings.kernel, inside)
    remembered = similar[np.ix_(held, ~held)] @ remembering.duals
    scores = _joined(linear.probabilities(unseen.dense, unseen.sparse), remembered)
    return softmax.fit_temperature(scores, unseen.labels.tolist(), linear.labels), linear
