"""Builds a graph of ONNX node by node, with its weights beside it, and hands it to ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime
from onnx import ModelProto, NodeProto, TensorProto, helper

#: domain of the runtime's own operators
RUNTIME = "com.microsoft"
#: A second one waits actively at each product, and the app shares the cores: e5 reads twelve pieces in 6 ms of
#: processor time with one thread and in 13 with two; on busy cores it takes less time, too.
_THREADS = 1
_TYPES = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64}
#: dimensions that stay open have a name
Shape = Sequence[int | str]


class GraphBuilder:
    """Collects nodes in the order in which they are computed, and apart from them their weights."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._numbers: list[TensorProto] = []
        self._weights: dict[str, onnxruntime.OrtValue] = {}

    def node(self, kind: str, *inputs: str, domain: str = "", **settings: float) -> str:
        """Name of the node's only output. `inputs`: names of inputs, weights or other nodes' outputs."""
        (output,) = self.nodes(kind, 1, *inputs, domain=domain, **settings)
        return output

    def nodes(self, kind: str, outputs: int, *inputs: str, domain: str = "", **settings: float) -> list[str]:
        """Names of the outputs of a node that has several."""
        names = [f"{kind}{len(self._nodes)}.{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, domain=domain, **settings))
        return names

    def weight(self, name: str, values: np.ndarray) -> str:
        self._weights[name] = onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(values))
        return name

    def numbers(self, *values: int) -> str:
        """A small constant: axes, shapes."""
        name = f"numbers{len(self._numbers)}"
        self._numbers.append(helper.make_tensor(name, TensorProto.INT64, [len(values)], values))
        return name

    def session(self, inputs: Mapping[str, tuple[str, Shape]], output: str) -> onnxruntime.InferenceSession:
        """Runs the graph. `inputs`: type (float, int64) and shape by name; `output`: a node's, the session's only."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        model = self._model(inputs, output).SerializeToString()
        # Handed over beside the graph, the weights are dropped once the runtime has its own copy; inside it they stay.
        options.add_external_initializers(list(self._weights), list(self._weights.values()))
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def _model(self, inputs: Mapping[str, tuple[str, Shape]], output: str) -> ModelProto:
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, _TYPES[kind], shape) for name, (kind, shape) in inputs.items()],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            [*self._numbers, *(_promised(name, value) for name, value in self._weights.items())],
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(RUNTIME, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8)


def _promised(name: str, value: onnxruntime.OrtValue) -> TensorProto:
    """A weight of the graph whose numbers come from elsewhere; the runtime wants a place named and reads none."""
    promised = TensorProto(
        name=name, dims=value.shape(), data_type=value.element_type(), data_location=TensorProto.EXTERNAL
    )
    promised.external_data.add(key="location", value="handed over")
    return promised
