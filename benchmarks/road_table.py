"""The table of the road, and what a reader must know of it."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from benchmarks.figures import Figures, growth

HEADINGS = (
    "customers", "database", "median", "95 %", "longest", "ack", "replies a second", "app", "Rasa", "statements",
    "transactions", "without a reply",
)  # fmt: skip
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL + Redis"}


def cells(one: Figures) -> tuple[str, ...]:
    """A run as a line of the table; a dash where the app does not count."""
    transactions = [value for name, value in one.counters.items() if name.endswith("transactions")]
    return (
        str(one.customers),
        NAMES[one.database],
        ms(one.median),
        ms(one.p95),
        ms(one.longest),
        ms(one.ack_median),
        f"{one.per_second:.1f}",
        ms(one.processor["app"]),
        ms(one.processor["Rasa"]),
        f"{one.counters['statements']:.1f}" if "statements" in one.counters else "–",
        f"{sum(transactions):.1f}" if transactions else "–",
        f"{one.said - one.replied} of {one.said}",
    )


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def line(one: Figures) -> str:
    """A run in one line, as soon as it is known."""
    return "  ".join(f"{name} {cell}" for name, cell in zip(HEADINGS, cells(one), strict=True))


def table(found: Sequence[Figures]) -> Table:
    shown = Table(*HEADINGS)
    for one in found:
        shown.add_row(*cells(one))
    return shown


def machine() -> str:
    """Cores, processor, load and day."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((each.partition(":")[2].strip() for each in lines if "model name" in each), "unknown processor")
    return f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d}"


def facts(found: Sequence[Figures]) -> list[str]:
    """What a reader must know to judge the figures, and what is not in them."""
    told = []
    for one in found:
        name = f"{one.customers} on {NAMES[one.database]}"
        if one.notes["handed back"]:
            first, last = growth(one.replies)
            told.append(f"{name}: median of the first turns {ms(first)}, of the last {ms(last)}")
        unanswered = {what: count for what, count in one.outcomes.items() if what != "replied"}
        if unanswered or one.by_system:
            listed = ", ".join(f"{count} {what}" for what, count in {**unanswered, **one.details}.items())
            told.append(f"{name}: {one.by_system} replies began with the system's words; {listed or 'all replied to'}")
    return told
