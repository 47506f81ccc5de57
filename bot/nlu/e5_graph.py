"""multilingual-e5-small as a graph of ONNX, run by its runtime: from summed embeddings to the mean of the last states.

The weights stay in the pack's 4 bits; what they are multiplied with is rounded to 8 bits, 32 numbers at a time with a
scale of their own. That takes 70 MB less memory than the weights unpacked, and they
need not come from beyond the processor's caches for each message.
"""

from __future__ import annotations

import os

import numpy as np
import onnxruntime
from onnx import ModelProto, NodeProto, TensorProto, helper

from bot.nlu.packed_e5 import BLOCK_WEIGHTS, PackedEncoder

#: texts of a few dozen pieces do not keep more cores busy
_MOST_THREADS = 4
#: the runtime's own operators: products with packed weights, attention, the sum of two branches with its
#: normalisation, bias with GELU
_OWN = "com.microsoft"
#: of the runtime's products: what the weights meet is rounded to 8 bits
_ROUNDED_TO_8_BITS = 4
INPUT, OUTPUT = "embedded", "pooled"


def encoder_session(packed: PackedEncoder) -> onnxruntime.InferenceSession:
    """Takes `INPUT`, float32, shape (texts, pieces, dimension); gives `OUTPUT`, float32, shape (texts, dimension)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, _MOST_THREADS)
    # Its threads wait actively within a message (a tenth less time), but not from one to the next: the app runs beside.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    graph = _Graph(packed)
    model = graph.model().SerializeToString()
    # Handed over beside the graph, the weights are dropped once the runtime has its own copy; inside it they stay.
    options.add_external_initializers(list(graph.weights), list(graph.weights.values()))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class _Graph:
    """Collects nodes in the order in which they are computed, and apart from them their weights."""

    def __init__(self, packed: PackedEncoder) -> None:
        self._packed = packed
        self._sizes = packed.sizes
        self._nodes: list[NodeProto] = []
        self.weights: dict[str, onnxruntime.OrtValue] = {}

    def model(self) -> ModelProto:
        states = self._node("LayerNormalization", INPUT, *self._norm("emb.ln"), epsilon=self._sizes.epsilon)
        for number in range(self._sizes.layers):
            states = self._layer(f"l{number}", states)
        over_pieces = helper.make_tensor("over_pieces", TensorProto.INT64, [1], [1])
        self._nodes.append(helper.make_node("ReduceMean", [states, over_pieces.name], [OUTPUT], keepdims=0))
        width = self._sizes.hidden
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["texts", "pieces", width])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", width])],
            [over_pieces, *(_promised(name, value) for name, value in self.weights.items())],
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_OWN, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8)

    def _layer(self, name: str, states: str) -> str:
        """A layer of BERT: attention, then two dense layers, each added to what came in."""
        states = self._added(states, self._product(self._attended(name, states), f"{name}.ao"), f"{name}.aln", f"{name}.ao.b")
        widened = self._product(states, f"{name}.fi")
        widened = self._node("BiasGelu", widened, self._flat(f"{name}.fi.b"), domain=_OWN)
        return self._added(states, self._product(widened, f"{name}.fo"), f"{name}.oln", f"{name}.fo.b")

    def _attended(self, name: str, states: str) -> str:
        """Queries, keys and values come from one product, with their weights side by side."""
        parts = [f"{name}.{part}" for part in "qkv"]
        joined = self._product(states, *parts)
        biases = self._weight(f"{name}.qkv.b", np.concatenate([self._packed.tensor(f"{part}.b") for part in parts]))
        self._nodes.append(helper.make_node("Split", [joined], parts, axis=2, num_outputs=len(parts)))
        return self._node("MultiHeadAttention", *parts, biases, domain=_OWN, num_heads=self._sizes.heads)

    def _added(self, states: str, change: str, norm: str, bias: str) -> str:
        return self._node(
            "SkipLayerNormalization", change, states, *self._norm(norm), self._flat(bias),
            domain=_OWN, epsilon=self._sizes.epsilon,
        )  # fmt: skip

    def _product(self, states: str, *parts: str) -> str:
        """`states` times the weights of `parts` side by side."""
        inputs = self._sizes.feed_forward if parts[0].endswith("fo") else self._sizes.hidden
        blocks = [self._packed.blocks(f"{part}.w", inputs) for part in parts]
        nibbles = np.concatenate([found for found, _ in blocks])
        name = "+".join(parts)
        weights = self._weight(f"{name}.w", nibbles[..., 0::2] | nibbles[..., 1::2] << 4)
        scales = self._weight(f"{name}.scales", np.concatenate([found for _, found in blocks]).reshape(-1))
        return self._node(
            "MatMulNBits", states, weights, scales,
            domain=_OWN, K=inputs, N=len(nibbles), bits=4, block_size=BLOCK_WEIGHTS, accuracy_level=_ROUNDED_TO_8_BITS,
        )  # fmt: skip

    def _norm(self, name: str) -> tuple[str, str]:
        return self._flat(f"{name}.w"), self._flat(f"{name}.b")

    def _flat(self, name: str) -> str:
        return self._weight(name, self._packed.tensor(name))

    def _weight(self, name: str, values: np.ndarray) -> str:
        self.weights[name] = onnxruntime.OrtValue.ortvalue_from_numpy(values)
        return name

    def _node(self, kind: str, *inputs: str, domain: str = "", **settings: float) -> str:
        output = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **settings))
        return output


def _promised(name: str, value: onnxruntime.OrtValue) -> TensorProto:
    """A weight of the graph whose numbers come from elsewhere; the runtime wants a place named and reads none."""
    promised = TensorProto(
        name=name, dims=value.shape(), data_type=value.element_type(), data_location=TensorProto.EXTERNAL
    )
    promised.external_data.add(key="location", value="handed over")
    return promised
