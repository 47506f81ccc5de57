"""The table of the comparison with stock Rasa, and what a reader must know of it, for docs/benchmarks.md."""

import os
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.sides import MIX, STOCK_EPOCHS, Figures, Load

MILESTONES = (1, 10, 100, 300)


def rows(huike: Figures, stock: Figures, load: Load, epochs: int) -> list[tuple[str, str, str, str]]:
    """What is printed: measure, stock, Huike, how many times better Huike is. Stock learned for `epochs`."""
    short = f" (stock: {epochs} of its {STOCK_EPOCHS} epochs)" if epochs < STOCK_EPOCHS else ""

    def line(what: str, theirs: float, ours: float, unit: str, better: float) -> tuple[str, str, str, str]:
        digits = 0 if max(theirs, ours) >= 100 else 1
        return what, f"{theirs:.{digits}f} {unit}", f"{ours:.{digits}f} {unit}", f"{better:.1f} ×"

    found = []
    for what, theirs, ours in (
        (f"training from nothing{short}", stock.train_cold, huike.train_cold),
        (f"training again, one example more{short}", stock.train_again, huike.train_again),
    ):
        if theirs and ours:
            found.append(line(what, theirs, ours, "s", theirs / ours))
    for number in (milestone for milestone in MILESTONES if milestone <= load.turns):
        theirs, ours = stock.turn(number) * 1000, huike.turn(number) * 1000
        found.append(line(f"a turn, around turn {number}", theirs, ours, "ms", theirs / ours))
    found.append(
        line(
            f"messages a second, {load.customers} customers, {load.each} turns each",
            stock.messages_per_second,
            huike.messages_per_second,
            "/s",
            huike.messages_per_second / stock.messages_per_second,
        )
    )
    for what, theirs_bytes, ours_bytes in (
        ("memory after the start", stock.memory_idle, huike.memory_idle),
        ("memory after all that talk", stock.memory_after, huike.memory_after),
    ):
        found.append(line(what, theirs_bytes / 2**20, ours_bytes / 2**20, "MB", theirs_bytes / ours_bytes))
    return found


def report(found: list[tuple[str, str, str, str]], facts: list[str]) -> str:
    """The section of the document, as Markdown."""
    lines = [*(f"- {fact}" for fact in facts), ""]
    lines += ["| measure | stock Rasa 3.6.21 | Huike | better by |", "|---|---:|---:|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in found]
    return "\n".join(lines)


def kept_facts(before: dict[str, dict[str, str]]) -> list[str]:
    """Which stages of which side an earlier run measured, and when."""
    return [
        f"{side}: measured in an earlier run: " + ", ".join(f"{stage} ({when})" for stage, when in stages.items())
        for side, stages in before.items()
        if stages
    ]


def answers_fact(huike: Figures, stock: Figures) -> list[str]:
    """How many messages of the mix the two answer in other words; the actions say their own names, so the words tell
    which action answered."""
    pairs = list(zip(MIX, huike.answers, stock.answers, strict=False))
    if not pairs:
        return []
    other = [text for text, ours, theirs in pairs if ours != theirs]
    silent = sum(not "".join(theirs) for _, _, theirs in pairs)
    named = f" ({'; '.join(other)})" if other else ""
    return [
        f"of the {len(pairs)} messages of the mix, said for the first time, stock answers {len(other)} otherwise than "
        f"Huike{named}, {silent} with nothing"
    ]


def facts_of_the_run(stock_pipeline: str, epochs: int) -> list[str]:
    """What a reader must know to judge the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    kinds = {
        "diet": "its default pipeline and policies, with JiebaTokenizer as its documentation asks for Chinese",
        "linear": "a linear pipeline with rules",
    }
    short = f"stock learned for {epochs} of its {STOCK_EPOCHS} epochs; its turns cost the same after all of them"
    return [
        f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f} at the start, {datetime.now(UTC):%Y-%m-%d}",
        f"stock: {kinds[stock_pipeline]}, trackers in memory, REST channel; Huike: its config.yml and endpoints.yml",
        "the same training data, the same action server, one Rasa process each, one side after the other",
        f"a turn is the mean over the {len(MIX)} messages of the mix in which it falls: greeting, balance in two "
        "languages, a question of policy, thanks, a form",
        *([short] if epochs < STOCK_EPOCHS else []),
    ]
