"""Learns what silence tells: `python -m benchmarks.train_risk --data FOLDER` writes crm_store/risk/coefficients.yml.

One half of CDNOW's customers (by hash; the other half judges, `make bench-risk`), looked at on four days, each with
nine months to come back in. Four, so that short and long memberships are among them: on the last day all had joined six
to nine months ago. The constant is that of the last day, before which everybody had time to buy.
"""

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from math import log
from pathlib import Path

import yaml

from benchmarks.risk_data import CALIBRATED_TO, FILE, Log, cut, half, read
from crm_store.risk import fitting, rhythm
from crm_store.risk.rhythm import NAMES

WRITTEN_TO = Path(rhythm.__file__).with_name("coefficients.yml")
DAYS = (date(1997, 5, 15), date(1997, 6, 30), date(1997, 8, 15), CALIBRATED_TO)
AHEAD = timedelta(days=273)
SHORTER = (timedelta(days=91), timedelta(days=136), timedelta(days=182))
FREE, FIXED = 0.01, 1e9
"""Precision of the normal prior of what is learned, and of what is kept."""
HEADER = """\
# How silence, own rhythm and worth tell who has stopped buying; see crm_store/risk/rhythm.py.
# Written by `python -m benchmarks.train_risk` from half of the CDNOW customers (B. Hardie's data set). Do not edit.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {FILE}")
    log_of_half = half(read(parser.parse_args().data / FILE), 0)
    _, *weights = _fitted(log_of_half, DAYS, AHEAD)
    constant = _constant(log_of_half, AHEAD, weights)
    content = {
        "constant": round(constant, 4),
        "weights": {name: round(weight, 4) for name, weight in zip(NAMES, weights, strict=True)},
        "horizon": round(_horizon(log_of_half, constant, weights), 4),
        "horizon_pauses": round(AHEAD.days / cut(log_of_half, DAYS[-1]).pause_days, 2),
    }
    WRITTEN_TO.write_text(HEADER + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    print(WRITTEN_TO.read_text(encoding="utf-8"), end="")


def _fitted(customers: Log, days: Sequence[date], ahead: timedelta, weights: Sequence[float] = ()) -> tuple[float, ...]:
    """Constant and weights for customers who have `ahead` to come back in; `weights`: to be kept as they are."""
    seen: list[tuple[float, ...]] = []
    stopped: list[bool] = []
    for day in days:
        found = cut(customers, day, until=day + ahead)
        seen += found.features()
        stopped += found.stopped
    trust = [FREE] + [FIXED if weights else FREE] * len(NAMES)
    return fitting.fit(seen, stopped, start=[0.0, *(weights or [0.0] * len(NAMES))], trust=trust)


def _constant(customers: Log, ahead: timedelta, weights: Sequence[float]) -> float:
    return _fitted(customers, DAYS[-1:], ahead, weights)[0]


def _horizon(customers: Log, constant: float, weights: Sequence[float]) -> float:
    """What the constant moves by when the time to come back in grows by a factor e: least squares over shorter ones."""
    ratios = [log(ahead / AHEAD) for ahead in SHORTER]
    moved = [_constant(customers, ahead, weights) - constant for ahead in SHORTER]
    return sum(r * m for r, m in zip(ratios, moved, strict=True)) / sum(r * r for r in ratios)


if __name__ == "__main__":
    main()
