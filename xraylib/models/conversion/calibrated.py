"""A published LiteRT network with its temperature inside, for use elsewhere. No TensorFlow.

The Classify page applies the temperature itself; a file that is taken away must carry it. So four
operators are put behind the network's last one, as `with_temperature` has them: the larger of p and
1e-12, its logarithm, that divided by the temperature, softmax. One sigmoid unit becomes two columns
first. Findings have a temperature each: the logarithms of p and 1 - p, their difference divided by
it, the logistic function. Classes, preparation and the rest of ``model.json`` are the file's
metadata.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.metrics.calibration import SMALLEST
from xraylib.models.classify.litert_network import PROBABILITIES

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject
    from xraylib.models.bundle import Bundle

METADATA: Final = "model.json"
_IDENTIFIER: Final = b"TFL3"


def calibrated_litert(bundle: Bundle, told: JsonObject) -> bytes:
    """The network of a published model, giving what the Classify page shows.

    Args:
        bundle: The published model.
        told: What the metadata ``model.json`` say.

    Returns:
        A LiteRT flatbuffer with the input ``pixels`` ``(n, height, width, channels)``, 0 to 255,
        and the outputs of the network; ``probabilities`` is ``(n, classes)``.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bundle.model, 0))
    graph = _Graph(model, schema)
    if bundle.several:
        graph.calibrate_each(bundle.each_temperature)
    else:
        graph.calibrate(bundle.temperature)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(json.dumps(told).encode(), np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = METADATA, len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(bundle.model) + 4096)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


class _Graph:
    """The one graph of a LiteRT model, to which operators are added."""

    def __init__(self, model: Any, schema: Any) -> None:
        self._model, self._schema = model, schema
        (self._graph,) = model.subgraphs
        (self._signature,) = model.signatureDefs

    def calibrate(self, temperature: float) -> None:
        """Makes the output ``probabilities`` one column a class, at the temperature."""
        operators, options = self._schema.BuiltinOperator, self._schema.BuiltinOptions
        (output,) = (one for one in self._signature.outputs if _text(one.name) == PROBABILITIES)
        p = before = output.tensorIndex
        classes = int(self._graph.tensors[p].shape[-1])
        if classes == 1:
            other = self._operator(
                operators.SUB, [self._constant("one", 1.0), p], self._tensor("other", 1),
                options.SubOptions, self._schema.SubOptionsT(),
            )  # fmt: skip
            beside = self._schema.ConcatenationOptionsT()
            beside.axis = 1
            classes = 2
            p = self._operator(
                operators.CONCATENATION, [other, p], self._tensor("both", 2),
                options.ConcatenationOptions, beside,
            )  # fmt: skip
        if temperature != 1:
            p = self._operator(
                operators.MAXIMUM, [p, self._constant("smallest", SMALLEST)],
                self._tensor("at_least", classes),
                options.MaximumMinimumOptions, self._schema.MaximumMinimumOptionsT(),
            )  # fmt: skip
            p = self._operator(operators.LOG, [p], self._tensor("logits", classes))
            p = self._operator(
                operators.MUL, [p, self._constant("inverse_temperature", 1 / temperature)],
                self._tensor("divided", classes), options.MulOptions, self._schema.MulOptionsT(),
            )  # fmt: skip
            softmax = self._schema.SoftmaxOptionsT()
            softmax.beta = 1.0
            p = self._operator(
                operators.SOFTMAX, [p], self._tensor("calibrated", classes),
                options.SoftmaxOptions, softmax,
            )  # fmt: skip
        self._replace(output, before, p)

    def calibrate_each(self, temperatures: Sequence[float]) -> None:
        """Divides each finding's logit in the output ``probabilities`` by its temperature."""
        if all(one == 1 for one in temperatures):
            return
        operators, options = self._schema.BuiltinOperator, self._schema.BuiltinOptions
        (output,) = (one for one in self._signature.outputs if _text(one.name) == PROBABILITIES)
        p, k = output.tensorIndex, len(temperatures)

        def logarithm(of: int, name: str) -> int:
            large = self._operator(
                operators.MAXIMUM, [of, self._constant(f"smallest_{name}", SMALLEST)],
                self._tensor(f"at_least_{name}", k),
                options.MaximumMinimumOptions, self._schema.MaximumMinimumOptionsT(),
            )  # fmt: skip
            return self._operator(operators.LOG, [large], self._tensor(f"log_{name}", k))

        def less(one: int, other: int, name: str) -> int:
            return self._operator(
                operators.SUB, [one, other], self._tensor(name, k),
                options.SubOptions, self._schema.SubOptionsT(),
            )  # fmt: skip

        absent = less(self._constant("one", 1.0), p, "absent")
        logits = less(logarithm(p, "present"), logarithm(absent, "absent"), "logits")
        divided = self._operator(
            operators.MUL, [logits, self._constant("inverse", [1 / one for one in temperatures])],
            self._tensor("divided", k), options.MulOptions, self._schema.MulOptionsT(),
        )  # fmt: skip
        calibrated = self._tensor("calibrated", k)
        self._replace(output, p, self._operator(operators.LOGISTIC, [divided], calibrated))

    def _replace(self, output: Any, before: int, after: int) -> None:
        output.tensorIndex = after
        self._graph.outputs = [after if one == before else one for one in self._graph.outputs]

    def _operator(
        self, code: int, inputs: list[int], output: int, kind: int = 0, options: Any = None
    ) -> int:
        added = self._schema.OperatorT()
        added.opcodeIndex, added.inputs, added.outputs = self._code(code), inputs, [output]
        added.builtinOptionsType, added.builtinOptions = kind, options
        self._graph.operators.append(added)
        return output

    def _code(self, code: int) -> int:
        known = [one.builtinCode for one in self._model.operatorCodes]
        if code in known:
            return known.index(code)
        added = self._schema.OperatorCodeT()
        added.builtinCode, added.deprecatedBuiltinCode, added.version = code, min(code, 127), 1
        self._model.operatorCodes.append(added)
        return len(known)

    def _constant(self, name: str, value: float | Sequence[float]) -> int:
        numbers = np.asarray(value, np.float32)
        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(numbers.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        return self._add(name, [*numbers.shape], None, len(self._model.buffers) - 1)

    def _tensor(self, name: str, columns: int) -> int:
        return self._add(name, [1, columns], [-1, columns], 0)

    def _add(self, name: str, shape: list[int], signature: list[int] | None, buffer: int) -> int:
        tensor = self._schema.TensorT()
        tensor.name, tensor.shape, tensor.shapeSignature = name, shape, signature
        tensor.type, tensor.buffer = self._schema.TensorType.FLOAT32, buffer
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
