"""A graph for onnxruntime, written piece by piece: its nodes into one file, its numbers into another beside it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from localassist.adapters.embedding.folder import GRAPH_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_MICROSOFT: Final = "com.microsoft"
_ALIGNED: Final = 4096  # bytes, so that onnxruntime can map what stands there
_OPSET: Final = 17
_IR: Final = 9


class GraphWriter:
    """Writes a graph into a folder. Values are named by who makes them; each method gives the name of its result.

    `quantised` has every linear layer computed in whole numbers: weights of 8 bits with a scale for each column,
    activations of 8 bits with a scale for each call.
    """

    def __init__(self, folder: Path, *, quantised: bool) -> None:
        self._folder = folder
        self._quantised = quantised
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._quantised_inputs: dict[str, tuple[str, str, str]] = {}
        self._numbers: IO[bytes] = (folder / WEIGHTS_FILE).open("wb")

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Numbers that stand in the file."""
        import numpy as np
        from onnx import TensorProto, helper

        start = -(-self._numbers.tell() // _ALIGNED) * _ALIGNED
        self._numbers.seek(start)
        shape, values = values.shape, np.ascontiguousarray(values)  # which makes a list of a single number
        self._numbers.write(values.data)
        tensor = TensorProto(name=name, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.data_type = helper.np_dtype_to_tensor_dtype(values.dtype)
        for key, value in (("location", WEIGHTS_FILE), ("offset", start), ("length", values.nbytes)):
            tensor.external_data.add(key=key, value=str(value))
        self._constants.append(tensor)
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, **attributes: object) -> str:
        """An operator of ONNX itself with one result."""
        return self._add(kind, inputs, [name], "", attributes)

    def fused(self, kind: str, inputs: Sequence[str], name: str, **attributes: object) -> str:
        """An operator that onnxruntime adds (its ContribOperators.md) with one result."""
        return self._add(kind, inputs, [name], _MICROSOFT, attributes)

    def linear(self, source: str, name: str, weight: NDArray[Any]) -> str:
        """`source` times a weight of shape (out, in), without a bias."""
        import numpy as np

        if not self._quantised:
            return self.node("MatMul", [source, self.constant(f"{name}.weight", weight.T)], name)
        scale = np.maximum(np.abs(weight).max(axis=1), np.finfo(np.float32).tiny) / 127
        whole = np.round(weight / scale[:, None]).astype(np.int8)
        values, value_scale, value_zero = self._whole(source)
        weights = self.constant(f"{name}.weight", whole.T)
        scales = self.constant(f"{name}.scale", scale.astype(np.float32))
        return self.fused("MatMulIntegerToFloat", [values, weights, value_scale, scales, value_zero], name)

    def linear_by_row(self, source: str, name: str, weight: NDArray[Any], floor: float) -> str:
        """Like `linear`, with each row of `source` brought to at most 1 first.

        One row with a large number would else leave few of the 256 steps to all others. `-floor` is the least
        number that `source` can hold.
        """
        import numpy as np

        if not self._quantised:
            return self.linear(source, name, weight)
        least = self.constant(f"{name}.floor", np.array([floor], np.float32))
        largest = self.node("ReduceMax", [source], f"{name}.largest", axes=[-1], keepdims=1)
        size = self.node("Max", [largest, least], f"{name}.size")
        product = self.linear(self.node("Div", [source, size], f"{name}.even"), f"{name}.product", weight)
        return self.node("Mul", [product, size], name)

    def save(self, inputs: Sequence[tuple[str, Sequence[str]]], output: tuple[str, Sequence[str | int]]) -> None:
        """Close the file of numbers and write the graph: int32 inputs and one float32 output, with their shapes."""
        from onnx import TensorProto, helper

        self._numbers.close()
        given = [helper.make_tensor_value_info(name, TensorProto.INT32, list(shape)) for name, shape in inputs]
        result = helper.make_tensor_value_info(output[0], TensorProto.FLOAT, list(output[1]))
        graph = helper.make_graph(self._nodes, "encoder", given, [result], self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR, producer_name="localassist")
        (self._folder / GRAPH_FILE).write_bytes(model.SerializeToString())

    def close(self) -> None:
        """Let go of the files, whether or not the graph was saved."""
        self._numbers.close()

    def _whole(self, source: str) -> tuple[str, str, str]:
        """The value as whole numbers with scale and zero point, made once however many layers read it."""
        if source not in self._quantised_inputs:
            names = (f"{source}.whole", f"{source}.whole.scale", f"{source}.whole.zero")
            self._add("DynamicQuantizeLinear", [source], names, "", {})
            self._quantised_inputs[source] = names
        return self._quantised_inputs[source]

    def _add(self, kind: str, inputs: Sequence[str], results: Sequence[str], domain: str, attributes: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, results, name=results[0], domain=domain, **attributes))
        return results[0]
