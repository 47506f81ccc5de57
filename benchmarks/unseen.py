"""How well the trained model understands messages that were written by somebody who had not seen the training data.

Run in Rasa's environment: `.venv-rasa/bin/python -m benchmarks.unseen MODEL [MESSAGES.csv]`.
"""

import asyncio
import csv
import logging
import sys
from collections import Counter
from pathlib import Path

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog
from rich.console import Console
from rich.table import Table

MESSAGES = Path(__file__).parent / "data" / "unseen_messages.csv"


async def measure(model: str, messages: Path) -> None:
    """Print the share of intents that are right, by script, and every message that is not."""
    agent = Agent.load(model)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    console = Console(highlight=False)
    with messages.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            parsed = await agent.parse_message(row["text"])
            found, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
            total[row["language"]] += 1
            right[row["language"]] += found == row["intent"]
            if found != row["intent"]:
                best = parsed["intent_ranking"][1]["name"] if found == "nlu_fallback" else ""
                console.print(f"{row['text']}: {row['intent']} taken for {found} {best} ({confidence:.2f})")
    table = Table("script", "messages", "right")
    for language in sorted(total):
        table.add_row(language, str(total[language]), f"{right[language] / total[language]:.1%}")
    table.add_row("all", str(total.total()), f"{right.total() / total.total():.1%}")
    console.print(table)


if __name__ == "__main__":
    configure_structlog(logging.WARNING)
    asyncio.run(measure(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else MESSAGES))
