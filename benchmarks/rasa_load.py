"""What a message costs Rasa's process when several are in flight, for one or more states of the code.

Each state is a folder with the project, its `.venv-rasa` and its trained model. A Rasa server runs in each, as `huike
up` starts it; the messages are the strangers', so that none was sent before, six to a conversation. The servers take
turns, a block of messages each, so that a machine whose speed changes treats them alike.
`python -m benchmarks.rasa_load [FOLDER ...]`
"""

import asyncio
import csv
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx
import psutil
import typer
from rich.table import Table

from benchmarks.sides import ROOT, SECRET, console
from benchmarks.stock import process, wait_for
from bot.operate import training
from tests.stack import free_port

IN_FLIGHT = (1, 16, 64)
PER_CONVERSATION = 6
BLOCK = 96
BLOCKS = 3
WARMING_UP = 48
TRIES = 3
MEBIBYTE = 2**20


@dataclass
class State:
    """A running server of one state of the code, and what its messages cost by how many were in flight."""

    name: str
    url: str
    server: psutil.Process
    processor: dict[int, list[float]] = field(default_factory=dict)
    """Milliseconds of all cores for one message, a figure a block."""
    wall: dict[int, list[float]] = field(default_factory=dict)
    """Milliseconds of the block for one message."""

    def spent(self) -> float:
        """Processor seconds of the server so far."""
        times = self.server.cpu_times()
        return float(times.user + times.system)


def strangers_messages() -> list[str]:
    """Every message of the strangers once, in the same random order every time."""
    texts = set()
    for file in sorted((ROOT / "benchmarks" / "data").glob("unseen_messages*.csv")):
        with file.open(encoding="utf-8", newline="") as source:
            texts |= {row["text"] for row in csv.DictReader(source)}
    ordered = sorted(texts)
    random.Random(1).shuffle(ordered)
    return ordered


async def asked(client: httpx.AsyncClient, body: dict[str, str]) -> None:
    """One message, sent again as the app does when the turn could not be finished. Raises `httpx.HTTPStatusError`."""
    for _ in range(TRIES):
        answer = await client.post("/webhooks/huike/webhook", json=body)
        if answer.is_success:
            return
    answer.raise_for_status()


async def said(state: State, texts: list[str], in_flight: int, label: str) -> None:
    """Say all `texts`, in conversations, `in_flight` of which talk at once; each waits for its answers."""
    conversations = [texts[at : at + PER_CONVERSATION] for at in range(0, len(texts), PER_CONVERSATION)]
    waiting = iter(enumerate(conversations))

    async def talk(client: httpx.AsyncClient) -> None:
        for number, conversation in waiting:
            for place, text in enumerate(conversation):
                body = {"sender": f"{label} {number}", "message_id": f"{label} {number} {place}", "text": text}
                await asked(client, body)

    limits = httpx.Limits(max_connections=in_flight)
    async with httpx.AsyncClient(
        base_url=state.url, headers={"X-Huike-Secret": SECRET}, timeout=120, limits=limits
    ) as client:
        await asyncio.gather(*(talk(client) for _ in range(in_flight)))


def measure(states: list[State]) -> None:
    """Fill in the figures of all states."""
    texts = strangers_messages()
    for state in states:
        asyncio.run(said(state, texts[:WARMING_UP], 4, "warming up"))
    for round_number in range(BLOCKS):
        for place, in_flight in enumerate(IN_FLIGHT):
            start = WARMING_UP + (round_number * len(IN_FLIGHT) + place) * BLOCK
            block = texts[start : start + BLOCK]
            for state in states if round_number % 2 else states[::-1]:
                before, began = state.spent(), time.perf_counter()
                asyncio.run(said(state, block, in_flight, f"{in_flight} {round_number}"))
                state.wall.setdefault(in_flight, []).append(1000 * (time.perf_counter() - began) / len(block))
                state.processor.setdefault(in_flight, []).append(1000 * (state.spent() - before) / len(block))


@contextmanager
def running(folder: Path, scratch: Path) -> Iterator[State]:
    """Rasa of the state in `folder`, with an action server that does nothing."""
    port, actions_port = free_port(), free_port()
    environment = training.rasa_environment(
        PYTHONPATH=str(folder),
        HUIKE_ACTIONS_URL=f"http://127.0.0.1:{actions_port}/webhook",
        HUIKE_ACTIONS_SECRET=SECRET,
        HUIKE_DATA_DIR=str(scratch),
    )
    model = max((folder / "models").glob("huike-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    # `cd` first: the components are found from the folder in which Rasa runs.
    rasa = ["/usr/bin/env", "-C", str(folder), str(folder / ".venv-rasa/bin/python"), "-m", "rasa", "run"]
    rasa += ["--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", str(model)]
    rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    served = [sys.executable, "-m", "benchmarks.bench_actions", str(actions_port)]
    scratch.mkdir()
    with (
        process(served, scratch / "actions.log", environment) as actions,
        process(rasa, scratch / "rasa.log", environment) as server,
    ):
        wait_for(f"http://127.0.0.1:{actions_port}/openapi.json", actions, scratch / "actions.log")
        wait_for(f"http://127.0.0.1:{port}/status", server, scratch / "rasa.log")
        yield State(folder.name, f"http://127.0.0.1:{port}", psutil.Process(server.pid))


def main(
    folders: Annotated[list[Path] | None, typer.Argument(help="states to compare; this one by default")] = None,
) -> None:
    """Measure and print the table."""
    scratch = Path(tempfile.mkdtemp(prefix="huike-load-"))
    table = Table("state", "in flight", "processor time a message", "time a message", "memory")
    with ExitStack() as stack:
        chosen = [folder.resolve() for folder in folders or [ROOT]]
        states = [stack.enter_context(running(each, scratch / str(at))) for at, each in enumerate(chosen)]
        measure(states)
        for state in states:
            memory = f"{state.server.memory_info().rss / MEBIBYTE:.0f} MB"
            for in_flight in IN_FLIGHT:
                processor, wall = state.processor[in_flight], state.wall[in_flight]
                table.add_row(state.name, str(in_flight), _span(processor), _span(wall), memory)
    console.print(table)
    shutil.rmtree(scratch)


def _span(figures: list[float]) -> str:
    """The mean, and between which the blocks lay."""
    return f"{sum(figures) / len(figures):.1f} ms ({min(figures):.1f} to {max(figures):.1f})"


if __name__ == "__main__":
    typer.run(main)
