"""multilingual-e5-small as a graph of ONNX, run by its runtime: from summed embeddings to the mean of the last states.

The weights stay in the pack's 4 bits; what they are multiplied with is rounded to 8 bits, 32 numbers at a time with a
scale of their own. That takes less memory than the weights unpacked (the process 50 MB), and they need not come from
beyond the processor's caches for each message.
"""

from __future__ import annotations

import numpy as np
import onnxruntime

from bot.nlu.encoder.onnx_graph import RUNTIME, GraphBuilder
from bot.nlu.encoder.packed_e5 import BLOCK_WEIGHTS, PackedEncoder

#: of the runtime's products: what the weights meet is rounded to 8 bits
_ROUNDED_TO_8_BITS = 4
INPUT = "embedded"


def encoder_session(packed: PackedEncoder) -> onnxruntime.InferenceSession:
    """Takes `INPUT`, float32, shape (texts, pieces, dimension); gives float32, shape (texts, dimension)."""
    return _E5(packed).session()


class _E5:
    """The layers of BERT."""

    def __init__(self, packed: PackedEncoder) -> None:
        self._packed = packed
        self._sizes = packed.sizes
        self._graph = GraphBuilder()

    def session(self) -> onnxruntime.InferenceSession:
        node = self._graph.node
        states = node("LayerNormalization", INPUT, *self._norm("emb.ln"), epsilon=self._sizes.epsilon)
        for number in range(self._sizes.layers):
            states = self._layer(f"l{number}", states)
        pooled = node("ReduceMean", states, self._graph.numbers(1), keepdims=0)
        return self._graph.session({INPUT: ("float", ["texts", "pieces", self._sizes.hidden])}, pooled)

    def _layer(self, name: str, states: str) -> str:
        """Attention, then two dense layers, each added to what came in."""
        attended = self._product(self._attended(name, states), f"{name}.ao")
        states = self._added(states, attended, f"{name}.aln", f"{name}.ao.b")
        widened = self._product(states, f"{name}.fi")
        widened = self._graph.node("BiasGelu", widened, self._flat(f"{name}.fi.b"), domain=RUNTIME)
        return self._added(states, self._product(widened, f"{name}.fo"), f"{name}.oln", f"{name}.fo.b")

    def _attended(self, name: str, states: str) -> str:
        """Queries, keys and values come from one product, with their weights side by side."""
        parts = [f"{name}.{part}" for part in "qkv"]
        biases = np.concatenate([self._packed.tensor(f"{part}.b") for part in parts])
        split = self._graph.nodes("Split", 3, self._product(states, *parts), axis=2, num_outputs=3)
        return self._graph.node(
            "MultiHeadAttention", *split, self._graph.weight(f"{name}.qkv.b", biases),
            domain=RUNTIME, num_heads=self._sizes.heads,
        )  # fmt: skip

    def _added(self, states: str, change: str, norm: str, bias: str) -> str:
        return self._graph.node(
            "SkipLayerNormalization", change, states, *self._norm(norm), self._flat(bias),
            domain=RUNTIME, epsilon=self._sizes.epsilon,
        )  # fmt: skip

    def _product(self, states: str, *parts: str) -> str:
        """`states` times the weights of `parts` side by side."""
        inputs = self._sizes.feed_forward if parts[0].endswith("fo") else self._sizes.hidden
        blocks = [self._packed.blocks(f"{part}.w", inputs) for part in parts]
        nibbles = np.concatenate([found for found, _ in blocks])
        scales = np.concatenate([found for _, found in blocks])
        name = "+".join(parts)
        return self._graph.node(
            "MatMulNBits", states,
            self._graph.weight(f"{name}.w", nibbles[..., 0::2] | nibbles[..., 1::2] << 4),
            self._graph.weight(f"{name}.scales", scales.reshape(-1)),
            domain=RUNTIME, K=inputs, N=len(nibbles), bits=4, block_size=BLOCK_WEIGHTS,
            accuracy_level=_ROUNDED_TO_8_BITS,
        )  # fmt: skip

    def _norm(self, name: str) -> tuple[str, str]:
        return self._flat(f"{name}.w"), self._flat(f"{name}.b")

    def _flat(self, name: str) -> str:
        return self._graph.weight(name, self._packed.tensor(name))
