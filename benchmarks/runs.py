"""Runs on the road: servers on a copy of the demo shop, so many customers at once, their figures."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from benchmarks import demo_shop, idle, staff
from benchmarks.cost import Spent, at_rest, memory
from benchmarks.demo_shop import Ground, Template
from benchmarks.figures import Figures, figures
from benchmarks.idle import IdleFigures
from benchmarks.load import Crowd, Place, talk
from benchmarks.messages import Deck, warming_up_messages
from tests.stack import Stack

WARMING_UP = 48
"""Messages before anything is counted; at least one for each customer."""

IDLE_SECONDS = 60
ASKED = 200
"""How many of the idle tabs say something in the end."""


@dataclass(frozen=True)
class Run:
    """One measurement: so many customers at once say so many messages between them.

    After `each` messages a person leaves and another comes. `kept`: whoever is handed to the staff is given back to the
    bot and goes on, so that every conversation has `each` turns; else they leave.
    """

    customers: int
    messages: int
    each: int
    kept: bool = False
    reply_seconds: float = 60.0

    @property
    def name(self) -> str:
        """Of a run in the progress and the table."""
        each = f", {self.each} turns each" if self.kept else ""
        return f"{self.customers} customer{'s' * (self.customers > 1)}{each}"


@dataclass(frozen=True)
class Scene:
    """Where runs take place: a shop to copy, servers, a folder to work in, the messages to say."""

    shop: Template
    ground: Ground
    folder: Path
    texts: Sequence[str]


async def measure(scene: Scene, run: Run, progress: Progress) -> Figures:
    """Start both processes on a copy of the shop, warm them up, measure, end them. Raises DeckEmpty."""
    deck = Deck(scene.texts, limit=run.messages)
    name = f"{scene.shop.kind}: {run.name}"
    task = progress.add_task(f"{name}, starting", total=deck.size)
    folder = Path(tempfile.mkdtemp(dir=scene.folder))
    async with demo_shop.opened(scene.shop, scene.ground, folder) as stack, AsyncExitStack() as stay:
        returning = await stay.enter_async_context(staff.at_work(stack)) if run.kept else None
        lifted = bool(demo_shop.lifted_limits())
        crowd = Crowd(stack.url, scene.shop.members, demo_shop.IDENTITY_SECRET, lifted, run.reply_seconds)
        places = [Place(crowd, each=run.each, staff=returning) for _ in range(run.customers)]
        warming = Deck(warming_up_messages(), limit=max(WARMING_UP, run.customers))
        progress.update(task, description=f"{name}, warming up")
        await talk(places, warming, lambda: None)
        await asyncio.gather(*(place.arrive() for place in places))
        progress.update(task, description=f"{name}, its first jobs")
        rested = await at_rest(stack.url)
        progress.update(task, description=name)
        people, tabs, load = crowd.people, crowd.tabs, os.getloadavg()[0]
        before = await Spent.so_far(stack.url, pids(stack))
        turns = run.each if run.kept else None
        talked = await talk(places, deck, lambda: progress.advance(task), turns=turns)
        spent = (await Spent.so_far(stack.url, pids(stack))).since(before)
        notes = {f"memory of {part}": float(memory(pid)) for part, pid in pids(stack).items()}
        await asyncio.gather(*(place.clear() for place in places))
    notes |= {
        "people": crowd.people - people + run.customers,
        "tabs": crowd.tabs - tabs,
        "limits lifted": float(lifted),
        "handed back": float(returning.times if returning else 0),
        "turns": float(run.each if run.kept else 0),
        "seconds of its first jobs": rested,
        "load before": load,
        "load after": os.getloadavg()[0],
    }
    return figures(run.customers, scene.shop.kind, talked, spent, notes)


def pids(stack: Stack) -> dict[str, int]:
    """The processes whose time is measured."""
    assert stack.app.process is not None
    assert stack.rasa.process is not None
    return {"app": stack.app.process.pid, "Rasa": stack.rasa.process.pid}


async def measure_idle(scene: Scene, count: int, progress: Progress) -> IdleFigures:
    """Start the app alone and open `count` tabs on it. Raises TooFewFiles."""
    idle.allow_files(count)
    task = progress.add_task(f"{scene.shop.kind}: {count} idle tabs", total=count)
    async with demo_shop.opened(scene.shop, scene.ground, scene.folder / "idle", with_rasa=False) as stack:
        assert stack.app.process is not None
        return await idle.measure(
            stack.url,
            stack.app.process.pid,
            count,
            seconds=IDLE_SECONDS,
            asked=min(ASKED, count),
            tick=lambda: progress.advance(task),
        )
