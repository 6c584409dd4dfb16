"""A LiteRT network for one image a run, as runtimes in browsers take it. No TensorFlow.

A file whose batch is open (−1 in a tensor's ``shapeSignature``) compiles there and then refuses
every run; without these signatures each tensor has the shape that it was converted with.
"""

from __future__ import annotations

from typing import Final

_IDENTIFIER: Final = b"TFL3"


def one_image_litert(model: bytes) -> bytes:
    """The same network for a batch of one.

    Args:
        model: A LiteRT flatbuffer whose tensors were converted with a batch of one.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    network = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    for graph in network.subgraphs:
        for tensor in graph.tensors:
            tensor.shapeSignature = None
    builder = flatbuffers.Builder(len(model) + 4096)
    builder.Finish(network.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())
