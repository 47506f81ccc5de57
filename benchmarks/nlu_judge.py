"""Figures from what was understood of a task's texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from sklearn.metrics import f1_score, roc_auc_score

from benchmarks.nlu_tasks import OUT_OF_SCOPE
from bot.nlu.intent.crossval import expected_calibration_error

#: what was understood of one text: `ranking` [(intent, confidence)], best first, and whether the bot would ask back
Answer = dict[str, Any]


def judge(truth: Sequence[str], answers: Sequence[Answer]) -> dict[str, float]:
    """`truth`: the intents of the first answers; the answers after them are to texts of no intent."""
    inside, outside = answers[: len(truth)], answers[len(truth) :]
    best = [answer["ranking"][0] if answer["ranking"] else ("", 0.0) for answer in inside]
    said = [name for name, _ in best]
    right = [name == intent for name, intent in zip(said, truth, strict=True)]
    figures = {
        "accuracy": fmean(right),
        "macro_f1": float(f1_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0)),
        "calibration_error": expected_calibration_error([chance for _, chance in best], right),
    }
    if outside:
        strange = [0] * len(inside) + [1] * len(outside)
        figures["auroc"] = float(roc_auc_score(strange, [strangeness(answer) for answer in answers]))
        figures["foreign_refused"] = fmean(refused(answer) for answer in outside)
        figures["own_refused"] = fmean(refused(answer) for answer in inside)
    return figures


def strangeness(answer: Answer) -> float:
    """How much likelier out of scope is than the best intent of the set, as the logarithm of their ratio.

    Where out of scope is not among the guesses it is at most as likely as the last of them.
    """
    ranking = answer["ranking"]
    if not ranking:
        return math.log(1e9)
    foreign = dict(ranking).get(OUT_OF_SCOPE, ranking[-1][1])
    best = max((chance for name, chance in ranking if name != OUT_OF_SCOPE), default=0.0)
    return math.log(foreign + 1e-9) - math.log(best + 1e-9)


def refused(answer: Answer) -> bool:
    """True when the bot would ask back or say that it cannot help, instead of acting."""
    return bool(answer["asked_back"] or not answer["ranking"] or answer["ranking"][0][0] == OUT_OF_SCOPE)
