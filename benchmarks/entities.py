"""How well the trained model finds entities: exact span and type, in messages nobody trained on.

Run in Rasa's interpreter: `python -m benchmarks.entities MODEL [MESSAGES.yml]`. Prints precision, recall and F1 by
entity and by script, for the messages that may be tuned on and those held out, then every entity missed or found too
much.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.log_utils import configure_structlog
from rich.console import Console
from rich.progress import track
from rich.table import Table

MESSAGES = Path(__file__).parent / "data" / "entity_messages.yml"
_MARKED = re.compile(r"\[([^\]]+)\]\((\w+)\)")

Span = tuple[int, int, str]


@dataclass
class Tally:
    """Entities that are in both, only found, only marked."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.extra)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.extra + self.missed)


@dataclass
class Half:
    """One half of the messages: tallies by entity, script and "all", and the times that have the right value."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    messages: int = 0
    times: Counter[bool] = field(default_factory=Counter)

    def add(self, groups: tuple[str, ...], right: int = 0, extra: int = 0, missed: int = 0) -> None:
        for group in groups:
            tally = self.tallies.setdefault(group, Tally())
            tally.right += right
            tally.extra += extra
            tally.missed += missed


def unmark(marked: str) -> tuple[str, set[Span]]:
    """The message without its marks, and what they marked as (begin, end, entity)."""
    text, spans, done = "", set(), 0
    for mark in _MARKED.finditer(marked):
        text += marked[done : mark.start()]
        spans.add((len(text), len(text) + len(mark[1]), mark[2]))
        text += mark[1]
        done = mark.end()
    return text + marked[done:], spans


def instants(value: dict[str, str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(value["from"]), datetime.fromisoformat(value["to"])


def expected_instants(row: dict[str, Any], reference: datetime) -> list[tuple[datetime, datetime]]:
    pairs = (span.split("/") for span in row["times"])
    zone = reference.tzinfo
    return [
        (datetime.fromisoformat(begin).replace(tzinfo=zone), datetime.fromisoformat(end).replace(tzinfo=zone))
        for begin, end in pairs
    ]


def compare(half: Half, row: dict[str, Any], found: list[dict[str, Any]], reference: datetime) -> list[str]:
    """Counts one message into `half`. Returns a line for every difference."""
    text, marked = unmark(row["text"])
    spans = {(entity["start"], entity["end"], entity["entity"]) for entity in found}
    half.messages += 1
    for begin, end, entity in marked | spans:
        groups = ("all", row["language"], entity)
        is_marked, is_found = (begin, end, entity) in marked, (begin, end, entity) in spans
        half.add(groups, right=is_marked and is_found, extra=not is_marked, missed=not is_found)
    differences = [f"- {entity} {text[begin:end]}" for begin, end, entity in sorted(marked - spans)]
    differences += [f"+ {entity} {text[begin:end]}" for begin, end, entity in sorted(spans - marked)]
    if "times" in row:
        values = [instants(entity["value"]) for entity in found if entity["entity"] == "time"]
        right = values == expected_instants(row, reference)
        half.times[right] += 1
        if not right:
            shown = ", ".join(f"{begin:%m-%d %H:%M}/{end:%m-%d %H:%M}" for begin, end in values)
            differences.append(f"value of time: {shown or 'none'} instead of {', '.join(row['times'])}")
    return [f"{row['language']} {text}: {', '.join(differences)}"] if differences else []


def table(title: str, half: Half) -> Table:
    shown = Table("", "entities", "precision", "recall", "F1", title=title)
    for group, tally in sorted(half.tallies.items(), key=lambda item: (item[0] == "all", item[0])):
        marked = str(tally.right + tally.missed)
        shown.add_row(group, marked, f"{tally.precision:.3f}", f"{tally.recall:.3f}", f"{tally.f1:.3f}")
    return shown


async def measure(model: str, data: dict[str, Any]) -> None:
    """Prints the tables for both halves and what went wrong."""
    reference = datetime.fromisoformat(data["reference"])
    processor = Agent.load(model).processor
    assert processor is not None
    halves = {False: Half(), True: Half()}
    wrong: dict[bool, list[str]] = {False: [], True: []}
    for row in track(data["messages"], "messages"):
        text, _ = unmark(row["text"])
        said = UserMessage(text, metadata={"sent_at": data["reference"]})
        parsed = await processor.parse_message(said, only_output_properties=False)
        held_out = row["held_out"]
        wrong[held_out] += compare(halves[held_out], row, parsed["entities"], reference)
    console = Console(highlight=False)
    for held_out, half in halves.items():
        if not half.messages:
            continue
        name = "held out" if held_out else "tuned on"
        console.print(table(f"{name}: {half.messages} messages", half))
        if half.times:
            console.print(f"times with the right value: {half.times[True]} of {half.times.total()}")
        console.print("\n".join(wrong[held_out]) + "\n", markup=False)


if __name__ == "__main__":
    configure_structlog(logging.WARNING)
    chosen = Path(sys.argv[2]) if len(sys.argv) > 2 else MESSAGES
    asyncio.run(measure(sys.argv[1], yaml.safe_load(chosen.read_text(encoding="utf-8"))))
