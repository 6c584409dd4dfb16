"""Looking inside a network: the maps of every convolution for an image. LiteRT, no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import BundleError
from xraylib.json_values import JsonObject
from xraylib.models.classify.litert_network import open_interpreter

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

Maps = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """A convolution of the network.

    Attributes:
        name: Its Keras name, with those of the blocks around it: ``"05_residual/conv2d_1"``.
        label: In words: ``"Conv2D 16 @ 3×3"``.
        position: Of its layer in the network's specification; 0 is the input.
        shape: (rows, columns, filters) of its maps.
    """

    name: str
    label: str
    position: int
    shape: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class InsideNetwork:
    """The second network of a bundle. Any number of threads may use it, one after the other.

    Attributes:
        convolutions: In the order in which an image meets them.
        filters: ``(height, width, channels, filters)`` weights of the first one, or None where
            they were too many to publish.
    """

    convolutions: tuple[Convolution, ...]
    filters: Maps | None = field(repr=False)
    _model: bytes = field(repr=False)

    @classmethod
    def of(cls, bundle: Bundle) -> InsideNetwork | None:
        """What ``inside.tflite`` and ``inside.json`` of a bundle hold; None where they are not.

        Raises:
            BundleError: code ``damaged``.
        """
        if bundle.inside is None or bundle.layers is None:
            return None
        try:
            layers = tuple(
                Convolution(
                    name=str(one["name"]),
                    label=str(one["label"]),
                    position=int(one["position"]),
                    shape=(int(one["shape"][0]), int(one["shape"][1]), int(one["shape"][2])),
                )
                for one in bundle.layers["layers"]
            )
            kernel = bundle.layers["filters"]
            filters = None if kernel is None else np.asarray(kernel, np.float32)
            if filters is not None and filters.ndim != 4:
                raise ValueError("not four axes")
        except (KeyError, TypeError, ValueError, IndexError):
            raise _damaged() from None
        return cls(convolutions=layers, filters=filters, _model=bundle.inside)

    def maps(self, pixels: NDArray[np.uint8]) -> Mapping[str, Maps]:
        """``(rows, columns, filters)`` of every convolution by its name, for one image.

        Args:
            pixels: ``(height, width, channels)``, prepared as for the classifier.

        Raises:
            BundleError: code ``damaged``.
        """
        interpreter, outputs = open_interpreter(self._model)
        (entry,) = interpreter.get_input_details()
        try:
            interpreter.resize_tensor_input(int(entry["index"]), (1, *pixels.shape))
            interpreter.allocate_tensors()
            interpreter.set_tensor(int(entry["index"]), pixels[None].astype(np.float32))
            interpreter.invoke()
            found = {
                layer.name: np.asarray(interpreter.get_tensor(outputs[f"map_{place}"]))[0]
                for place, layer in enumerate(self.convolutions)
            }
        except (ValueError, RuntimeError, KeyError):
            raise _damaged() from None
        if any(found[layer.name].shape != layer.shape for layer in self.convolutions):
            raise _damaged()
        return found


def tile(maps: Maps, *, most: int = 64, gap: int = 1) -> tuple[NDArray[np.uint8], int]:
    """Maps beside each other as one grey picture, each from its darkest (0) to its brightest.

    Args:
        maps: ``(rows, columns, filters)``.
        most: Filters shown at most.
        gap: Pixels between them.

    Returns:
        uint8 ``(height, width)``, and how many columns of maps it has.
    """
    rows, columns, count = maps.shape
    shown = min(count, most)
    wide = int(np.ceil(np.sqrt(shown)))
    high = -(-shown // wide)
    picture = np.full((high * (rows + gap) - gap, wide * (columns + gap) - gap), 40, np.uint8)
    for place in range(shown):
        one = maps[:, :, place].astype(np.float64)
        low, top = float(one.min()), float(one.max())
        level = (one - low) / (top - low) * 255 if top > low else np.zeros_like(one)
        y, x = place // wide * (rows + gap), place % wide * (columns + gap)
        picture[y : y + rows, x : x + columns] = level.astype(np.uint8)
    return picture, wide


def _damaged() -> BundleError:
    return BundleError(
        "The published model has an inside.tflite that does not fit its inside.json",
        expected="the maps of every convolution as they were published",
        remedy="publish the run again",
        code="damaged",
    )


def layer_facts(name: str, labels: Mapping[int, str], shape: tuple[int, ...]) -> JsonObject:
    """One entry of ``layers`` in ``inside.json``.

    Args:
        name: Keras name, with those of the blocks around it.
        labels: What layers are called in words, by position.
        shape: ``(rows, columns, filters)``.
    """
    position = int(name.split("_", 1)[0]) if name[:2].isdigit() else 0
    inner = name.partition("/")[2]
    label = labels.get(position, name)
    return {
        "name": name,
        "label": f"{label}: {inner}" if inner else label,
        "position": position,
        "shape": [int(n) for n in shape],
    }
