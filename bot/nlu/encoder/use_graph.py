"""The multilingual universal sentence encoder (v3) as a graph of ONNX: from its pieces' embeddings to sentence vectors.

The package multiplies with NumPy, which brings each matrix into the processor's order anew for every message. ONNX
Runtime does that once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime

from bot.nlu.encoder.onnx_graph import GraphBuilder

EMBEDDED, WINDOWS, WEIGHTS_OF_PIECES = "embedded", "windows", "weights_of_pieces"
#: pieces read together, and how many of them stand before the one in question: the package's three branches
BRANCHES = ((2, 0), (3, 1), (5, 2))
#: the widest window begins so many pieces before its own, and ends so many behind
BEFORE, BEHIND = 2, 2


def encoder_session(weights: Any) -> onnxruntime.InferenceSession:
    """`weights`: the package's backend. The session takes all pieces of all texts, one behind the other:

    - `EMBEDDED`, float32, shape (pieces, 512)
    - `WINDOWS`, int64, shape (pieces, 5): the piece's neighbours from `BEFORE` to `BEHIND`; where its text has none,
      the number of pieces
    - `WEIGHTS_OF_PIECES`, float32, shape (texts, pieces): 1 / sqrt(pieces of the text), or 0 for another text's piece

    and gives float32, shape (texts, 512).
    """
    return _Use(weights).session()


class _Use:
    """Three branches of two convolutions each over pieces, their sum, and a small network behind it."""

    def __init__(self, weights: Any) -> None:
        self._weights = weights
        self._graph = GraphBuilder()

    def session(self) -> onnxruntime.InferenceSession:
        node = self._graph.node
        projected = node("Add", self._product(EMBEDDED, "proj_W"), self._weight("proj_b"))
        projected = self._norm(projected, "ln_g_all", "ln_b_all")
        entering = self._graph.nodes("Split", len(BRANCHES), projected, axis=1, num_outputs=len(BRANCHES))
        branches = [self._branch(number, states) for number, states in enumerate(entering)]
        features = self._norm(node("Concat", EMBEDDED, *branches, axis=1), "ln_g", "ln_b")
        # Each piece gets the bias in the package; the sum over a text's pieces commutes with the product.
        pooled = self._product(node("MatMul", WEIGHTS_OF_PIECES, features), "cnn_W")
        shares = node("ReduceSum", WEIGHTS_OF_PIECES, self._graph.numbers(1), keepdims=1)
        pooled = node("Add", pooled, node("Mul", shares, self._weight("cnn_b")))
        vectors = self._network(pooled)
        inputs = {
            EMBEDDED: ("float", ["pieces", self._weights.proj_W.shape[0]]),
            WINDOWS: ("int64", ["pieces", BEFORE + 1 + BEHIND]),
            WEIGHTS_OF_PIECES: ("float", ["texts", "pieces"]),
        }
        return self._graph.session(inputs, vectors)

    def _branch(self, number: int, states: str) -> str:
        """Two convolutions, each added to what came in."""
        for layer in (1, 2):
            change = self._graph.node("MatMul", self._windows(number, states), self._weight(f"w{layer}", number))
            change = self._graph.node("Add", change, self._weight(f"b{layer}", number))
            states = self._graph.node("Add", self._graph.node("Relu", change), states)
        return states

    def _windows(self, number: int, states: str) -> str:
        """Each piece's neighbours side by side, zeros where there are none."""
        size, before = BRANCHES[number]
        width = self._weights.w1[number].shape[1]
        first = BEFORE - before
        chosen = self._graph.node(
            "Slice", WINDOWS, self._graph.numbers(first), self._graph.numbers(first + size), self._graph.numbers(1)
        )
        nothing = self._graph.weight(f"nothing{number}", np.zeros((1, width), dtype=np.float32))
        gathered = self._graph.node("Gather", self._graph.node("Concat", states, nothing, axis=0), chosen, axis=0)
        return self._graph.node("Reshape", gathered, self._graph.numbers(-1, size * width))

    def _network(self, pooled: str) -> str:
        node, product = self._graph.node, self._product
        first = node("Relu", product(pooled, "d0"))
        second = node("Relu", node("Add", product(pooled, "p1"), product(first, "d1")))
        third = node("Relu", product(second, "d2"))
        return node("Tanh", node("Add", product(second, "p3"), product(third, "d3")))

    def _product(self, states: str, name: str) -> str:
        return self._graph.node("MatMul", states, self._weight(name))

    def _norm(self, states: str, scale: str, bias: str) -> str:
        weights = self._weight(scale), self._weight(bias)
        return self._graph.node("LayerNormalization", states, *weights, epsilon=self._weights.eps)

    def _weight(self, name: str, number: int | None = None) -> str:
        values = getattr(self._weights, name)
        if number is None:
            return self._graph.weight(name, values)
        return self._graph.weight(f"{name}_{number}", values[number])
