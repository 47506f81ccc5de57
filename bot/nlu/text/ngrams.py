"""Character and word n-grams of normalised text, weighted by tf-idf: what a sentence vector blurs, they keep."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z\u00c0-\u024f0-9']+|[^\s\w]")
_DIGITS = re.compile(r"\d+")
#: a very long message brings nothing new and would only cost time
_MAX_CHARACTERS = 600


def ngrams(normalized_text: str) -> Iterator[str]:
    """Han 1- to 3-grams, words and word pairs, 3- and 4-grams within Latin words; numbers become one sign by length."""
    text = _DIGITS.sub(lambda match: "0" * min(len(match.group()), 6), normalized_text[:_MAX_CHARACTERS].lower())
    previous = ""
    for run in _RUN.findall(text):
        if "\u3400" <= run[0] <= "\u9fff":
            for size in (1, 2, 3):
                for start in range(len(run) - size + 1):
                    yield run[start : start + size]
            previous = ""
            continue
        yield "w:" + run
        if previous:
            yield f"p:{previous} {run}"
        previous = run
        padded = f"<{run}>"
        if len(run) > 2 and run[0].isalpha():
            for size in (3, 4):
                for start in range(len(padded) - size + 1):
                    yield "c:" + padded[start : start + size]


class NgramVectorizer:
    """Learns which n-grams occur in at least `min_count` texts and how telling each is."""

    def __init__(self, min_count: int = 2) -> None:
        self._min_count = min_count
        self._columns: dict[str, int] = {}
        self._idf = np.zeros(0, dtype=np.float32)

    @property
    def size(self) -> int:
        return len(self._columns)

    def fit(self, texts: Sequence[str]) -> NgramVectorizer:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(set(ngrams(text)))
        chosen = sorted(gram for gram, count in counts.items() if count >= self._min_count)
        self._columns = {gram: column for column, gram in enumerate(chosen)}
        total = len(texts)
        self._idf = np.array([math.log((1 + total) / (1 + counts[gram])) + 1 for gram in chosen], dtype=np.float32)
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Sparse float32 matrix of shape (len(texts), size); rows of length 1, or all zero when nothing is known."""
        indptr, indices, values = [0], [], []
        for text in texts:
            columns, weights = self._row(text)
            indices.extend(columns)
            values.extend(weights)
            indptr.append(len(indices))
        return csr_matrix(
            (np.array(values, dtype=np.float32), np.array(indices, dtype=np.int32), np.array(indptr, dtype=np.int32)),
            shape=(len(texts), self.size),
        )

    def _row(self, text: str) -> tuple[list[int], list[float]]:
        counts = Counter(column for gram in ngrams(text) if (column := self._columns.get(gram)) is not None)
        if not counts:
            return [], []
        columns = list(counts)
        weights = [(1 + math.log(counts[column])) * float(self._idf[column]) for column in columns]
        length = math.sqrt(sum(weight * weight for weight in weights))
        return columns, [weight / length for weight in weights]

    def save(self, path: Path) -> None:
        state = {"grams": list(self._columns), "idf": [round(float(value), 4) for value in self._idf]}
        path.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> NgramVectorizer:
        state = json.loads(path.read_text(encoding="utf-8"))
        vectorizer = cls()
        vectorizer._columns = {gram: column for column, gram in enumerate(state["grams"])}
        vectorizer._idf = np.array(state["idf"], dtype=np.float32)
        return vectorizer
