"""How well the trained model understands messages that were written by people who had not seen the training data.

Three writers, the second and third without sight of anything but the intents' meanings. Run in Rasa's interpreter:
`.venv-rasa/bin/python -m benchmarks.unseen MODEL [MESSAGES.csv ...]`.
"""

from __future__ import annotations

import asyncio
import csv
import logging
import sys
from collections import Counter
from pathlib import Path

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog
from rich.console import Console
from rich.progress import track
from rich.table import Table

WRITERS = sorted((Path(__file__).parent / "data").glob("unseen_messages*.csv"))
OUT_OF_SCOPE, FALLBACK = "out_of_scope", "nlu_fallback"


def read(files: list[Path]) -> list[dict[str, str]]:
    """The messages with `text`, `intent`, `language` and the `writer`, who is the file."""
    rows = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as source:
            rows += [{**row, "writer": file.stem} for row in csv.DictReader(source)]
    return rows


async def measure(model: str, rows: list[dict[str, str]]) -> None:
    """Print the share of intents that are right, by script and by writer, and every message that is not."""
    agent = Agent.load(model)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    foreign = refused = asked = 0
    wrong = []
    for row in track(rows, "messages"):
        parsed = await agent.parse_message(row["text"])
        found, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
        for group in (row["language"], row["writer"], "all"):
            total[group] += 1
            right[group] += found == row["intent"]
        foreign += row["intent"] == OUT_OF_SCOPE
        refused += row["intent"] == OUT_OF_SCOPE and found in {OUT_OF_SCOPE, FALLBACK}
        asked += found == FALLBACK
        if found != row["intent"]:
            best = parsed["intent_ranking"][1]["name"] if found == FALLBACK else ""
            wrong.append(f"{row['text']}: {row['intent']} taken for {found} {best} ({confidence:.2f})")
    console = Console(highlight=False)
    for line in wrong:
        console.print(line)
    table = Table("", "messages", "right")
    for group in sorted(total):
        table.add_row(group, str(total[group]), f"{right[group] / total[group]:.1%}")
    console.print(table)
    console.print(
        f"out of scope: {right_share(refused, foreign)} of {foreign} refused or asked back; asked back in all: {asked}"
    )


def right_share(right: int, total: int) -> str:
    return f"{right / total:.1%}" if total else "none"


if __name__ == "__main__":
    configure_structlog(logging.WARNING)
    asyncio.run(measure(sys.argv[1], read([Path(name) for name in sys.argv[2:]] or WRITERS)))
