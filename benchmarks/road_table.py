"""The section of docs/benchmarks.md about the road: its tables, and what a reader must know of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import FIRST_TURNS, Figures, growth
from benchmarks.idle import AT_ONCE, IdleFigures
from benchmarks.sides import STOCK_EPOCHS, Training

if TYPE_CHECKING:
    from benchmarks.road import Found

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL + Redis", "stock": "stock Rasa"}
DASH = "–"


@dataclass(frozen=True)
class Before:
    """What this was on 2026-11-25, before the road was rebuilt: on a machine at work, and on a quiet one where it was
    measured there. Seconds, replies a second."""

    median: float
    p95: float | None = None
    per_second: float | None = None
    quiet_median: float | None = None
    quiet_per_second: float | None = None


BEFORE = {
    ("sqlite", 1): Before(0.138, 0.202, None, 0.103),
    ("sqlite", 16): Before(1.2, 3.2, 9.9, 1.1, 11.8),
    ("sqlite", 64): Before(6.1, None, 9.8, 4.9, 12.2),
    ("postgresql", 1): Before(0.172),
    ("postgresql", 16): Before(1.4, None, 10.2),
    ("postgresql", 64): Before(6.2, None, 9.7),
}
COST_BEFORE = ("before", "72 ms", "61 ms", DASH, "46 to 53", "12 to 14")

SPEED = (
    "customers, database", "median, before", "median", "95 %, before", "95 %", "longest", "ack",
    "replies a second, before", "replies a second", "without a reply",
)  # fmt: skip
COST = ("for each message", "app", "Rasa", "the customers' own program", "statements", "transactions")
AGAINST = ("measure", "stock Rasa 3.6.21", "Huike", "better by")


def ms(seconds: float | None) -> str:
    return DASH if seconds is None else f"{seconds * 1000:,.0f} ms"


def _with_quiet(usual: str, quiet: str) -> str:
    return usual if quiet == DASH else f"{usual} (quiet: {quiet})"


def _rate(per_second: float | None) -> str:
    return DASH if per_second is None else f"{per_second:.1f}"


def speed_row(one: Figures) -> tuple[str, ...]:
    """How long it took, beside what it took before."""
    before = BEFORE.get((one.database, one.customers))
    return (
        f"{one.customers}, {NAMES[one.database]}",
        _with_quiet(ms(before.median), ms(before.quiet_median)) if before else DASH,
        ms(one.median),
        ms(before.p95) if before else DASH,
        ms(one.p95),
        ms(one.longest),
        ms(one.ack_median),
        _with_quiet(_rate(before.per_second), _rate(before.quiet_per_second)) if before else DASH,
        _rate(one.per_second),
        f"{one.said - one.replied} of {one.said}",
    )


def cost_row(one: Figures) -> tuple[str, ...]:
    """What a message cost; a dash where the app does not count."""
    transactions = [one.counters.get(f"{kind} transactions") for kind in ("writing", "reading")]
    counted = [value for value in transactions if value is not None]
    statements = one.counters.get("statements")
    return (
        f"{one.customers}, {NAMES[one.database]}",
        ms(one.processor["app"]),
        ms(one.processor["Rasa"]),
        ms(one.processor["customers"]),
        DASH if statements is None else f"{statements:.1f}",
        f"{sum(counted):.1f} ({' + '.join(f'{value:.1f}' for value in counted)})" if counted else DASH,
    )


def line(one: Figures) -> str:
    """A run in one line, as soon as it is known."""
    named = [*zip(SPEED, speed_row(one), strict=True), *list(zip(COST, cost_row(one), strict=True))[1:]]
    return "; ".join(f"{name} {cell}" for name, cell in named if "before" not in name)


def against_rows(huike: Figures, stock: Figures, training: dict[str, Training], epochs: int) -> list[tuple[str, ...]]:
    """Stock, Huike, and how many times better Huike is."""

    def row(what: str, theirs: float, ours: float, form: str, better: float) -> tuple[str, ...]:
        return what, form.format(theirs), form.format(ours), f"{better:.1f} ×"

    def less(what: str, theirs: float, ours: float, form: str) -> tuple[str, ...]:
        return row(what, theirs, ours, form, theirs / ours)

    said = f"{stock.customers} customers, {stock.said // stock.customers} turns each"
    theirs, ours = ({**side.processor, "customers": 0.0} for side in (stock, huike))
    rows = [
        row(f"replies a second, {said}", stock.per_second, huike.per_second, "{:.1f}",
            huike.per_second / stock.per_second),
        less("median of a reply", stock.median * 1000, huike.median * 1000, "{:,.0f} ms"),
        less("processor time of a message, all processes", sum(theirs.values()) * 1000, sum(ours.values()) * 1000,
             "{:,.0f} ms"),
        less("memory of Rasa afterwards", stock.notes["memory of Rasa"] / 2**20, huike.notes["memory of Rasa"] / 2**20,
             "{:,.0f} MB"),
    ]  # fmt: skip
    times = [training[side].seconds if side in training else 0.0 for side in ("stock", "huike")]
    if all(times):
        short = f" (stock: {epochs} of its {STOCK_EPOCHS} epochs)" if epochs < STOCK_EPOCHS else ""
        rows.append(less(f"training from nothing{short}", times[0], times[1], "{:,.0f} s"))
    return rows


def machine() -> str:
    """Cores, processor, load and day."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((each.partition(":")[2].strip() for each in lines if "model name" in each), "unknown processor")
    return f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f} at the start, {datetime.now(UTC):%Y-%m-%d}"


def run_facts(one: Figures) -> list[str]:
    """What happened in a run besides replies."""
    name = f"{one.customers}, {NAMES[one.database]}"
    kinds = {what: count for what, count in {**one.outcomes, **one.details}.items() if what != "replied"}
    told = [f"{count} {what}" for what, count in kinds.items()]
    if one.by_system:
        told.append(f"{one.by_system} replies began with the system's words, not the bot's")
    return [f"{name}: {', '.join(told)}"] if told else []


def long_fact(long: Figures) -> str:
    first, last = growth(long.replies)
    size = min(FIRST_TURNS, max(len(long.replies) // 2, 1))
    return (
        f"one conversation of {long.said} turns on {NAMES[long.database]}: median of the first {size} {ms(first)}, "
        f"of the last {size} {ms(last)} ({last / first:.2f} ×); {long.said - long.replied} without a reply, handed "
        f"back by the staff {long.notes['handed back']:.0f} times"
    )


def idle_fact(idle: IdleFigures) -> str:
    return (
        f"{idle.sockets:,} tabs that say nothing, one app process: {idle.per_socket / 1024:.0f} KiB each, "
        f"{idle.memory_after / 2**20:,.0f} MiB in all ({idle.memory_before / 2**20:,.0f} MiB without them); opened in "
        f"{idle.opening:.0f} s, {idle.not_welcome} were not greeted; "
        f"{idle.processor / idle.idle:.0%} of a core while nothing is said; after {idle.idle:.0f} s "
        f"{idle.still_open:,} are open, and of {idle.asked} that speak, {AT_ONCE} at a time, "
        f"{idle.acked} are acknowledged (median {ms(idle.ack_median)}, 95 % {ms(idle.ack_p95)})"
    )


def how(found: Found) -> list[str]:
    """How it was measured, and what is not in the figures."""
    every = [*found.runs, *(one for one in (found.long, found.huike) if one)]
    lifted = any(one.notes["limits lifted"] for one in every)
    loads = [one.notes[when] for one in every for when in ("load before", "load after")]
    limits = (
        "the widget's limits are lifted by their settings"
        if lifted
        else "the widget's limits stay: every person has a loopback address of their own, a tab that used up its "
        "allowance is replaced by a new one"
    )
    left = [
        name
        for name, there in (
            ("long conversations", found.long),
            ("idle tabs", found.idle),
            ("stock Rasa", found.stock),
            ("statements and transactions (this app does not count them)", any(one.counters for one in every)),
        )
        if not there
    ]
    load = f"; load {min(loads):.1f} to {max(loads):.1f} during the runs" if loads else ""
    return [
        found.machine + load,
        "from the frame sent on `/chat/ws` to the first frame of the reply; real app and real Rasa, one process each, "
        "on the demo shop, fresh for every line; the customers' program runs on the same cores",
        "every message is one that strangers wrote, said once; each customer sends the next when the reply to the last "
        "has come; half of the people are members with an identity token",
        limits,
        "not in the figures: a network, TLS, a proxy, open consoles, Telegram, the jobs of a shop's first start "
        "(they are waited for); messages are drawn at random, so a form "
        "is often answered by something else; while a conversation waits for the staff the bot says nothing, and such "
        "a message counts as one without a reply",
        *([f"not measured in this run: {', '.join(left)}"] if left else []),
    ]


def against_facts(stock: Figures, epochs: int) -> list[str]:
    """What is to be known of the comparison."""
    short = f"stock learned for {epochs} of its {STOCK_EPOCHS} epochs; its turns cost the same after all of them"
    nothing = sum(stock.details.values())
    return [
        "beside stock: the same messages by its REST channel, trackers in memory, actions that do nothing; Huike's "
        "side is its whole road (socket, app, shop, Rasa) on SQLite; "
        f"stock answered {nothing} of {stock.said} with nothing or an error",
        *([short] if epochs < STOCK_EPOCHS else []),
    ]


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = "|---|" + "---:|" * (len(headings) - 1)
    return [f"| {' | '.join(headings)} |", ruled, *(f"| {' | '.join(cells)} |" for cells in rows)]


def report(found: Found, epochs: int) -> str:
    """The whole section, as Markdown."""
    facts = [*how(found), *(fact for one in found.runs for fact in run_facts(one))]
    facts += [long_fact(found.long)] if found.long and found.long.replies else []
    facts += [idle_fact(found.idle)] if found.idle else []
    facts += against_facts(found.stock, epochs) if found.stock else []
    lines = [*(f"- {fact}" for fact in facts)]
    if found.runs:
        lines += ["", *markdown(SPEED, [speed_row(one) for one in found.runs])]
        lines += ["", *markdown(COST, [COST_BEFORE, *(cost_row(one) for one in found.runs)])]
    if found.huike and found.stock:
        lines += ["", *markdown(AGAINST, against_rows(found.huike, found.stock, found.training, epochs))]
    return "\n".join(lines)
