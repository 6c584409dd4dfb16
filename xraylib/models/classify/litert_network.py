"""One LiteRT interpreter: uint8 pixels in, probabilities and feature maps out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import BundleError

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

PROBABILITIES = "probabilities"
FEATURES = "features"


class LiteNetwork:
    """A network in LiteRT. One caller at a time.

    Args:
        model: The flatbuffer, already checked.

    Raises:
        BundleError: code ``damaged``: LiteRT cannot open it.
    """

    def __init__(self, model: bytes) -> None:
        self._interpreter, self._outputs = open_interpreter(model)
        try:
            (entry,) = self._interpreter.get_input_details()
            self._input = int(entry["index"])
            self._shape = tuple(int(n) for n in entry["shape_signature"])
            self._interpreter.resize_tensor_input(self._input, (1, *self._shape[1:]))
            self._interpreter.allocate_tensors()
            self._image = np.zeros((1, *self._shape[1:]), np.float32)
        except (ValueError, RuntimeError, KeyError) as error:
            raise _unusable(f"cannot be opened by LiteRT ({error})") from None

    def check(self, bundle: Bundle, *, filters: int | None) -> None:
        """Refuses a network whose input or outputs are not those that the bundle describes.

        Args:
            bundle: What was published.
            filters: Feature maps that its last kernel weighs, or None.

        Raises:
            BundleError: code ``damaged``.
        """
        units = bundle.units
        if self._shape[1:] != bundle.input_shape or PROBABILITIES not in self._outputs:
            raise _unusable(f"takes {self._shape[1:]} where {bundle.input_shape} was said")
        black = np.zeros((1, *bundle.input_shape), np.uint8)
        probabilities, features = self.run(black, features=True)
        if probabilities.shape != (1, units):
            raise _unusable(f"gives {probabilities.shape[1:]} where ({units},) was said")
        if filters is not None and (features is None or features.shape[3:] != (filters,)):
            raise _unusable(f"has no {filters} feature maps, which its map needs")

    def run(
        self, pixels: NDArray[np.uint8], *, features: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Outputs of prepared pixels.

        One image after the other: of many in one pass each costs more, because what the layers
        hand on no longer fits into the processor's cache.

        Args:
            pixels: ``(n, height, width, channels)``.
            features: Also give the feature maps.

        Returns:
            ``(n, units)`` probabilities, and ``(n, rows, columns, filters)`` or None.
        """
        with_features = features and FEATURES in self._outputs
        outputs, maps = [], []
        for image in pixels:
            self._image[...] = image.reshape(self._image.shape)
            self._interpreter.set_tensor(self._input, self._image)
            self._interpreter.invoke()
            outputs.append(self._interpreter.get_tensor(self._outputs[PROBABILITIES]))
            if with_features:
                maps.append(self._interpreter.get_tensor(self._outputs[FEATURES]))
        if not outputs:
            return np.zeros((0, 1), np.float32), None
        return _together(outputs), _together(maps) if maps else None


def _together(parts: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def open_interpreter(model: bytes) -> tuple[Any, dict[str, int]]:
    """LiteRT's interpreter of a flatbuffer, and the tensor of each of its outputs by name.

    Raises:
        BundleError: code ``damaged``: LiteRT cannot open it.
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=model, num_threads=1)
        outputs = interpreter.get_signature_runner().get_output_details()
        return interpreter, {name: int(entry["index"]) for name, entry in outputs.items()}
    except (ValueError, RuntimeError, KeyError) as error:
        raise _unusable(f"cannot be opened by LiteRT ({error})") from None


def _unusable(problem: str) -> BundleError:
    return BundleError(
        f"The published network {problem}",
        expected="the LiteRT file as it was published",
        remedy="publish the run again",
        code="damaged",
    )
