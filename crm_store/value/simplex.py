"""A minimum of a function of a few numbers, without its slopes: Nelder and Mead, A Simplex Method for Function
Minimization (The Computer Journal 7, 1965), with their own coefficients."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]

STEPS_AT_MOST = 1000
FLAT = 1e-9
"""The search ends when the best and the worst corner differ by no more."""
FIRST_STEP = 0.5


def minimise(of: Callable[[Point], float], start: Point) -> Point:
    """The lowest point found from `start` on; where `of` is infinite no corner stays."""
    corners = [start, *(start + FIRST_STEP * unit for unit in np.eye(len(start)))]
    heights = [of(corner) for corner in corners]
    for _ in range(STEPS_AT_MOST):
        order = sorted(range(len(heights)), key=heights.__getitem__)
        corners, heights = [corners[place] for place in order], [heights[place] for place in order]
        if heights[-1] - heights[0] <= FLAT:
            break
        middle = sum(corners[1:-1], start=corners[0]) / (len(corners) - 1)
        corners[-1], heights[-1], moved = _moved(of, corners, heights, middle)
        if not moved:
            corners = [corners[0], *(corners[0] + (corner - corners[0]) / 2 for corner in corners[1:])]
            heights = [heights[0], *(of(corner) for corner in corners[1:])]
    return corners[int(np.argmin(heights))]


def _moved(
    of: Callable[[Point], float], corners: list[Point], heights: list[float], middle: Point
) -> tuple[Point, float, bool]:
    """A better place for the worst corner: mirrored, further out, or closer in; False when there is none."""
    worst = corners[-1]
    mirrored = middle + (middle - worst)
    height = of(mirrored)
    if height < heights[0]:
        further = middle + 2 * (middle - worst)
        found = of(further)
        return (further, found, True) if found < height else (mirrored, height, True)
    if height < heights[-2]:
        return mirrored, height, True
    closer = middle + ((mirrored if height < heights[-1] else worst) - middle) / 2
    found = of(closer)
    if found < min(height, heights[-1]):
        return closer, found, True
    return worst, heights[-1], False
