"""The fit of the entity model, which a training can begin in a process of its own while it learns the intents.

CRFsuite works on one core and holds Python's lock meanwhile: in the training itself the other core stood idle.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pycrfsuite

from bot.nlu.entities.sequence_features import PhraseList, Unit, features

OUTSIDE = "O"

Annotation = tuple[int, int, str]


@dataclass(frozen=True)
class EntityLesson:
    """What the model is learned from. `texts`: normalised; `annotations`: ranges of them; `phrases`: by kind;
    `settings`: CRFsuite's."""

    texts: Sequence[str]
    annotations: Sequence[Sequence[Annotation]]
    phrases: dict[str, list[str]]
    words_directory: str
    settings: dict[str, Any]

    @property
    def key(self) -> str:
        """The same for lessons of the same content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class _Begun:
    process: BaseProcess
    folder: tempfile.TemporaryDirectory[str]


_begun: dict[str, _Begun] = {}


def begin(lesson: EntityLesson) -> None:
    """Fit in a process of its own; `fit` with an equal lesson takes what it has learned.

    To be called while this process has no thread that works: the new one is forked from it.
    """
    folder = tempfile.TemporaryDirectory(prefix="huike-entities-")
    process = get_context("fork").Process(target=_fit_apart, args=(lesson, Path(folder.name)), daemon=True)
    process.start()
    _begun[lesson.key] = _Begun(process, folder)


def fit(lesson: EntityLesson, path: Path) -> None:
    """Write the model to `path`: what an equal lesson has begun, or fitted here."""
    begun = _begun.pop(lesson.key, None)
    if begun is not None:
        with begun.folder as folder:
            begun.process.join()
            if begun.process.exitcode == 0:
                shutil.copyfile(_model_in(Path(folder)), path)
                return
    _fit(lesson, path)


def _model_in(folder: Path) -> Path:
    return folder / "model"


def _fit_apart(lesson: EntityLesson, folder: Path) -> None:
    # Interrupted, the training says what there is to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _fit(lesson, _model_in(folder))


def _fit(lesson: EntityLesson, path: Path) -> None:
    phrases = PhraseList(lesson.phrases)
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(lesson.settings)
    for text, marks in zip(lesson.texts, lesson.annotations, strict=True):
        sequence, rows = features(text, phrases, lesson.words_directory)
        if sequence:
            trainer.append(rows, _labels(sequence, marks))
    trainer.train(str(path))


def _labels(sequence: Sequence[Unit], marks: Iterable[Annotation]) -> list[str]:
    labels = [OUTSIDE] * len(sequence)
    for start, end, entity in marks:
        inside = [i for i, unit in enumerate(sequence) if unit.start < end and unit.end > start]
        for i in inside:
            labels[i] = ("B-" if i == inside[0] else "I-") + entity
    return labels
