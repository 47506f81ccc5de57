"""What a message costs that nobody has sent before, and what it costs once its vectors are remembered.

Four hundred of the strangers' messages, one after the other through the whole pipeline of the trained model, with the
changes inside Rasa in place. Run in Rasa's interpreter, on a quiet machine:
`OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4 .venv-rasa/bin/python -m benchmarks.new_messages MODEL`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import resource
import sys
import time
from dataclasses import dataclass

import numpy as np
from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.unseen import WRITERS, read
from bot.nlu.rasa import lean

WARMING_UP, MEASURED = 50, 400


@dataclass(frozen=True)
class Cost:
    """`wall`: milliseconds of each message; `processor`: milliseconds of all cores for one, on average."""

    wall: np.ndarray
    processor: float


async def cost_of(agent: Agent, texts: list[str], description: str) -> Cost:
    wall = []
    processor = time.process_time()
    for text in track(texts, description, refresh_per_second=1):
        started = time.perf_counter()
        await agent.parse_message(text)
        wall.append(1000 * (time.perf_counter() - started))
    return Cost(np.array(wall), 1000 * (time.process_time() - processor) / len(texts))


async def measure(model: str) -> None:
    """Print the table."""
    lean.apply()
    agent = Agent.load(model)
    texts = sorted({row["text"] for row in read(WRITERS)})
    random.Random(1).shuffle(texts)  # noqa: S311: the same choice every time, nothing secret
    await cost_of(agent, texts[:WARMING_UP], "warming up")
    chosen = texts[WARMING_UP : WARMING_UP + MEASURED]
    table = Table("a message", "mean", "median", "95th percentile", "processor time")
    for name in ("never sent before", "its vectors remembered"):
        cost = await cost_of(agent, chosen, name)
        figures = (cost.wall.mean(), np.median(cost.wall), np.percentile(cost.wall, 95), cost.processor)
        table.add_row(name, *(f"{figure:.1f} ms" for figure in figures))
    console = Console(highlight=False)
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {peak:.0f} MB at most")


if __name__ == "__main__":
    configure_structlog(logging.WARNING)
    logging.disable(logging.INFO)
    asyncio.run(measure(sys.argv[1]))
