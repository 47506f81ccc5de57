"""The road of a message, frame to frame, as a customer meets it.

The real app and the real Rasa server run as processes on the demo shop; customers send frames to the widget's socket
`/chat/ws` and wait for the reply's frame. Every message is said once, by nobody before. Each number of customers has
servers of its own that have not seen any of it.

`python -m benchmarks.road --customers 1 16 64 --database both --messages 480 --json FILE`
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import demo_shop, road_table, stock
from benchmarks.demo_shop import Ground, NotReachable
from benchmarks.document import DOCUMENT, put_between
from benchmarks.figures import Figures
from benchmarks.idle import IdleFigures, TooFewFiles
from benchmarks.messages import DeckEmpty, strangers_messages
from benchmarks.runs import Run, Scene, measure, measure_idle
from benchmarks.sides import STOCK_EPOCHS, Training, sides, train_and_measure
from tests.stack import trained_model

DATABASES = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}
CUSTOMERS = (1, 16, 64)
BESIDE_STOCK = Run(customers=16, messages=1600, each=100, kept=True)
"""What stock is compared in: conversations of 100 turns. The strangers wrote hardly more messages."""

BEGIN, END = "<!-- road: begin -->", "<!-- road: end -->"

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


@dataclass
class Found:
    """Everything a run of the benchmark found; what was not asked for is None or empty."""

    machine: str
    runs: list[Figures] = field(default_factory=list)
    long: Figures | None = None
    """One conversation of many turns."""
    huike: Figures | None = None
    stock: Figures | None = None
    training: dict[str, Training] = field(default_factory=dict)
    """Side → its training from nothing."""
    idle: IdleFigures | None = None

    @property
    def anything(self) -> bool:
        return bool(self.runs or self.long or self.huike or self.stock or self.idle)


def _ground(options: argparse.Namespace) -> Ground:
    return Ground(options.postgres_url, options.redis_url, options.members)


async def huike_side(options: argparse.Namespace, texts: Sequence[str], found: Found, progress: Progress) -> None:
    """All runs of Huike; the long ones and the idle tabs only on the first kind of database."""
    await trained_model()
    ground = _ground(options)
    with tempfile.TemporaryDirectory(prefix="huike-road-") as name:
        for number, kind in enumerate(DATABASES[options.database]):
            folder = Path(name) / kind
            async with demo_shop.template(kind, ground, folder) as shop:
                scene = Scene(shop, ground, folder, texts)
                for customers in options.customers:
                    run = Run(customers, options.messages, options.each, reply_seconds=options.reply_seconds)
                    found.runs.append(await measure(scene, run, progress))
                    progress.console.print(road_table.line(found.runs[-1]))
                if number:
                    continue
                if options.turns:
                    run = Run(1, options.turns, options.turns, True, options.reply_seconds)
                    found.long = await measure(scene, run, progress)
                    progress.console.print(road_table.line(found.long))
                if options.stock:
                    found.huike = await measure(scene, BESIDE_STOCK, progress)
                    progress.console.print(road_table.line(found.huike))
                if options.idle:
                    found.idle = await measure_idle(scene, options.idle, progress)


def stock_side(options: argparse.Namespace, texts: Sequence[str], found: Found, progress: Progress) -> None:
    """Train both sides by `rasa train` (not what `--keep` holds), and talk to stock."""
    with tempfile.TemporaryDirectory(prefix="huike-stock-") as name:
        for side in sides(options.keep or Path(name), options.stock_pipeline, options.stock_epochs):
            if side.name == "stock" or options.training:
                found.training[side.name] = train_and_measure(side, progress)
            if side.name == "stock":
                found.stock = stock.measure(side, BESIDE_STOCK.customers, BESIDE_STOCK.each, list(texts), progress)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, nargs="*", default=CUSTOMERS, help="how many at once, run by run")
    parser.add_argument("--database", choices=DATABASES, default="both", help="postgresql means with Redis")
    parser.add_argument("--messages", type=int, default=480, help="messages of a run, of all customers together")
    parser.add_argument("--each", type=int, default=20, help="messages of a person, then another comes")
    parser.add_argument("--turns", type=int, default=0, help="also one conversation of so many turns")
    parser.add_argument("--idle", type=int, default=0, help="also so many tabs that say nothing")
    parser.add_argument("--messages-file", type=Path, help=".csv with a column text, or one message a line")
    parser.add_argument("--reply-seconds", type=float, default=60, help="a later reply is a time-out")
    parser.add_argument("--members", type=int, default=Ground.members, help="of the demo shop; few are written sooner")
    parser.add_argument("--postgres-url", default=Ground.postgres_url)
    parser.add_argument("--redis-url", default=Ground.redis_url)
    parser.add_argument(
        "--stock", action=argparse.BooleanOptionalAction, default=False, help="also stock Rasa, beside 16 customers"
    )
    parser.add_argument("--stock-pipeline", choices=("diet", "linear"), default="diet", help="diet is Rasa's default")
    parser.add_argument("--stock-epochs", type=int, default=5, help=f"that stock learns for, of its {STOCK_EPOCHS}")
    parser.add_argument(
        "--training", action=argparse.BooleanOptionalAction, default=True, help="train Huike by `rasa train`, too"
    )
    parser.add_argument("--keep", type=Path, help="folder for the models of both sides; what it holds is not trained")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    return parser


def progress_bar() -> Progress:
    counted = TextColumn("{task.completed:.0f}/{task.total:.0f}")
    return Progress(TextColumn("{task.description}"), BarColumn(), counted, TimeElapsedColumn(), console=console)


def main(**defaults: object) -> None:
    """Measure what the command line asks for; `defaults` take the place of the options' own."""
    parser = _parser()
    parser.set_defaults(**defaults)
    options = parser.parse_args()
    found = Found(road_table.machine())
    try:
        _measure(options, found)
    except (DeckEmpty, NotReachable, TooFewFiles) as refused:
        raise SystemExit(f"{refused}. See --help.") from refused
    finally:
        # What was found before something failed, or before Ctrl-C, is not lost.
        if found.anything:
            _tell(options, found)
    if options.write:
        put_between(DOCUMENT, BEGIN, END, _report(options, found))


def _report(options: argparse.Namespace, found: Found) -> str:
    return road_table.report(found, options.stock_epochs if options.stock_pipeline == "diet" else STOCK_EPOCHS)


def _tell(options: argparse.Namespace, found: Found) -> None:
    console.print(_report(options, found), markup=False)
    if options.json:
        content = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(found)}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _measure(options: argparse.Namespace, found: Found) -> None:
    texts = strangers_messages(options.messages_file)
    if "postgresql" in DATABASES[options.database]:
        demo_shop.check(_ground(options))
    with progress_bar() as progress:
        asyncio.run(huike_side(options, texts, found, progress))
        if options.stock:
            stock_side(options, texts, found, progress)


if __name__ == "__main__":
    main()
