"""Tabs that are open and say nothing: what one costs, and whether it is still there when it is needed."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.cost import memory, processor_seconds
from benchmarks.customer import Customer, NotWelcome, Outcome
from benchmarks.figures import percentile
from benchmarks.load import source_address

AT_ONCE = 50
"""Tabs that are opened, or speak, at the same time."""

WARMING_UP = 50
SPARE_FILES = 500
"""What a process opens besides its sockets."""


class TooFewFiles(Exception):
    """The system lets a process open only `limit` files."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"a process may open {limit} files here; `ulimit -Hn` says so")


@dataclass(frozen=True)
class IdleFigures:
    """Memory in bytes, times in seconds."""

    sockets: int
    opening: float
    """How long it took until all were greeted, or were not."""
    not_welcome: int
    """How many the app did not greet; they are not tried again."""
    memory_before: int
    memory_after: int
    idle: float
    """How long nothing was said."""
    processor: float
    """Processor time of the app in that time."""
    still_open: int
    acked: int
    """How many of those who then said something were acknowledged."""
    asked: int
    ack_median: float
    ack_p95: float

    @property
    def per_socket(self) -> float:
        return (self.memory_after - self.memory_before) / self.sockets


def allow_files(count: int) -> None:
    """Let this process, and those it starts from now on, hold `count` sockets. Raises TooFewFiles."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise TooFewFiles(hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def measure(
    url: str, pid: int, count: int, *, seconds: float, asked: int, tick: Callable[[], object] = lambda: None
) -> IdleFigures:
    """Open `count` tabs of strangers on the app at `url`, leave them alone for `seconds`, then let `asked` of them say
    something. `pid` is the app's."""
    warming = [_stranger(url, number) for number in range(WARMING_UP)]
    await _each(warming, Customer.open)
    await _each(warming, Customer.leave)
    before = memory(pid)
    tabs = [_stranger(url, WARMING_UP + number) for number in range(count)]
    turned_away: list[Customer] = []

    async def opened(tab: Customer) -> None:
        try:
            await tab.open()
        except NotWelcome:
            turned_away.append(tab)
        tick()

    try:
        began = time.perf_counter()
        await _each(tabs, opened)
        opening, spent = time.perf_counter() - began, processor_seconds(pid)
        await asyncio.sleep(seconds)
        spent = processor_seconds(pid) - spent
        after, still_open = memory(pid), sum(tab.is_open for tab in tabs)
        acks: list[float] = []

        async def speaks(tab: Customer) -> None:
            with suppress(NotWelcome):
                said = await tab.say("在吗", until=Outcome.ACKED)
                if said.ack_s is not None:
                    acks.append(said.ack_s)

        await _each(tabs[:: max(count // asked, 1)][:asked], speaks)
    finally:
        await _each(tabs, Customer.leave)
    return IdleFigures(
        sockets=count,
        opening=opening,
        not_welcome=len(turned_away),
        memory_before=before,
        memory_after=after,
        idle=seconds,
        processor=spent,
        still_open=still_open,
        acked=len(acks),
        asked=asked,
        ack_median=percentile(acks, 0.5),
        ack_p95=percentile(acks, 0.95),
    )


def _stranger(url: str, number: int) -> Customer:
    return Customer(url, reply_seconds=60, limits_lifted=False, source=source_address(number))


async def _each(tabs: Sequence[Customer], does: Callable[[Customer], Awaitable[None]]) -> None:
    """Let every tab do something, `AT_ONCE` at a time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(tab: Customer) -> None:
        async with free:
            await does(tab)

    async with asyncio.TaskGroup() as group:
        for tab in tabs:
            group.create_task(one(tab))
