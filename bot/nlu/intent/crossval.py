"""Cross-validation of the intent classifier: every training example answered by a model that had not seen it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.encoder.engines import engine_for, prepare
from bot.nlu.encoder.vector_cache import VectorCache, default_folder
from bot.nlu.intent.model import Blocks, IntentModel
from bot.nlu.text.language import detect
from bot.nlu.text.normalizer import normalize

#: called after each fold with the number of finished folds
OnFold = Callable[[int], None]


@dataclass(frozen=True)
class Example:
    text: str
    normalized: str
    intent: str
    language: str


@dataclass(frozen=True)
class Answer:
    """What a model that had not seen `example` said of it: the two best guesses, best first."""

    example: Example
    guesses: tuple[tuple[str, float], tuple[str, float]]

    @property
    def right(self) -> bool:
        return self.guesses[0][0] == self.example.intent


def load_examples(path: str) -> list[Example]:
    """Every intent example once; the same text under two intents stays twice."""
    seen = set()
    examples = []
    for message in load_data(path).intent_examples:
        text, intent = message.get("text"), message.get("intent")
        if text and (text, intent) not in seen:
            seen.add((text, intent))
            examples.append(Example(text, normalize(text).text, intent, detect(text)))
    return examples


def encoders_of(config_path: str) -> dict[str, str]:
    """Alias and engine name of every sentence encoder in the pipeline."""
    pipeline = yaml.safe_load(Path(config_path).read_text(encoding="utf-8"))["pipeline"]
    return {
        str(step.get("alias") or step["encoder"]): str(step["encoder"])
        for step in pipeline
        if step["name"].endswith(".SentenceEncoder")
    }


def vectors(examples: Sequence[Example], encoders: dict[str, str]) -> Blocks:
    texts = [prepare(example.normalized) for example in examples]
    return {alias: VectorCache(engine_for(name), default_folder()).encode(texts) for alias, name in encoders.items()}


def cross_validate(
    examples: Sequence[Example], blocks: Blocks, folds: int, seed: int, on_fold: OnFold | None = None
) -> list[Answer]:
    """Each example answered by a model trained on the other folds, fold by fold; folds are even over intents."""
    fold_of = _folds(examples, folds, seed)
    answers = []
    for fold in range(folds):
        seen, unseen = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        model = IntentModel.fit(
            [examples[i].normalized for i in seen],
            {name: rows[seen] for name, rows in blocks.items()},
            [examples[i].intent for i in seen],
        )
        chances = model.probabilities(
            [examples[i].normalized for i in unseen], {name: rows[unseen] for name, rows in blocks.items()}
        )
        for i, row in zip(unseen, chances, strict=True):
            first, second = np.argsort(-row)[:2]
            guesses = ((model.labels[first], float(row[first])), (model.labels[second], float(row[second])))
            answers.append(Answer(examples[i], guesses))
        if on_fold:
            on_fold(fold + 1)
    return answers


def _folds(examples: Sequence[Example], folds: int, seed: int) -> np.ndarray:
    """The fold of each example."""
    fold_of = np.zeros(len(examples), dtype=int)
    by_intent: dict[str, list[int]] = defaultdict(list)
    for i, example in enumerate(examples):
        by_intent[example.intent].append(i)
    shuffler = random.Random(seed)
    for rows in by_intent.values():
        shuffler.shuffle(rows)
        for place, row in enumerate(rows):
            fold_of[row] = place % folds
    return fold_of


def accuracy(answers: Sequence[Answer]) -> float:
    return sum(answer.right for answer in answers) / max(1, len(answers))


def macro_f1(answers: Sequence[Answer]) -> float:
    return float(np.mean([score for _, score in f1_by_intent(answers)]))


def f1_by_intent(answers: Sequence[Answer]) -> list[tuple[str, float]]:
    """Worst first."""
    right = Counter(answer.example.intent for answer in answers if answer.right)
    truth = Counter(answer.example.intent for answer in answers)
    said = Counter(answer.guesses[0][0] for answer in answers)
    scores = [(intent, 2 * right[intent] / (truth[intent] + said[intent])) for intent in truth]
    return sorted(scores, key=lambda pair: pair[1])


def calibration_error(answers: Sequence[Answer]) -> float:
    """`expected_calibration_error` of the best guesses."""
    return expected_calibration_error(
        [answer.guesses[0][1] for answer in answers], [answer.right for answer in answers]
    )


def expected_calibration_error(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """How far confidence and accuracy lie apart, averaged over bins of confidence by their size; in 0..1."""
    confidence, hit = np.array(chances), np.array(right, dtype=float)
    total = 0.0
    for low in np.linspace(0, 1, bins, endpoint=False):
        inside = (low < confidence) & (confidence <= low + 1 / bins)
        if inside.any():
            total += abs(confidence[inside].mean() - hit[inside].mean()) * inside.sum() / len(confidence)
    return float(total)
