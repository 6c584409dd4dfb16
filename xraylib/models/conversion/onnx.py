"""A LiteRT file as ONNX, with names that people can use. For child processes: TensorFlow."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any, Final

from xraylib.models.classify.litert_network import PROBABILITIES
from xraylib.workspace import write_atomic

_INPUT: Final = "pixels"


def onnx_of(network: bytes) -> Any:
    """ONNX of a LiteRT file, which holds the output alone that people want."""
    import onnx
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "model.tflite"
        write_atomic(file, network)
        (output,) = _probabilities(network)
        model, _ = tf2onnx.convert.from_tflite(str(file), output_names=[output], opset=17)
    graph = model.graph
    renamed = {graph.input[0].name: _INPUT, graph.output[0].name: PROBABILITIES}
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [renamed.get(name, name) for name in names]
    for value in (*graph.input, *graph.output):
        value.name = renamed[value.name]
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    onnx.checker.check_model(model)
    return model


def _probabilities(network: bytes) -> list[str]:
    """The name of the tensor that LiteRT calls ``probabilities``."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(network, 0))
    tensors = model.subgraphs[0].tensors
    return [
        tensors[one.tensorIndex].name.decode()
        for one in model.signatureDefs[0].outputs
        if one.name.decode() == PROBABILITIES
    ]
