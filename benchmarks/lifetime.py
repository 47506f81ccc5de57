"""How well purchases and spend are foretold: on CDNOW, calibrated to 1997-09-30 and judged on the 39 weeks after.

    python -m benchmarks.lifetime --data FOLDER-OR-FILE

The data set (customer_id, date, items, amount_usd) is not part of this repository. Purchases of one day are one. Beside
the fitted models stands the plain guess: each buyer goes on buying at the rate, and for the mean value, of the past.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from crm_store.value import lifetime

CALIBRATED_TO = date(1997, 9, 30)
JUDGED_TO = date(1998, 6, 30)
WEEKS = (JUDGED_TO - CALIBRATED_TO).days / 7
LEAST_WEEKS = 90 / 7
Column = NDArray[np.float64]
console = Console()


@dataclass(frozen=True)
class Buyers:
    """Columns: purchases in the calibration and their mean, weeks to the last and since the first; what came after."""

    purchases: Column
    mean: Column
    last: Column
    observed: Column
    purchases_after: Column
    spend_after: Column


def read(path: Path) -> Buyers:
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days[row["customer_id"]][date.fromisoformat(row["date"])] += float(row["amount_usd"])
    rows = []
    for bought in days.values():
        before = sorted(day for day in bought if day <= CALIBRATED_TO)
        after = [day for day in bought if CALIBRATED_TO < day <= JUDGED_TO]
        if before:
            weeks = [(each - before[0]).days / 7 for each in (before[-1], CALIBRATED_TO)]
            mean = sum(bought[day] for day in before) / len(before)
            rows.append((len(before), mean, *weeks, len(after), sum(bought[day] for day in after)))
    return Buyers(*np.array(rows, dtype=np.float64).T)


def judged(told: Column, came: Column) -> tuple[str, str, str]:
    """Correlation, mean absolute error, and the sum told beside the sum that came."""
    error = np.mean(np.abs(told - came))
    return f"{np.corrcoef(told, came)[0, 1]:.3f}", f"{error:.3f}", f"{told.sum():,.0f} of {came.sum():,.0f}"


def main(data: Annotated[Path, typer.Option(help="cdnow.csv, or the folder that holds it")]) -> None:
    path = next(iter(sorted(data.rglob("cdnow.csv"))), None) if data.is_dir() else data
    if path is None or not path.exists():
        console.print(f"[red]There is no cdnow.csv in {data}.[/red]")
        raise typer.Exit(2)
    buyers = read(path)
    repeats, spent = buyers.purchases - 1, buyers.mean > 0
    purchasing = lifetime.fit_purchasing(repeats, buyers.last, buyers.observed)
    spending = lifetime.fit_spending(buyers.purchases[spent], buyers.mean[spent])
    orders = lifetime.expected_purchases(purchasing, repeats, buyers.last, buyers.observed, WEEKS)
    worth = np.where(spent, lifetime.expected_value(spending, buyers.purchases, buyers.mean), 0.0)
    past = lifetime.past_rate(repeats, buyers.observed, WEEKS, least_weeks=LEAST_WEEKS)
    table = Table("", "correlation", "mean absolute error", "told of what came", title=f"{len(repeats):,} buyers")
    table.add_row("purchases, BG/NBD", *judged(orders, buyers.purchases_after))
    table.add_row("purchases, the past goes on", *judged(past, buyers.purchases_after))
    table.add_row("spend, BG/NBD × Gamma-Gamma", *judged(orders * worth, buyers.spend_after))
    table.add_row("spend, the past goes on", *judged(past * buyers.mean, buyers.spend_after))
    console.print(table)
    console.print(purchasing, spending)


if __name__ == "__main__":
    typer.run(main)
