"""Cross-validation of the intent classifier on the project's own training data, overall and by script.

Run in Rasa's interpreter:  python -m benchmarks.nlu_crossval [--folds 5] [--data nlu_data/nlu] [--confusions 40]
With `--figures FILE` the figures go there as JSON, for `benchmarks.bench_nlu`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.nlu_tasks import PROGRESS, Result
from bot.nlu.intent.crossval import (
    Answer,
    accuracy,
    calibration_error,
    cross_validate,
    encoders_of,
    f1_by_intent,
    load_examples,
    macro_f1,
    vectors,
)
from bot.nlu.intent.fallback import ConfidenceFallback


def by_script(answers: Sequence[Answer]) -> list[tuple[str, list[Answer]]]:
    """All of them, then those of each script."""
    groups = [("all", list(answers))]
    for language in ("zh-Hans", "zh-Hant", "en"):
        groups.append((language, [answer for answer in answers if answer.example.language == language]))
    return [(name, group) for name, group in groups if group]


def results(answers: Sequence[Answer]) -> list[tuple[str, Result]]:
    return [
        (f"{name}, {len(group):,}", Result(accuracy(group), macro_f1(group), calibration_error(group)))
        for name, group in by_script(answers)
    ]


def report(answers: Sequence[Answer], confusions: int) -> None:
    fallback = ConfidenceFallback(ConfidenceFallback.get_default_config())
    print(f"\n{'':16}{'messages':>9}{'accuracy':>10}{'macro-F1':>10}{'asked back':>12}{'wrong, not asked':>18}")
    for name, group in by_script(answers):
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
    parser.add_argument("--figures", type=Path, help="write the figures here as JSON instead of printing them")
    options = parser.parse_args()
    examples = load_examples(options.data)
    blocks = vectors(examples, encoders_of(options.config))
    print(f"{len(examples)} examples, {len({example.intent for example in examples})} intents, {options.folds} folds")
    started = time.perf_counter()

    def finished(fold: int) -> None:
        begins = PROGRESS if options.figures else ""
        print(f"{begins}fold {fold} of {options.folds}: after {time.perf_counter() - started:.1f} s", flush=True)

    answers = cross_validate(examples, blocks, options.folds, options.seed, finished)
    if options.figures:
        figures = [[name, asdict(result)] for name, result in results(answers)]
        options.figures.write_text(json.dumps(figures), encoding="utf-8")
    else:
        report(answers, options.confusions)


if __name__ == "__main__":
    main()
