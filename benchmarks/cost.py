"""What a server spends: processor time and memory of its processes, statements and transactions of its database."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

COUNTERS = {
    "statements": ("huike_db_statements_total", {}),
    "writing transactions": ("huike_db_transactions_total", {"kind": "writing"}),
    "reading transactions": ("huike_db_transactions_total", {"kind": "reading"}),
}
"""Name → the counter of `/metrics` and its labels."""

CALM_STATEMENTS, CALM_SECONDS, PATIENCE_SECONDS = 20, 3, 90
"""At rest is an app that makes so few statements a second for so long; longer than that nobody waits for it."""


def _family(pid: int) -> Iterable[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def processor_seconds(pid: int) -> float:
    """User and system time of the process and all it started, up to now."""
    seconds = 0.0
    for process in _family(pid):
        spent = process.cpu_times()
        seconds += spent.user + spent.system
    ended = psutil.Process(pid).cpu_times()
    return seconds + ended.children_user + ended.children_system


def memory(pid: int) -> int:
    """Resident bytes of the process and all it started."""
    return sum(process.memory_info().rss for process in _family(pid))


def counters_in(exposition: str) -> dict[str, float]:
    """Those of `COUNTERS` that a page of `/metrics` holds, summed over the labels that are not asked for."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            for name, (counter, labels) in COUNTERS.items():
                if sample.name == counter and labels.items() <= sample.labels.items():
                    found[name] = found.get(name, 0.0) + sample.value
    return found


async def counters_of(app_url: str) -> dict[str, float]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{app_url}/metrics", timeout=30)
    return counters_in(answer.text) if answer.is_success else {}


async def at_rest(app_url: str) -> float:
    """Wait until the jobs that come with a start have run: the database is asked for next to nothing.
    The seconds that took, at most `PATIENCE_SECONDS`."""
    began, calm = time.monotonic(), 0
    so_far = (await counters_of(app_url)).get("statements")
    while so_far is not None and calm < CALM_SECONDS and time.monotonic() - began < PATIENCE_SECONDS:
        await asyncio.sleep(1)
        now = (await counters_of(app_url)).get("statements", so_far)
        calm = calm + 1 if now - so_far <= CALM_STATEMENTS else 0
        so_far = now
    return time.monotonic() - began


@dataclass(frozen=True)
class Spent:
    """Totals at one moment, or the difference of two. "customers" is this process, which has the servers started."""

    processor: dict[str, float]
    """Process → seconds."""
    counters: dict[str, float]

    @classmethod
    async def so_far(cls, app_url: str, pids: dict[str, int]) -> "Spent":
        """`app_url`: where `/metrics` is; empty when there is none."""
        counters = await counters_of(app_url) if app_url else {}
        seconds = {name: processor_seconds(pid) for name, pid in pids.items()}
        return cls({**seconds, "customers": time.process_time()}, counters)

    def since(self, earlier: "Spent") -> "Spent":
        return Spent(
            {name: seconds - earlier.processor[name] for name, seconds in self.processor.items()},
            {name: value - earlier.counters.get(name, 0.0) for name, value in self.counters.items()},
        )
