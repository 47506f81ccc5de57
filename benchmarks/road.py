"""The road of a message, frame to frame, as a customer meets it.

The real app and the real Rasa server run as processes on the demo shop; customers send frames to the widget's socket
`/chat/ws` and wait for the reply's frame. Every message is said once, by nobody before. Each number of customers has
servers of its own that have not seen any of it.

`python -m benchmarks.road --customers 1 16 64 --database both --messages 480 --json FILE`
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import demo_shop, road_table, staff
from benchmarks.cost import Spent
from benchmarks.demo_shop import Template
from benchmarks.figures import Figures, figures
from benchmarks.load import Crowd, Place, talk
from benchmarks.messages import Deck, strangers_messages, warming_up_messages
from bot.demo import seed
from tests.stack import Stack, trained_model

WARMING_UP = 48
"""Messages before anything is counted; at least one for each customer."""

POSTGRES_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
REDIS_URL = "redis://127.0.0.1:6379/0"
DATABASES = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


@dataclass(frozen=True)
class Ground:
    """What is measured on: where PostgreSQL and Redis are (databases of a run are made there and dropped), and how
    large the demo shop is."""

    postgres_url: str = POSTGRES_URL
    redis_url: str = REDIS_URL
    members: int = seed.MEMBERS
    """How many the demo shop has."""


@dataclass(frozen=True)
class Run:
    """One measurement: so many customers at once say so many messages between them.

    After `each` messages a person leaves and another comes. `kept`: whoever is handed to the staff is given back to the
    bot and goes on; else they leave.
    """

    customers: int
    messages: int
    each: int
    kept: bool = False
    reply_seconds: float = 60.0


async def measure(  # noqa: PLR0917
    shop: Template, run: Run, texts: Sequence[str], folder: Path, ground: Ground, progress: Progress
) -> Figures:
    """Start both processes on a copy of the shop, warm them up, measure, end them. Raises DeckEmpty."""
    deck = Deck(texts, limit=run.messages)
    name = f"{shop.kind}, {run.customers} customer{'s' * (run.customers > 1)}"
    task = progress.add_task(f"{name}: starting", total=deck.size)
    async with (
        demo_shop.opened(shop, folder, postgres_url=ground.postgres_url, redis_url=ground.redis_url) as stack,
        AsyncExitStack() as stay,
    ):
        returning = await stay.enter_async_context(staff.at_work(stack)) if run.kept else None
        lifted = bool(demo_shop.lifted_limits())
        crowd = Crowd(stack.url, shop.members, demo_shop.IDENTITY_SECRET, lifted, run.reply_seconds)
        places = [Place(crowd, each=run.each, staff=returning) for _ in range(run.customers)]
        warming = Deck(warming_up_messages(), limit=max(WARMING_UP, run.customers))
        progress.update(task, description=f"{name}: warming up")
        await talk(places, warming, lambda: None)
        await asyncio.gather(*(place.arrive() for place in places))
        progress.update(task, description=name)
        load, people, tabs = os.getloadavg()[0], crowd.people, crowd.tabs
        before = await Spent.so_far(stack.url, pids(stack))
        talked = await talk(places, deck, lambda: progress.advance(task))
        spent = (await Spent.so_far(stack.url, pids(stack))).since(before)
        await asyncio.gather(*(place.clear() for place in places))
        notes = {
            "people": crowd.people - people + run.customers,
            "tabs": crowd.tabs - tabs,
            "limits lifted by a setting": float(lifted),
            "handed back": float(returning.times if returning else 0),
            "load before": load,
            "load after": os.getloadavg()[0],
        }
    return figures(run.customers, shop.kind, talked, spent, notes)


def pids(stack: Stack) -> dict[str, int]:
    """The processes whose time is measured."""
    assert stack.app.process is not None
    assert stack.rasa.process is not None
    return {"app": stack.app.process.pid, "Rasa": stack.rasa.process.pid, "customers": os.getpid()}


def progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=console,
    )


async def road(
    kinds: Sequence[str], runs: Sequence[Run], texts: Sequence[str], ground: Ground, progress: Progress
) -> list[Figures]:
    """All runs on all kinds of database."""
    await trained_model()
    found = []
    with tempfile.TemporaryDirectory(prefix="huike-road-") as name:
        for kind in kinds:
            folder = Path(name) / kind
            async with demo_shop.template(kind, folder, ground.postgres_url, ground.members) as shop:
                for number, run in enumerate(runs):
                    one = await measure(shop, run, texts, Path(name) / f"{kind}-{number}", ground, progress)
                    found.append(one)
                    progress.console.print(road_table.line(one))
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.road", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, nargs="*", default=[1, 16, 64], help="how many at once, run by run")
    parser.add_argument("--database", choices=DATABASES, default="both", help="postgresql means with Redis")
    parser.add_argument("--messages", type=int, default=480, help="messages of a run, of all customers together")
    parser.add_argument("--each", type=int, default=20, help="messages of a person, then another comes")
    parser.add_argument("--turns", type=int, default=0, help="also one conversation of so many turns")
    parser.add_argument("--messages-file", type=Path, help=".csv with a column text, or one message a line")
    parser.add_argument("--reply-seconds", type=float, default=60, help="a later reply is a time-out")
    parser.add_argument("--members", type=int, default=seed.MEMBERS, help="of the demo shop; fewer are written sooner")
    parser.add_argument("--postgres-url", default=POSTGRES_URL)
    parser.add_argument("--redis-url", default=REDIS_URL)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser.parse_args()


def main() -> None:
    options = _options()
    texts = strangers_messages(options.messages_file)
    runs = [Run(each, options.messages, options.each, False, options.reply_seconds) for each in options.customers]
    if options.turns:
        runs.append(Run(1, options.turns, options.turns, True, options.reply_seconds))
    ground = Ground(options.postgres_url, options.redis_url, options.members)
    with progress_bar() as progress:
        found = asyncio.run(road(DATABASES[options.database], runs, texts, ground, progress))
    console.print(road_table.table(found))
    for fact in road_table.facts(found):
        console.print(f"  {fact}")
    if options.json:
        content = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "runs": [asdict(each) for each in found]}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
