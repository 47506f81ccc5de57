"""Cross-validation of the intent classifier on the project's own training data, overall and by script.

Run in Rasa's interpreter:  python -m benchmarks.nlu_crossval [--folds 5] [--data nlu_data/nlu] [--confusions 40]
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.engines import engine_for, prepare
from bot.nlu.fallback import ConfidenceFallback
from bot.nlu.intent_model import Blocks, IntentModel
from bot.nlu.language import detect
from bot.nlu.normalizer import normalize
from bot.nlu.vector_cache import VectorCache, default_folder


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


def cross_validate(examples: Sequence[Example], blocks: Blocks, folds: int, seed: int) -> list[Answer]:
    """Each example answered by a model trained on the other folds; folds are even over intents."""
    fold_of = np.zeros(len(examples), dtype=int)
    by_intent: dict[str, list[int]] = defaultdict(list)
    for i, example in enumerate(examples):
        by_intent[example.intent].append(i)
    shuffler = random.Random(seed)
    for rows in by_intent.values():
        shuffler.shuffle(rows)
        for place, row in enumerate(rows):
            fold_of[row] = place % folds
    answers = []
    for fold in range(folds):
        started = time.perf_counter()
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
        print(f"fold {fold + 1} of {folds}: {time.perf_counter() - started:.1f} s", flush=True)
    return answers


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


def calibration_error(answers: Sequence[Answer], bins: int = 10) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, averaged over bins of confidence."""
    total = 0.0
    for low in np.linspace(0, 1, bins, endpoint=False):
        inside = [answer for answer in answers if low < answer.guesses[0][1] <= low + 1 / bins]
        if inside:
            confidence = float(np.mean([answer.guesses[0][1] for answer in inside]))
            total += abs(confidence - accuracy(inside)) * len(inside) / len(answers)
    return total


def report(answers: Sequence[Answer], confusions: int) -> None:
    fallback = ConfidenceFallback(ConfidenceFallback.get_default_config())
    print(f"\n{'':16}{'messages':>9}{'accuracy':>10}{'macro-F1':>10}{'asked back':>12}{'wrong, not asked':>18}")
    groups = [("all", list(answers))]
    for language in ("zh-Hans", "zh-Hant", "en"):
        groups.append((language, [answer for answer in answers if answer.example.language == language]))
    for name, group in groups:
        if not group:
            continue
        unsure = [fallback.is_unsure([chance for _, chance in answer.guesses]) for answer in group]
        wrong = sum(1 for answer, asked in zip(group, unsure, strict=True) if not asked and not answer.right)
        print(
            f"{name:16}{len(group):9}{accuracy(group):10.3f}{macro_f1(group):10.3f}"
            f"{sum(unsure) / len(group):12.3f}{wrong / len(group):18.3f}"
        )
    print(f"expected calibration error {calibration_error(answers):.3f}\n\nweakest intents (F1):")
    for intent, score in f1_by_intent(answers)[:12]:
        print(f"  {intent:24}{score:.3f}")
    pairs = Counter((answer.example.intent, answer.guesses[0][0]) for answer in answers if not answer.right)
    print("\nmost confused (labelled > understood):")
    for (truth, said), count in pairs.most_common(20):
        print(f"  {count:3}  {truth} > {said}")
    print("\nsurest mistakes:")
    wrong_answers = sorted((answer for answer in answers if not answer.right), key=lambda answer: -answer.guesses[0][1])
    for answer in wrong_answers[:confusions]:
        said, chance = answer.guesses[0]
        print(f"  {chance:.2f}  {answer.example.intent} > {said}: {answer.example.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default="nlu_data/nlu")
    parser.add_argument("--config", default="config.yml")
    parser.add_argument("--confusions", type=int, default=40, help="how many of the surest mistakes to print")
    options = parser.parse_args()
    examples = load_examples(options.data)
    blocks = vectors(examples, encoders_of(options.config))
    print(f"{len(examples)} examples, {len({example.intent for example in examples})} intents, {options.folds} folds")
    report(cross_validate(examples, blocks, options.folds, options.seed), options.confusions)


if __name__ == "__main__":
    main()
