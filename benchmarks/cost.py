"""What a server spends: processor time and memory of its processes, statements and transactions of its database."""

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
