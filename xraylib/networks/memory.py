"""What training a network occupies, by arithmetic alone. Standard library only.

Four things add up: TensorFlow itself; the weights with everything that has their size (gradients,
the optimizer's averages, the copy that a checkpoint holds); every map of a batch, because the way
back needs them all; and the images that wait to be trained on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xraylib.networks.declaration.effect import Part
from xraylib.networks.trace import Trace, trace

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec

FLOAT: Final = 4
"""Bytes of a value."""
LOADED: Final = 300 * 2**20
"""TensorFlow, Keras and Python before a network is built, as measured on Linux."""
_A_LAYER: Final = 2**20  # of Keras: its objects, and the operations there and back
_AHEAD: Final = 5  # batches that are prepared before their turn
_VALIDATED: Final = 64  # images of a validation step
_SLOTS: Final = {"adam": 2, "rmsprop": 1, "sgd": 0}


@dataclass(frozen=True, kw_only=True)
class TrainingMemory:
    """Bytes that a training needs at its largest, by what they are for.

    Attributes:
        loaded: TensorFlow, and what it keeps of each Keras layer.
        weights: Weights, gradients, the optimizer's averages, copies while saving.
        maps: The maps of a batch, and the gradients on their way back.
        images: Batches that are ready.
    """

    loaded: int
    weights: int
    maps: int
    images: int

    @property
    def total(self) -> int:
        """All together."""
        return self.loaded + self.weights + self.maps + self.images


def training_memory(
    spec: ModelSpec, *, batch_size: int, optimizer: str = "adam", result: Trace | None = None
) -> TrainingMemory:
    """What training this network with batches of so many images occupies.

    Args:
        spec: A possible network.
        batch_size: Images a step.
        optimizer: One of those that ``TrainConfig`` knows.
        result: ``trace(spec)``, where it is there already.

    Raises:
        SpecError: code ``impossible-layer``.
    """
    result = trace(spec) if result is None else result
    if result.error is not None:
        raise result.error
    rows = result.rows
    slots = _SLOTS[optimizer]
    total = sum(row.params for row in rows)
    trained = sum(row.trainable_params for row in rows)
    largest = max((weight.size for row in rows for weight in row.weights), default=0)
    # While a step works: weights, gradients, averages, and the step of the largest array.
    working = total + trained * (1 + slots) + (largest if slots else 0)
    # While a checkpoint is written: everything but gradients, twice.
    saving = 2 * (total + trained * slots)
    values = map_values(spec, result)
    two = sum(sorted(values)[-2:])
    learning = batch_size * (sum(values) + two)
    looking = _VALIDATED * (two + values[0])
    image = values[0]
    return TrainingMemory(
        loaded=LOADED + _A_LAYER * sum(_keras_layers(row.parts) for row in rows),
        weights=FLOAT * max(working, saving),
        maps=FLOAT * max(learning, looking),
        images=image * (_AHEAD * batch_size + _VALIDATED),
    )


def map_values(spec: ModelSpec, result: Trace) -> list[int]:
    """How many values each step of a possible network makes of one image, in order."""
    values: list[int] = []
    shape = spec.input_shape
    for layer, row in zip(spec.layers, result.rows, strict=True):
        values += layer.map_values(shape) if row.parts else [math.prod(row.output_shape)]
        shape = row.output_shape
    return values


def _keras_layers(parts: tuple[Part, ...]) -> int:
    """Of which a layer consists; itself, where it is one."""
    return sum(_keras_layers(part.parts) for part in parts) if parts else 1
