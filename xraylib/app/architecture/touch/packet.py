"""What the drawing in the browser is sent, in one piece of bytes.

Four bytes (little-endian) say how long the head is. The head is JSON: every layer with all its
settings, its arrays by name, shape and place, and words. Then the X-ray's grey levels, and the
trained weights as 32-bit numbers. Fresh weights are not sent: the browser draws them.

(One piece, because Streamlit hands bytes alone to a script as bytes.)
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.app.architecture.layer_words import explain
from xraylib.json_values import JsonObject, JsonValue
from xraylib.networks.declaration.effect import Shape, Weight
from xraylib.networks.layers import Conv2D, Layer, Residual
from xraylib.networks.trace import Trace

Arrays = Sequence[NDArray[np.float32] | None]

MOST_WEIGHTS: Final = 32 * 1024 * 1024
"""Most bytes of trained weights that are sent."""

_WORD: Final = 4


@dataclass(frozen=True, kw_only=True)
class Xray:
    """The X-ray that goes through.

    Attributes:
        name: What it is called.
        pixels: ``(height, width, channels)`` grey levels, as the network takes them.
    """

    name: str
    pixels: NDArray[np.uint8]


def pack(
    result: Trace,
    xray: Xray,
    *,
    classes: Sequence[str] = (),
    arrays: Arrays | None = None,
    behind: Sequence[Layer] = (),
    chosen: Mapping[str, Any],
) -> bytes:
    """The bytes.

    Args:
        result: The network, up to its first impossible layer.
        xray: In the size of the network's Input.
        classes: What the last layer's units mean, where that is known.
        arrays: All trained weights in the order of the layers, None for one that is left out;
            None for fresh ones.
        behind: The impossible layer and those behind it, through which no X-ray goes.
        chosen: What is chosen on the page, and what else could be: ``number`` of ``xrays``,
            ``origin`` (empty for fresh weights) of ``origins``.
    """
    floats = bytearray()
    given = None if arrays is None else iter(arrays)

    def place(weight: Weight) -> JsonObject:
        told: JsonObject = {"name": weight.name, "shape": list(weight.shape)}
        if given is not None:
            array = next(given)
            told["at"] = None if array is None else len(floats) // _WORD
            floats.extend(b"" if array is None else np.ascontiguousarray(array, "<f4").tobytes())
        return told

    layers = []
    shape = result.rows[0].output_shape
    for row in result.rows:
        before = result.rows[max(0, row.index - 1)]
        layers.append(
            {
                **_described(row.layer, shape, map(place, row.weights)),
                **_shown(row.layer, row.index),
                "shape": list(row.output_shape),
                "params": row.params,
                "products": row.multiply_adds,
                "jump": list(row.jump),
                "words": explain(row.layer, row, before),
            }
        )
        shape = row.output_shape
    error = result.error
    head = {
        "shape": list(xray.pixels.shape),
        "name": xray.name,
        "classes": list(classes),
        **chosen,
        "layers": layers,
        "impossible": None if error is None else {"kind": error.kind, "why": error.what},
        "behind": [
            {"kind": layer.kind, **_shown(layer, index)}
            for index, layer in enumerate(behind, start=len(result.rows))
        ],
    }
    return _joined(head, xray.pixels.tobytes(), bytes(floats))


def _shown(layer: Layer, index: int) -> JsonObject:
    """How a layer stands in the row of boxes."""
    return {
        "index": index,
        "label": layer.label,
        "note": layer.note if layer.group.quiet else "",
        "colour": layer.group.colour,
        "meaning": layer.meaning,
    }


def _described(layer: Layer, shape: Shape, places: Iterator[JsonObject]) -> JsonObject:
    """A layer with all its settings and its arrays, and those of the layers inside it."""
    told: JsonObject = {
        "kind": layer.kind,
        "settings": {
            field.name: getattr(layer, field.name)
            for field in fields(layer)
            if not isinstance(layer, Residual) or field.name != "layers"
        },
        "window": layer.window,
        "passes": layer.passes_on,
    }
    if not isinstance(layer, Residual):
        return {**told, "arrays": list(places)}
    steps: list[JsonValue] = []
    inside = shape
    for step in layer.layers:
        effect = step.effect(inside)
        steps.append(_described(step, inside, _some(places, len(effect.weights))))
        inside = effect.output_shape
    projection = None
    if inside != shape:
        short = Conv2D(inside[-1], 1, strides=layer.steps)
        projection = _described(short, shape, places)
    return {**told, "arrays": [], "inside": steps, "projection": projection}


def _some(places: Iterator[JsonObject], count: int) -> Iterator[JsonObject]:
    for _ in range(count):
        yield next(places)


def _joined(head: JsonObject, pixels: bytes, floats: bytes) -> bytes:
    """The parts behind each other, numbers at places that are multiples of four."""
    # The places are part of the head, whose length they change: as long as the longest ones.
    size = len(_written({**head, "pixels": 2**31, "floats": 2**31}))
    size += -(size + _WORD) % _WORD
    start = size + _WORD
    after = start + len(pixels) + -len(pixels) % _WORD
    text = _written({**head, "pixels": start, "floats": after}).ljust(size)
    return struct.pack("<I", size) + text + pixels.ljust(after - start, b"\0") + floats


def _written(head: JsonObject) -> bytes:
    return json.dumps(head, default=_plain, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    raise TypeError(f"{value!r} is no setting that a browser understands")
