"""Learning how likely it is that a member has stopped: logistic regression that begins with what is known already."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crm_store.risk.rhythm import NAMES, NEVER_CALMING

Numbers = NDArray[np.float64]

STEPS = 50
SETTLED = 1e-8


def fit(
    features: Sequence[Sequence[float]],
    stopped: Sequence[bool],
    *,
    start: Sequence[float],
    trust: Sequence[float],
) -> tuple[float, ...]:
    """The constant and the weights of `rhythm.NAMES` that explain who stopped.

    Maximum a posteriori by Newton's method (Bishop, Pattern Recognition and Machine Learning, 4.3.3 and 4.5): `start`
    is the mean of a normal prior, `trust` its precision. A weight of `rhythm.NEVER_CALMING` that would fall below 0 is
    held at 0 while the others are learned.
    """
    rows = np.column_stack([np.ones(len(features)), np.asarray(features, dtype=np.float64)])
    wanted = np.asarray(stopped, dtype=np.float64)
    mean, precision = np.asarray(start, dtype=np.float64), np.asarray(trust, dtype=np.float64)
    free = np.ones(len(mean), dtype=np.bool_)
    while True:
        found = _newton(rows, wanted, mean, precision, free)
        negative = [place for place, name in enumerate(NAMES, start=1) if name in NEVER_CALMING and found[place] < 0]
        if not negative:
            return tuple(float(each) for each in found)
        free[negative] = False


def _newton(rows: Numbers, wanted: Numbers, mean: Numbers, precision: Numbers, free: NDArray[np.bool_]) -> Numbers:
    found = np.where(free, mean, 0.0)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -35, 35)))
        slope = rows.T @ (wanted - chance) - precision * (found - mean)
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(precision)
        step = np.zeros_like(found)
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        found = found + step
        if float(np.abs(step).max()) < SETTLED:
            break
    return found
