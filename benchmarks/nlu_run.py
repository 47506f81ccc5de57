"""Trains a pipeline on one task, asks it everything and judges it; a process of its own, so that memory is its own.

Run in Rasa's interpreter:  python -m benchmarks.nlu_run TASK.json FIGURES.json  (`benchmarks.bench_nlu` does).
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import rasa.model_training
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME

from benchmarks.nlu_judge import Answer, judge
from benchmarks.nlu_tasks import PROGRESS, Result

#: so many texts are asked one at a time, as a server is, to take the time
TIMED = 200
_BATCH = 64


def train(pairs: list[list[str]], config: str, folder: Path) -> tuple[str, float]:
    """The model's path and the seconds from the data to the model on disk."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in pairs:
        by_intent[intent].append(" ".join(text.split()))
    groups = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in by_intent.items()
    ]
    data = folder / "nlu.yml"
    # Brackets would be read as annotations of entities.
    content = {"version": "3.1", "nlu": groups}
    data.write_text(yaml.safe_dump(content, allow_unicode=True).replace("[", "(").replace("]", ")"), encoding="utf-8")
    began = time.perf_counter()
    model = rasa.model_training.train_nlu(config, str(data), str(folder), fixed_model_name="model")
    if model is None:
        raise SystemExit("the training failed")
    return model, time.perf_counter() - began


def answers(agent: Agent, texts: list[str]) -> tuple[list[Answer], float]:
    """What is understood of each text, and the median time of one in milliseconds."""
    processor = agent.processor
    assert processor is not None
    target = processor.model_metadata.nlu_target

    def ask(batch: list[str]) -> list[Answer]:
        messages = [UserMessage(text) for text in batch]
        inputs = {PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: None}
        found = processor.graph_runner.run(inputs=inputs, targets=[target])[target]
        return [_answer(message.as_dict(only_output_properties=True)) for message in found]

    times, said = [], []
    for text in texts[:TIMED]:
        began = time.perf_counter()
        said += ask([text])
        times.append(time.perf_counter() - began)
    for start in range(TIMED, len(texts), _BATCH):
        said += ask(texts[start : start + _BATCH])
    return said, sorted(times)[len(times) // 2] * 1000


def _answer(parsed: dict[str, Any]) -> Answer:
    ranking = [
        guess for guess in parsed.get("intent_ranking") or [] if guess["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    ]
    return {
        "ranking": [(guess["name"], guess["confidence"]) for guess in ranking],
        "asked_back": parsed["intent"]["name"] == DEFAULT_NLU_FALLBACK_INTENT_NAME,
    }


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    texts = [text for text, _ in task["test"]] + task["foreign"]
    runs, times, sizes, sentences = [], [], [], []
    for number, pairs in enumerate(task["trainings"], 1):
        print(f"{PROGRESS}training {number} of {len(task['trainings'])}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            model, seconds = train(pairs, task["config"], Path(folder))
            print(f"{PROGRESS}asking, {number} of {len(task['trainings'])}", flush=True)
            sizes.append(Path(model).stat().st_size)
            said, milliseconds = answers(Agent.load(model), texts)
        runs.append(judge([intent for _, intent in task["test"]], said))
        times.append(seconds)
        sentences.append(milliseconds)
    result = Result(
        **{name: fmean(run[name] for run in runs) for name in runs[0]},
        train_s=fmean(times),
        parse_ms=fmean(sentences),
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        model_bytes=max(sizes),
    )
    Path(sys.argv[2]).write_text(json.dumps(asdict(result)), encoding="utf-8")


if __name__ == "__main__":
    main()
