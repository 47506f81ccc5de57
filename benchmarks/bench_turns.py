"""Speed of Huike's Rasa against stock Rasa 3.6.21, in one run on the same training data.

Both are real servers (`rasa run`), trained from the same `nlu_data`, calling the same action server. Stock is what
`rasa init` gives: its default pipeline and policies (DIET, TED), trackers in memory, the REST channel. Measured:
training from nothing and again after one more example, memory, the time of a turn as one conversation grows, and
messages a second with many customers at once.

Stock's default pipeline needs hours for its 100 epochs on these data: it learns for `--stock-epochs` of them, and the
table says so. With `--keep FOLDER` what each stage of a side found is kept in FOLDER/SIDE/figures.json as soon as it
ends.
"""

import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import httpx
import psutil
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.document import DOCUMENT, put_between
from benchmarks.sides import (
    MIX,
    RASA,
    ROOT,
    SECRET,
    SERVING,
    STOCK_EPOCHS,
    Figures,
    Load,
    Side,
    complain,
    console,
    figures_of,
    keep_stage,
    sides,
    train_and_measure,
)
from benchmarks.turns_table import answers_fact, facts_of_the_run, kept_facts, report, rows

START_SECONDS = 300
TURN_SECONDS = 120
BEGIN, END = "<!-- turns: begin -->", "<!-- turns: end -->"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this benchmark, ended by its own id."""
    with log.open("ab") as output:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)  # noqa: S603
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `url` answers with a loaded model. Ends the benchmark with the log when the server has died."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise typer.Exit(complain(f"{url} does not answer", log))


class Customer:
    """Talks to one of the servers; each message waits for the answer to the one before."""

    def __init__(self, client: httpx.AsyncClient, side: Side, name: str) -> None:
        self._client, self._side, self._name = client, side, name
        self._number = 0
        self.heard: list[str] = []
        """The texts of the latest answer."""

    async def say(self) -> float:
        """Say the next of the mix; seconds until the whole answer is there. Raises `httpx.HTTPError` when refused."""
        text, self._number = MIX[self._number % len(MIX)], self._number + 1
        body: dict[str, Any] = {"sender": self._name}
        if self._side.name == "huike":
            path, extra = "huike", {"message_id": str(self._number), "text": text, "language": "zh-Hans"}
        else:
            path, extra = "rest", {"message": text}
        began = time.perf_counter()
        answer = await self._client.post(f"/webhooks/{path}/webhook", json=body | extra)
        answer.raise_for_status()
        seconds = time.perf_counter() - began
        content = answer.json()
        self.heard = [
            str(message.get("text") or "") for message in (content["messages"] if path == "huike" else content)
        ]
        return seconds


async def first_answers(client: httpx.AsyncClient, side: Side) -> list[list[str]]:
    """What each message of the mix is answered; it warms the server up, too."""
    customer, answers = Customer(client, side, "warming up"), []
    for _ in MIX:
        await customer.say()
        answers.append(customer.heard)
    return answers


async def one_conversation(client: httpx.AsyncClient, side: Side, turns: int, tick: Any) -> list[float]:
    customer = Customer(client, side, "one")
    times = []
    for _ in range(turns):
        times.append(await customer.say())
        tick()
    return times


async def many_customers(client: httpx.AsyncClient, side: Side, customers: int, turns: int, tick: Any) -> float:
    """Messages a second, all customers talking at once."""

    async def talk(number: int) -> None:
        customer = Customer(client, side, f"customer {number}")
        for _ in range(turns):
            await customer.say()
            tick()

    began = time.perf_counter()
    await asyncio.gather(*(talk(number) for number in range(customers)))
    return customers * turns / (time.perf_counter() - began)


def memory(running: subprocess.Popen[bytes]) -> int:
    """Resident bytes of the server and what it started."""
    process = psutil.Process(running.pid)
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


def serve_and_measure(side: Side, load: Load, figures: Figures, progress: Progress) -> None:
    """Start both servers of a side, talk to them, end them."""
    port, actions_port = free_port(), free_port()
    actions = f"http://127.0.0.1:{actions_port}/webhook"
    environment = side.environment(actions)
    rasa = [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)]
    rasa += ["-m", str(side.folder / "model.tar.gz")]
    rasa += ["--endpoints", str(side.endpoints), "--credentials", str(side.credentials)]
    # Conversations of an earlier run would be answered from memory.
    shutil.rmtree(side.folder / "data", ignore_errors=True)
    log, actions_log = side.folder / "rasa.log", side.folder / "actions.log"
    served = [sys.executable, "-m", "benchmarks.bench_actions", str(actions_port)]
    with process(served, actions_log, environment) as action_server, process(rasa, log, environment) as server:
        wait_for(f"http://127.0.0.1:{actions_port}/openapi.json", action_server, actions_log)
        wait_for(f"http://127.0.0.1:{port}/status", server, log)
        figures.memory_idle = memory(server)
        total = load.turns + load.customers * load.each
        task = progress.add_task(f"{side.name}: {total} messages", total=total)
        asyncio.run(_talk(f"http://127.0.0.1:{port}", side, load, figures, lambda: progress.advance(task)))
        figures.memory_after = memory(server)
    figures.load = asdict(load)
    keep_stage(side, figures, SERVING)


async def _talk(url: str, side: Side, load: Load, figures: Figures, tick: Any) -> None:
    headers = {"X-Huike-Secret": SECRET}
    limits = httpx.Limits(max_connections=load.customers)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TURN_SECONDS, limits=limits) as client:
        figures.answers = await first_answers(client, side)
        figures.turns = await one_conversation(client, side, load.turns, tick)
        figures.messages_per_second = await many_customers(client, side, load.customers, load.each, tick)


def main(  # noqa: PLR0917 - the options of the command
    stock_pipeline: Annotated[str, typer.Option(help="stock's side: diet (Rasa's default) or linear")] = "diet",
    stock_epochs: Annotated[
        int, typer.Option(min=1, max=STOCK_EPOCHS, help="epochs that stock's default pipeline and policies learn for")
    ] = 5,
    turns: Annotated[int, typer.Option(help="turns of the one conversation")] = 301,
    customers: Annotated[int, typer.Option(help="customers at once")] = 16,
    each: Annotated[int, typer.Option(help="turns of each of them")] = 100,
    again: Annotated[bool, typer.Option(help="train a second time, with one example more")] = True,
    keep: Annotated[
        Path | None, typer.Option(help="folder for models and figures; what it holds is not measured again")
    ] = None,
    write: Annotated[bool, typer.Option(help="write the section of docs/benchmarks.md")] = False,
) -> None:
    """Measure both sides and print the table."""
    if stock_pipeline not in {"diet", "linear"}:
        raise typer.BadParameter("diet or linear")
    epochs = stock_epochs if stock_pipeline == "diet" else STOCK_EPOCHS
    load, given = Load(turns, customers, each), facts_of_the_run(stock_pipeline, epochs)
    for fact in given:
        console.print(f"  {fact}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    figures, before = {}, {}
    with tempfile.TemporaryDirectory(prefix="huike-bench-") as name, Progress(*columns, console=console) as progress:
        for side in sides(keep or Path(name), stock_pipeline, epochs):
            found = figures[side.name] = figures_of(side)
            if SERVING in found.measured and found.load != asdict(load):
                del found.measured[SERVING]
            before[side.name] = dict(found.measured)
            train_and_measure(side, found, progress, again=again)
            if SERVING not in found.measured:
                serve_and_measure(side, load, found, progress)
    growth = figures["huike"].turn(turns) / figures["huike"].turn(10)
    seen = [
        f"Huike's turn {turns} costs {growth:.2f} × its turn 10",
        *answers_fact(figures["huike"], figures["stock"]),
        *kept_facts(before),
    ]
    lines = rows(figures["huike"], figures["stock"], load, epochs)
    table = Table("measure", "stock Rasa 3.6.21", "Huike", "better by")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    for fact in seen:
        console.print(f"  {fact}")
    if write:
        put_between(DOCUMENT, BEGIN, END, report(lines, [*given, *seen]))


if __name__ == "__main__":
    typer.run(main)
