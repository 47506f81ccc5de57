"""Trains the sentiment head and writes bot/nlu/weights/sentiment.npz.

Run in Rasa's interpreter:  python -m benchmarks.train_sentiment --data DIR [--shopping 6000]

DIR holds the public sets under sentiment/ (shopping_zh, takeaway_zh, hotel_zh, airline_en: `text,sentiment`) and
nlu/clinc150.json, whose in-scope questions count as neutral. The project's own service messages are in
nlu_data/sentiment/*.csv (`sentiment,anger,text`) and are all that teaches anger. One row in seven of every public set,
chosen by its content, is kept for validation; what is printed at the end was measured on those rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import softmax
from bot.nlu.engines import engine_for, prepare
from bot.nlu.normalizer import normalize
from bot.nlu.sentiment import ENCODER, LABELS, NEGATIVE, NEUTRAL, WEIGHTS
from bot.nlu.sentiment_features import hashed, surface
from bot.nlu.softmax import SoftmaxModel, SoftmaxSettings
from bot.nlu.vector_cache import VectorCache, default_folder

OWN = Path("nlu_data/sentiment")
_VALIDATION_ONE_IN = 7
#: how much one of our own messages counts beside one public review
_OWN_WEIGHT = 12.0
_SOURCES = (
    "SophonPlus/ChineseNlpCorpus online_shopping_10_cats, waimai_10k, ChnSentiCorp_htl_all; "
    "Twitter US Airline Sentiment; clinc/oos-eval; Huike's own service messages (nlu_data/sentiment)"
)


@dataclass(frozen=True)
class Row:
    """`anger` is None where nobody judged it."""

    source: str
    text: str
    sentiment: str
    anger: float | None

    @property
    def is_validation(self) -> bool:
        return self.source != "own" and zlib.crc32(self.text.encode("utf-8")) % _VALIDATION_ONE_IN == 0


def read_public(data: Path, limits: dict[str, int]) -> list[Row]:
    rows: list[Row] = []
    shuffler = random.Random(7)
    for name, limit in limits.items():
        with (data / "sentiment" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            found = [Row(name, row["text"], row["sentiment"], None) for row in csv.DictReader(file)]
        shuffler.shuffle(found)
        # A praise is no anger: that much is known of the public sets.
        rows += [Row(r.source, r.text, r.sentiment, 0.0 if r.sentiment == "positive" else None) for r in found[:limit]]
    return rows


def read_questions(data: Path, limit: int) -> list[Row]:
    examples = json.loads((data / "nlu" / "clinc150.json").read_text(encoding="utf-8"))["train"]
    random.Random(7).shuffle(examples)
    return [Row("clinc", text, NEUTRAL, 0.0) for text, _ in examples[:limit]]


def read_own() -> list[Row]:
    rows = []
    for path in sorted(OWN.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [Row("own", row["text"], row["sentiment"], float(row["anger"])) for row in csv.DictReader(file)]
    return rows


@dataclass(frozen=True)
class Inputs:
    dense: np.ndarray
    sparse: csr_matrix

    def __getitem__(self, rows: np.ndarray) -> Inputs:
        return Inputs(self.dense[rows], self.sparse[rows])


def encode(rows: Sequence[Row]) -> tuple[Inputs, np.ndarray, float]:
    normalized = [normalize(row.text).text for row in rows]
    vectors = VectorCache(engine_for(ENCODER), default_folder()).encode([prepare(text) for text in normalized])
    mean = vectors.mean(axis=0)
    scale = 1.0 / float(np.linalg.norm(vectors - mean, axis=1).mean())
    dense = np.concatenate([(vectors - mean) * scale, np.stack([surface(row.text) for row in rows])], axis=1)
    return Inputs(dense.astype(np.float32), hashed(normalized)), mean, scale


def fit_mood(rows: Sequence[Row], inputs: Inputs) -> SoftmaxModel:
    targets = np.full((len(rows), 3), 0.02 / 3, dtype=np.float32)
    targets[np.arange(len(rows)), [LABELS.index(row.sentiment) for row in rows]] += 0.98
    weights = np.array([_OWN_WEIGHT if row.source == "own" else 1.0 for row in rows], dtype=np.float32)
    settings = SoftmaxSettings(dense_penalty=2e-5, sparse_penalty=4e-5, iterations=300)
    return softmax.fit_targets(
        inputs.dense, inputs.sparse, targets, weights / weights.sum(), names=list(LABELS), settings=settings
    )


def fit_anger(rows: Sequence[Row], inputs: Inputs) -> SoftmaxModel:
    judged = np.array([i for i, row in enumerate(rows) if row.anger is not None])
    anger = np.array([rows[i].anger for i in judged], dtype=np.float32)
    # Judged 1.0 means 0.97: nobody is certain, and the weights stay finite.
    anger = 0.01 + 0.96 * anger
    weights = np.array([_OWN_WEIGHT if rows[i].source == "own" else 0.4 for i in judged], dtype=np.float32)
    settings = SoftmaxSettings(dense_penalty=1.5e-4, sparse_penalty=6e-4, iterations=300)
    part = inputs[judged]
    targets = np.stack([1 - anger, anger], axis=1)
    return softmax.fit_targets(
        part.dense, part.sparse, targets, weights / weights.sum(), names=["calm", "angry"], settings=settings
    )


def report(rows: Sequence[Row], inputs: Inputs, mood: SoftmaxModel) -> dict[str, float]:
    """Accuracy on the validation rows by source, macro-F1 for the three-class set."""
    said = [mood.labels[i] for i in mood.probabilities(inputs.dense, inputs.sparse).argmax(axis=1)]
    figures = {}
    for source in dict.fromkeys(row.source for row in rows):
        chosen = [i for i, row in enumerate(rows) if row.source == source]
        truth, answers = [rows[i].sentiment for i in chosen], [said[i] for i in chosen]
        figures[f"{source} accuracy"] = float(np.mean([a == b for a, b in zip(truth, answers, strict=True)]))
        if len(set(truth)) == 3:
            figures[f"{source} macro-F1"] = float(np.mean([_f1(truth, answers, label) for label in LABELS]))
    return figures


def _f1(truth: Sequence[str], answers: Sequence[str], label: str) -> float:
    right = sum(1 for a, b in zip(truth, answers, strict=True) if a == b == label)
    return 2 * right / max(1, sum(a == label for a in truth) + sum(b == label for b in answers))


def cross_check_own(rows: Sequence[Row], inputs: Inputs, folds: int = 5) -> dict[str, float]:
    """Our own messages answered by heads that did not see them; what a customer's message would meet."""
    own = [i for i, row in enumerate(rows) if row.source == "own"]
    place = {i: order % folds for order, i in enumerate(random.Random(3).sample(own, len(own)))}
    neutral_as_negative, anger_errors, right = [], [], []
    for fold in range(folds):
        seen = np.array([i for i in range(len(rows)) if place.get(i, -1) != fold])
        unseen = np.array([i for i in own if place[i] == fold])
        mood, anger = (make([rows[i] for i in seen], inputs[seen]) for make in (fit_mood, fit_anger))
        part = inputs[unseen]
        said = mood.probabilities(part.dense, part.sparse).argmax(axis=1)
        angers = anger.probabilities(part.dense, part.sparse)[:, 1]
        for i, answer, value in zip(unseen, said, angers, strict=True):
            right.append(mood.labels[answer] == rows[i].sentiment)
            anger_errors.append(abs(float(value) - float(rows[i].anger or 0.0)))
            if rows[i].sentiment == NEUTRAL:
                neutral_as_negative.append(mood.labels[answer] == NEGATIVE)
                if neutral_as_negative[-1]:
                    print("  neutral read as negative:", rows[i].text)
    return {
        "own accuracy": float(np.mean(right)),
        "own neutral read as negative": float(np.mean(neutral_as_negative)),
        "own anger, mean error": float(np.mean(anger_errors)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the sentiment head.")
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and nlu/")
    parser.add_argument("--shopping", type=int, default=6000)
    parser.add_argument("--takeaway", type=int, default=4000)
    parser.add_argument("--hotel", type=int, default=2500)
    parser.add_argument("--airline", type=int, default=6000)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    limits = {
        "takeaway_zh": options.takeaway,
        "airline_en": options.airline,
        "hotel_zh": options.hotel,
        "shopping_zh": options.shopping,
    }
    rows = read_own() + read_public(options.data, limits) + read_questions(options.data, options.questions)
    inputs, mean, scale = encode(rows)
    held = np.array([row.is_validation for row in rows])
    seen = np.flatnonzero(~held)
    mood = fit_mood([rows[i] for i in seen], inputs[seen])
    figures = report([row for row in rows if row.is_validation], inputs[np.flatnonzero(held)], mood)
    figures.update(cross_check_own([rows[i] for i in seen], inputs[seen]))
    for name, figure in figures.items():
        print(f"{name:32}{figure:.3f}")
    anger = fit_anger(rows, inputs)
    header = {"made_by": "benchmarks/train_sentiment.py", "data": _SOURCES, "rows": len(rows), "figures": figures}
    arrays = {
        "header": np.array(json.dumps(header)),
        "encoder": np.array(engine_for(ENCODER).identity),
        "mean": mean.astype(np.float32),
        "scale": np.array(scale),
    }
    write(options.out, arrays, {"mood": fit_mood(rows, inputs), "anger": anger})


def write(path: Path, arrays: dict[str, np.ndarray], heads: dict[str, SoftmaxModel]) -> None:
    for head, model in heads.items():
        arrays[f"{head}_labels"] = np.array(model.labels)
        arrays[f"{head}_dense"] = model.dense.astype(np.float32)
        arrays[f"{head}_sparse"] = model.sparse.astype(np.float16)
        arrays[f"{head}_bias"] = model.bias.astype(np.float32)
        arrays[f"{head}_temperature"] = np.array(model.temperature)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
