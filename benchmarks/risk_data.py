"""Purchase logs for judging risk: a CSV file of customer, day and amount, cut at a day as if it were the present."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crm_store.risk.rhythm import Buying, features, typical

FILE = "cdnow.csv"
CALIBRATED_TO = date(1997, 9, 30)
"""Customers of CDNOW's first quarter of 1997 until then; what they bought until June 1998 is the truth."""

Log = dict[str, list[tuple[int, float]]]
"""Of each customer the ordinals of their days of purchase, rising, and the amount of each."""


@dataclass(frozen=True)
class Cut:
    """What a log tells on a day: `buyings` by customer, and who bought nothing in the days after."""

    buyings: list[Buying]
    stopped: list[bool]
    pause_days: float
    order_minor: float
    customers: list[str]

    def features(self) -> list[tuple[float, ...]]:
        return [features(each, self.pause_days, self.order_minor) for each in self.buyings]


def read(path: Path) -> Log:
    """The purchases of a file with the columns customer_id, date (ISO) and amount_usd; a day's together."""
    found: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["customer_id"]][date.fromisoformat(row["date"]).toordinal()] += float(row["amount_usd"])
    return {customer: sorted(bought.items()) for customer, bought in sorted(found.items())}


def half(log: Log, which: int) -> Log:
    """One half of the customers by their hash: 0 to learn from, 1 to be judged on."""
    return {
        customer: bought
        for customer, bought in log.items()
        if int(hashlib.sha256(customer.encode()).hexdigest()[:8], 16) % 2 == which
    }


def cut(log: Log, at: date, *, until: date | None = None) -> Cut:
    """The log as it stood at the end of the day `at`; `until`: what was bought later is not looked at."""
    today, end = at.toordinal(), (until or date.max).toordinal()
    buyings, stopped, customers = [], [], []
    for customer, bought in log.items():
        days = [day for day, _ in bought if day <= today]
        if not days:
            continue
        spent = sum(amount for day, amount in bought if day <= today) * 100
        customers.append(customer)
        buyings.append(Buying.of(days, spent, today=today))
        stopped.append(not any(today < day <= end for day, _ in bought))
    return Cut(buyings, stopped, _pause(buyings), _order(buyings), customers)


def _pause(buyings: Iterable[Buying]) -> float:
    return typical([each.span_days / (each.purchases - 1) for each in buyings if each.purchases > 1], 1.0)


def _order(buyings: Iterable[Buying]) -> float:
    return typical([each.order_minor for each in buyings], 1.0)
