"""The public sets that `benchmarks.bench_nlu` trains and measures on, read from the folder that holds them.

`nlu/banking77_train.csv` and `_test.csv` (PolyAI-LDN/task-specific-datasets: `text,category`) and `nlu/clinc150.json`
(clinc/oos-eval: the splits train, test, oos_train and oos_test as pairs of text and intent).
"""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

#: (text, intent)
Pair = tuple[str, str]

#: begins a line that tells whoever started the process what it is doing just now
PROGRESS = "progress: "

SEEDS = (1, 2, 3)
SHOTS = 10
OUT_OF_SCOPE = "out_of_scope"


class DataMissing(FileNotFoundError):
    """The folder given does not hold the public sets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is missing: give the folder that holds nlu/banking77_train.csv and nlu/clinc150.json")


@dataclass(frozen=True)
class Task:
    """One thing to learn and what it is measured on. Each of `trainings` is learned apart and asked all of `test`."""

    name: str
    trainings: list[list[Pair]]
    test: list[Pair]
    #: texts that belong to none of the intents; empty where the set has none
    foreign: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """Means over the trainings of a task. Times in seconds and milliseconds, sizes in bytes.

    Cross-validation judges the intent classifier alone: it has neither times nor sizes.
    """

    accuracy: float
    macro_f1: float
    calibration_error: float
    train_s: float | None = None
    parse_ms: float | None = None
    peak_bytes: int | None = None
    model_bytes: int | None = None
    #: only where the task has texts that belong to no intent: how well confidence tells them apart, how many of them
    #: and how many of the others the shipped thresholds send back
    auroc: float | None = None
    foreign_refused: float | None = None
    own_refused: float | None = None


def banking77(data: Path) -> Task:
    return Task("BANKING77, full", [_csv(data, "train")], _csv(data, "test"))


def banking77_few(data: Path, seeds: int = len(SEEDS)) -> Task:
    """Ten examples for each intent, drawn once for each seed."""
    train = _csv(data, "train")
    return Task(f"BANKING77, {SHOTS} examples", [few(train, seed) for seed in SEEDS[:seeds]], _csv(data, "test"))


def clinc150(data: Path) -> Task:
    """In-scope intents, with the set's own 100 out-of-scope training queries as one more intent."""
    path = data / "nlu" / "clinc150.json"
    if not path.exists():
        raise DataMissing(path)
    splits = json.loads(path.read_text(encoding="utf-8"))
    train = [(text, intent) for text, intent in splits["train"]]
    train += [(text, OUT_OF_SCOPE) for text, _ in splits["oos_train"]]
    test = [(text, intent) for text, intent in splits["test"]]
    return Task("CLINC150", [train], test, [text for text, _ in splits["oos_test"]])


def few(pairs: list[Pair], seed: int, shots: int = SHOTS) -> list[Pair]:
    """`shots` examples of each intent, the same for the same seed."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in pairs:
        by_intent[intent].append(text)
    chance = random.Random(seed)
    return [
        (text, intent)
        for intent, texts in sorted(by_intent.items())
        for text in chance.sample(texts, min(shots, len(texts)))
    ]


def _csv(data: Path, split: str) -> list[Pair]:
    path = data / "nlu" / f"banking77_{split}.csv"
    if not path.exists():
        raise DataMissing(path)
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]
