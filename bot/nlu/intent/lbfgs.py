"""Limited-memory BFGS in single precision, for models of millions of weights whose training keeps somebody waiting.

SciPy's L-BFGS-B solves the same problems, but also handles bounds, in double precision: on the intent classifier's 1.4
million weights its own bookkeeping took longer than the losses it asked for.
Method: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

#: the loss (a number) and its gradient (the shape of the weights)
Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]

_REMEMBERED = 10
#: a step is long enough when the loss falls by this share of what the slope promised (Armijo)
_SUFFICIENT = 1e-4
_HALVINGS = 20


def minimize(loss: Loss, start: np.ndarray, *, iterations: int, tolerance: float = 3e-6) -> np.ndarray:
    """The weights with which a convex, smooth `loss` is least: float32, the shape of `start`.

    Ends after `iterations`, or when the loss fell by less than `tolerance` of itself five times in a row.
    """
    weights = start.astype(np.float32)
    value, gradient = loss(weights)
    pairs: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=_REMEMBERED)
    idle = 0
    for _ in range(iterations):
        direction = _direction(gradient, pairs)
        slope = float(direction @ gradient)
        if slope >= 0:
            break
        step = 1.0 if pairs else min(1.0, 1.0 / float(np.abs(gradient).sum()))
        found = _search(loss, weights, direction, step=step, value=value, slope=slope)
        if found is None:
            break
        moved, new_value, new_gradient = found
        difference = new_gradient - gradient
        change = moved - weights
        curvature = float(difference @ change)
        if curvature > 1e-10 * float(difference @ difference):
            pairs.append((change, difference, curvature))
        idle = idle + 1 if value - new_value < tolerance * max(abs(value), 1e-6) else 0
        weights, value, gradient = moved, new_value, new_gradient
        if idle >= 5:
            break
    return weights


def _direction(gradient: np.ndarray, pairs: deque[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """The way down: the gradient bent by the curvature that the remembered steps met (the two-loop recursion)."""
    way = -gradient
    shares = []
    for change, difference, curvature in reversed(pairs):
        share = float(change @ way) / curvature
        way -= share * difference
        shares.append(share)
    if pairs:
        _, difference, curvature = pairs[-1]
        way *= curvature / float(difference @ difference)
    for (change, difference, curvature), share in zip(pairs, reversed(shares), strict=True):
        way += (share - float(difference @ way) / curvature) * change
    return way


def _search(
    loss: Loss, weights: np.ndarray, direction: np.ndarray, *, step: float, value: float, slope: float
) -> tuple[np.ndarray, float, np.ndarray] | None:
    """The first step, halved as often as needed, after which the loss has fallen enough; None when none does."""
    for _ in range(_HALVINGS):
        moved = weights + np.float32(step) * direction
        new_value, gradient = loss(moved)
        if new_value <= value + _SUFFICIENT * step * slope:
            return moved, new_value, gradient
        step /= 2
    return None
