"""Do recommendations beat what sells best? `python -m benchmarks.recommendations`

Of each member the last new article bought is held back, the rest is learnt from, and each method names five articles
the member does not have: a hit when the held-back one is among them. The log is generated (members with two or three
tastes among 12, articles with a long tail of sales, one purchase in four by chance), or one of your own: `--log FILE`,
a CSV of `member,sku,day` with days as 2026-01-31.
"""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from crm_store.recommendations import affinities
from crm_store.recommendations.rules import ranked

Log = dict[str, list[tuple[date, str]]]
"""What each member bought and when, in order."""

SEED, MEMBERS, ARTICLES, TASTES, BY_CHANCE = 20261127, 3000, 240, 12, 0.25
NAMED = 5
METHODS = ("what sells best", "recommended")
TODAY = date(2026, 11, 27)


def generated() -> Log:
    """The same log each time."""
    chance = random.Random(SEED)
    shelves = [[f"{taste}-{number}" for number in range(ARTICLES // TASTES)] for taste in range(TASTES)]
    popular = [1 / (number + 2) for number in range(ARTICLES // TASTES)]
    log: Log = {}
    for member in range(MEMBERS):
        tastes = chance.sample(range(TASTES), chance.choice((2, 2, 3)))
        bought = []
        for _ in range(chance.choice((2, 2, 3, 3, 4, 6, 9, 14))):
            taste = chance.randrange(TASTES) if chance.random() < BY_CHANCE else chance.choice(tastes)
            [sku] = chance.choices(shelves[taste], popular)
            bought.append((TODAY - timedelta(days=chance.randrange(730)), sku))
        log[str(member)] = sorted(bought)
    return log


def read(file: Path) -> Log:
    log: Log = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            log.setdefault(row["member"], []).append((date.fromisoformat(row["day"]), row["sku"]))
    return {member: sorted(bought) for member, bought in log.items()}


def held_back(log: Log) -> dict[str, tuple[Log, str, date]]:
    """Of each member with two articles or more: what came before the last new one, that one, and its day."""
    found: dict[str, tuple[Log, str, date]] = {}
    for member, bought in log.items():
        first: dict[str, date] = {}
        for day, sku in bought:
            first.setdefault(sku, day)
        if len(first) > 1:
            last = max(first, key=lambda sku: (first[sku], sku))
            before = [(day, sku) for day, sku in bought if sku != last and day <= first[last]]
            found[member] = ({member: before}, last, first[last])
    return found


def measure(log: Log, at_least: int) -> dict[str, float]:
    """The share of members for whom each method names the article that was held back."""
    tests = held_back(log)
    known = {member: test[0][member] for member, test in tests.items()} | {
        member: bought for member, bought in log.items() if member not in tests
    }
    sold = Counter(sku for bought in known.values() for sku in {sku for _, sku in bought})
    best = [sku for sku, _ in sold.most_common()]
    pairs: dict[str, list[tuple[str, float]]] = {}
    for each in affinities([list({sku for _, sku in bought}) for bought in known.values()], at_least=at_least):
        pairs.setdefault(each.sku, []).append((each.other_sku, each.score))
    hits = Counter[str]()
    for member, (_, wanted, day) in tests.items():
        owned = {sku: day - at for at, sku in known[member]}
        near = [(sku, other, score) for sku in owned for other, score in pairs.get(sku, ()) if other not in owned]
        popular = [sku for sku in best if sku not in owned]
        recommended = [sku for sku, _ in ranked(owned, near)]
        filled = [*recommended, *(sku for sku in popular if sku not in recommended)]
        hits["what sells best"] += wanted in popular[:NAMED]
        hits["recommended"] += wanted in filled[:NAMED]
    return {
        "members": len(tests),
        **{name: hits[name] / max(len(tests), 1) for name in ("what sells best", "recommended")},
    }


def main(
    log: Annotated[Path | None, typer.Option(help="a CSV of member,sku,day")] = None,
    at_least: Annotated[int, typer.Option(help="members who bought both, for a pair to count")] = 3,
) -> None:
    found = measure(read(log) if log else generated(), at_least)
    table = Table("method", f"hit rate @{NAMED}")
    for name in METHODS:
        table.add_row(name, f"{found[name]:.1%}")
    console = Console()
    console.print(f"{found['members']:.0f} members with a purchase held back, {log or 'generated log'}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
