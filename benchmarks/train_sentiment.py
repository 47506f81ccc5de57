"""Trains the sentiment head and writes bot/nlu/sentiment/weights/sentiment.npz.

Run in Rasa's interpreter:  python -m benchmarks.train_sentiment --data DIR [--vectors FOLDER]

DIR holds the public sets under sentiment/ (shopping_zh, takeaway_zh, hotel_zh, airline_en: `text,sentiment`) and
nlu/clinc150.json, whose in-scope questions count as neutral, as do the training examples of the project's intents that
only ask. The project's own service messages are in nlu_data/sentiment (`sentiment,anger,text`, a folder a hand) and
are all that teaches anger. What is printed as judged was measured on messages by a hand that wrote none of these
(benchmarks/data/service_feelings). One row in seven of every public set, chosen by its content, is kept for validation
(no text stands on both sides); what is printed at the end was measured on those rows. Encoding all of it takes half an
hour or more the first time; the vectors are kept.
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
from rich.progress import track
from scipy.sparse import csr_matrix

from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.encoder.vector_cache import VectorCache, default_folder
from bot.nlu.intent import softmax
from bot.nlu.intent.crossval import load_examples
from bot.nlu.intent.softmax import SoftmaxModel, SoftmaxSettings
from bot.nlu.sentiment.analyzer import ENCODERS, WEIGHTS, Scaling, identities
from bot.nlu.sentiment.features import hashed, surface
from bot.nlu.sentiment.mood import LABELS, NEGATIVE, NEUTRAL
from bot.nlu.text.normalizer import normalize

OWN = Path("nlu_data/sentiment")
JUDGED = Path("benchmarks/data/service_feelings")
ANGRY = 0.5
"""From this anger on the desk counts a customer as upset (shop.yml, anger.upset)."""
_VALIDATION_ONE_IN = 7
_BATCH = 4096
_SETS = ("takeaway_zh", "airline_en", "hotel_zh", "shopping_zh")
_CLINC_QUESTIONS = 3000
#: intents whose examples ask or tell and seldom complain
_PLAIN_INTENTS = [
    "ask_points_balance",
    "ask_points_history",
    "ask_points_expiring",
    "ask_points_rules",
    "ask_tier",
    "ask_tier_benefits",
    "ask_faq",
    "ask_product",
    "ask_recommendation",
    "ask_promotion",
    "ask_invoice",
    "join_membership",
    "update_profile",
    "bind_account",
    "inform",
    "help",
]
#: how much one of our own messages counts beside one public review
_OWN_WEIGHT = 6.0
#: a neutral or positive message to an airline, beside a negative one: each of the three classes is to be right
_RARE_WEIGHT = 1.5
_NEGLIGIBLE = 0.005
_SOURCES = (
    "SophonPlus/ChineseNlpCorpus online_shopping_10_cats, waimai_10k, ChnSentiCorp_htl_all; "
    "Twitter US Airline Sentiment; clinc/oos-eval; Huike's own messages (nlu_data/sentiment, nlu_data/nlu)"
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
        return self.source in _SETS and zlib.crc32(self.text.encode("utf-8")) % _VALIDATION_ONE_IN == 0


def read_public(data: Path) -> list[Row]:
    """Each text of a set once."""
    rows: dict[tuple[str, str], Row] = {}
    for name in _SETS:
        with (data / "sentiment" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                # A praise is no anger: that much is known of the public sets.
                anger = 0.0 if row["sentiment"] == "positive" else None
                rows.setdefault((name, row["text"]), Row(name, row["text"], row["sentiment"], anger))
    return list(rows.values())


def read_questions(data: Path) -> list[Row]:
    examples = json.loads((data / "nlu" / "clinc150.json").read_text(encoding="utf-8"))["train"]
    random.Random(7).shuffle(examples)
    asked = [Row("clinc", text, NEUTRAL, 0.0) for text, _ in examples[:_CLINC_QUESTIONS]]
    own = [example.text for example in load_examples("nlu_data/nlu") if example.intent in _PLAIN_INTENTS]
    return asked + [Row("intents", text, NEUTRAL, None) for text in own]


def read_own() -> list[Row]:
    rows = []
    for path in sorted(OWN.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [Row("own", row["text"], row["sentiment"], float(row["anger"])) for row in csv.DictReader(file)]
    return rows


def read_judged(known: Sequence[Row]) -> list[Row]:
    """Service messages by hands that wrote no training data, the script as source; short ones that stand in the
    training data as well are left out."""
    seen = {normalize(row.text).text.casefold() for row in known}
    rows = []
    for path in sorted(JUDGED.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [Row(path.stem, row["text"], row["sentiment"], float(row["anger"])) for row in csv.DictReader(file)]
    return [row for row in rows if normalize(row.text).text.casefold() not in seen]


def judge(rows: Sequence[Row], inputs: Inputs, mood: SoftmaxModel, anger: SoftmaxModel) -> dict[str, float]:
    """What strangers' service messages meet: right, neutral taken for negative, anger noticed and made up."""
    said = np.array(mood.labels)[mood.probabilities(inputs.dense, inputs.sparse).argmax(axis=1)]
    angers = anger.probabilities(inputs.dense, inputs.sparse)[:, 1]
    truth = np.array([row.sentiment for row in rows])
    is_angry = np.array([row.anger == 1.0 for row in rows])
    figures: dict[str, float] = {}
    for name in ["all", *dict.fromkeys(row.source for row in rows)]:
        part = np.array([name in ("all", row.source) for row in rows])
        figures[f"judged, {name}: accuracy"] = float((said == truth)[part].mean())
        figures[f"judged, {name}: neutral as negative"] = float((said == NEGATIVE)[part & (truth == NEUTRAL)].mean())
        figures[f"judged, {name}: anger noticed"] = float((angers >= ANGRY)[part & is_angry].mean())
        figures[f"judged, {name}: calm as angry"] = float((angers >= ANGRY)[part & ~is_angry].mean())
    return figures


@dataclass(frozen=True)
class Inputs:
    dense: np.ndarray
    sparse: csr_matrix

    def __getitem__(self, rows: np.ndarray) -> Inputs:
        return Inputs(self.dense[rows], self.sparse[rows])


def encode(rows: Sequence[Row], folder: Path) -> tuple[Inputs, list[Scaling]]:
    normalized = [normalize(row.text).text for row in track(rows, "reading")]
    prepared = [prepare(text) for text in normalized]
    blocks, scalings = [], []
    for name in ENCODERS:
        cache = VectorCache(engine_for(name), folder, kept=2 * len(rows))
        for start in track(range(0, len(prepared), _BATCH), f"encoding, {name}"):
            cache.encode(prepared[start : start + _BATCH])
        vectors = cache.encode(prepared)
        scalings.append(Scaling.fit(vectors))
        blocks.append(scalings[-1](vectors))
    dense = np.concatenate([*blocks, np.stack([surface(row.text) for row in rows])], axis=1)
    return Inputs(dense.astype(np.float32), hashed(normalized)), scalings


def fit_mood(rows: Sequence[Row], inputs: Inputs) -> SoftmaxModel:
    targets = np.full((len(rows), 3), 0.02 / 3, dtype=np.float32)
    targets[np.arange(len(rows)), [LABELS.index(row.sentiment) for row in rows]] += 0.98
    weights = np.array([_weight(row) for row in rows], dtype=np.float32)
    settings = SoftmaxSettings(dense_penalty=1e-5, sparse_penalty=2e-5, iterations=300)
    return softmax.fit_targets(
        inputs.dense, inputs.sparse, targets, weights / weights.sum(), names=list(LABELS), settings=settings
    )


def _weight(row: Row) -> float:
    if row.source == "own":
        return _OWN_WEIGHT
    return _RARE_WEIGHT if row.source == "airline_en" and row.sentiment != NEGATIVE else 1.0


def fit_anger(rows: Sequence[Row], inputs: Inputs) -> SoftmaxModel:
    judged = np.array([i for i, row in enumerate(rows) if row.anger is not None])
    anger = np.array([rows[i].anger for i in judged], dtype=np.float32)
    # Judged 1.0 means 0.97: nobody is certain, and the weights stay finite.
    anger = 0.01 + 0.96 * anger
    weights = np.array([_OWN_WEIGHT if rows[i].source == "own" else 0.25 for i in judged], dtype=np.float32)
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
    parser.add_argument("--vectors", type=Path, default=default_folder(), help="folder to keep sentence vectors in")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    rows = read_own() + read_public(options.data) + read_questions(options.data)
    judged = read_judged(rows)
    everything, scalings = encode([*rows, *judged], options.vectors)
    inputs, of_judged = everything[np.arange(len(rows))], everything[np.arange(len(rows), len(rows) + len(judged))]
    held = np.array([row.is_validation for row in rows])
    seen = np.flatnonzero(~held)
    mood = fit_mood([rows[i] for i in seen], inputs[seen])
    figures = report([row for row in rows if row.is_validation], inputs[np.flatnonzero(held)], mood)
    figures.update(cross_check_own([rows[i] for i in seen], inputs[seen]))
    anger, final = fit_anger(rows, inputs), fit_mood(rows, inputs)
    figures.update(judge(judged, of_judged, final, anger))
    for name, figure in figures.items():
        print(f"{name:40}{figure:.3f}")
    header = {"made_by": "benchmarks/train_sentiment.py", "data": _SOURCES, "rows": len(rows), "figures": figures}
    arrays = {
        "header": np.array(json.dumps(header)),
        "encoders": np.array(identities()),
    }
    for name, scaling in zip(ENCODERS, scalings, strict=True):
        arrays |= {f"mean_{name}": scaling.mean.astype(np.float32), f"scale_{name}": np.array(scaling.scale)}
    write(options.out, arrays, {"mood": final, "anger": anger})


def write(path: Path, arrays: dict[str, np.ndarray], heads: dict[str, SoftmaxModel]) -> None:
    for head, model in heads.items():
        arrays[f"{head}_labels"] = np.array(model.labels)
        arrays[f"{head}_dense"] = model.dense.astype(np.float32)
        # Small weights are left out: they move no answer, and zeros take no room in the file.
        arrays[f"{head}_sparse"] = np.where(np.abs(model.sparse) < _NEGLIGIBLE, 0, model.sparse).astype(np.float16)
        arrays[f"{head}_bias"] = model.bias.astype(np.float32)
        arrays[f"{head}_temperature"] = np.array(model.temperature)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
