"""Stock Rasa 3.6.21 with the same messages: what `rasa init` gives, behind its REST channel.

Its default pipeline and policies (DIET, TED), trackers in memory, trained from our `nlu_data`, calling an action server
whose actions do nothing. No app, no shop, no database stands in its way: what it answers is less than what a customer
of Huike gets.
"""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer
from rich.progress import Progress

from benchmarks.cost import Spent, memory
from benchmarks.customer import Outcome, Said
from benchmarks.figures import Figures, figures
from benchmarks.load import talk
from benchmarks.messages import Deck, warming_up_messages
from benchmarks.sides import RASA, ROOT, Side, complain
from tests.stack import free_port

START_SECONDS = 600
REPLY_SECONDS = 120
NOTHING_SAID = "replied with nothing"


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


class RestCustomer:
    """Talks to stock's REST channel; each message waits for the answer to the one before."""

    def __init__(self, client: httpx.AsyncClient, name: str) -> None:
        self._client, self._name = client, name

    async def say(self, text: str) -> Said:
        """Its whole answer comes at once."""
        began = time.perf_counter()
        try:
            answer = await self._client.post("/webhooks/rest/webhook", json={"sender": self._name, "message": text})
        except httpx.TimeoutException:
            return Said(Outcome.TIMED_OUT)
        except httpx.TransportError as error:
            return Said(Outcome.LOST, detail=repr(error))
        seconds = time.perf_counter() - began
        if not answer.is_success:
            return Said(Outcome.REFUSED, detail=str(answer.status_code))
        return Said(Outcome.REPLIED, reply_s=seconds, author="bot", detail="" if answer.json() else NOTHING_SAID)


def measure(side: Side, customers: int, turns: int, texts: list[str], progress: Progress) -> Figures:
    """Start both servers of stock's side, let `customers` say `turns` messages each, end the servers."""
    port, actions_port = free_port(), free_port()
    environment = side.environment(f"http://127.0.0.1:{actions_port}/webhook")
    rasa = [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", str(side.model)]
    rasa += ["--endpoints", str(side.endpoints), "--credentials", str(side.credentials)]
    shutil.rmtree(side.folder / "data", ignore_errors=True)
    log, actions_log = side.folder / "rasa.log", side.folder / "actions.log"
    served = [sys.executable, "-m", "benchmarks.bench_actions", str(actions_port)]
    with process(served, actions_log, environment) as actions, process(rasa, log, environment) as server:
        wait_for(f"http://127.0.0.1:{actions_port}/openapi.json", actions, actions_log)
        wait_for(f"http://127.0.0.1:{port}/status", server, log)
        pids = {"Rasa": server.pid, "actions": actions.pid}
        deck = Deck(texts, limit=customers * turns)
        return asyncio.run(_talk(f"http://127.0.0.1:{port}", customers, turns, deck, pids, progress))


async def _talk(  # noqa: PLR0917 - what `measure` has, and what it started
    url: str, customers: int, turns: int, deck: Deck, pids: dict[str, int], progress: Progress
) -> Figures:
    task = progress.add_task(f"stock, {customers} customers", total=deck.size)
    limits = httpx.Limits(max_connections=customers)
    async with httpx.AsyncClient(base_url=url, timeout=REPLY_SECONDS, limits=limits, trust_env=False) as client:
        warm = [RestCustomer(client, f"warming up {number}") for number in range(customers)]
        await talk(warm, Deck(warming_up_messages(), limit=3 * customers), lambda: None)
        speakers = [RestCustomer(client, f"customer {number}") for number in range(customers)]
        before = await Spent.so_far("", pids)
        talked = await talk(speakers, deck, lambda: progress.advance(task), turns=turns)
        spent = (await Spent.so_far("", pids)).since(before)
    return figures(customers, "stock", talked, spent, {"memory of Rasa": float(memory(pids["Rasa"]))})
