"""The network's arithmetic without Keras: shapes, parameters, multiply-adds, receptive field.

Multiply-adds are the products that an image costs in kernels: for Dense ``units × inputs`` at each
position, for Conv2D ``rows × columns × filters × channels × height × width``. Biases,
activations, pooling and normalisation count nothing.

The receptive field is the part of the image, in pixels, that one value inside the map depends on
(at an edge with added zeros it may be less). It grows by ``(window − 1) × jump`` with each layer,
where the jump is the product of all strides so far, and ends at the image's edge. (Araujo, Norris
and Sim, Computing receptive fields of convolutional neural networks, Distill, 2019,
doi:10.23915/distill.00021.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from xraylib.arguments import checked
from xraylib.errors import SpecError
from xraylib.networks.layers.base import (
    ALL,
    Effect,
    ImpossibleError,
    Layer,
    Pair,
    Part,
    Shape,
    Weight,
)


class Network(Protocol):
    """What can be traced; `ModelSpec` is one."""

    @property
    def input_shape(self) -> Shape:
        """``(height, width, channels)``."""
        ...

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The Input first."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceRow:
    """One layer of a traced network.

    Attributes:
        index: Position; 0 is the Input.
        kind: The layer's class name.
        label: One line with its settings.
        output_shape: Without the batch axis.
        params: Numbers that it holds.
        trainable_params: Those of them that training changes.
        multiply_adds: For one image.
        shape_arithmetic: How the output shape follows, in words and numbers.
        params_arithmetic: How the parameters are counted.
        receptive_field: Height and width, in pixels of the image.
        jump: Pixels of the image between neighbouring positions, down and to the right.
        weights: Its arrays, in the order in which Keras stores them.
        parts: The Keras layers of which it consists, where it is several.
    """

    index: int
    kind: str
    label: str
    output_shape: Shape
    params: int
    trainable_params: int
    multiply_adds: int
    shape_arithmetic: str
    params_arithmetic: str
    receptive_field: Pair
    jump: Pair
    weights: tuple[Weight, ...]
    parts: tuple[Part, ...] = ()

    @property
    def arithmetic(self) -> str:
        """Shape and parameters together, for example
        ``⌊(256−5)/3⌋+1 = 84; 5 × (1×5×5 + 1) = 130``."""
        return "; ".join(part for part in (self.shape_arithmetic, self.params_arithmetic) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """A network's rows up to its end, or up to its first impossible layer.

    Attributes:
        rows: One for each possible layer, the Input first.
        error: Why the layer after the last row is impossible; None if all are possible.
        total_params, trainable_params, multiply_adds: Sums over the rows.
    """

    rows: tuple[TraceRow, ...]
    total_params: int
    trainable_params: int
    multiply_adds: int
    error: SpecError | None

    @property
    def output_shape(self) -> Shape:
        """What the last possible layer gives, without the batch axis."""
        return self.rows[-1].output_shape


@checked
def trace(spec: Network) -> Trace:
    """Follows an image through the network. Never raises for a ``ModelSpec``.

    Returns:
        The rows before the first impossible layer, and that layer's error.
    """
    rows: list[TraceRow] = []
    shape = spec.input_shape
    view = _View(shape)
    error = None
    for index, layer in enumerate(spec.layers):
        try:
            effect = layer.effect(shape)
        except ImpossibleError as problem:
            error = SpecError(
                f"Layer {index}, {layer.kind}: {problem.what}",
                expected=problem.expected,
                remedy=problem.remedy,
                code="impossible-layer",
                index=index,
                kind=layer.kind,
                field=problem.field,
                nearest=problem.nearest,
            )
            break
        shape = effect.output_shape
        view.pass_through(effect)
        sizes = [(weight.size, weight.trainable) for weight in effect.weights]
        rows.append(
            TraceRow(
                index=index,
                kind=layer.kind,
                label=layer.label,
                output_shape=shape,
                params=sum(size for size, _ in sizes),
                trainable_params=sum(size for size, trainable in sizes if trainable),
                multiply_adds=effect.multiply_adds,
                shape_arithmetic=effect.shape_arithmetic,
                params_arithmetic=effect.params_arithmetic,
                receptive_field=(view.field[0], view.field[1]),
                jump=(view.jump[0], view.jump[1]),
                weights=effect.weights,
                parts=effect.parts,
            )
        )
    return Trace(
        rows=tuple(rows),
        total_params=sum(row.params for row in rows),
        trainable_params=sum(row.trainable_params for row in rows),
        multiply_adds=sum(row.multiply_adds for row in rows),
        error=error,
    )


def check(spec: Network) -> None:
    """Refuses an impossible network.

    Raises:
        SpecError: code ``impossible-layer``, naming the first impossible layer.
    """
    error = trace(spec).error
    if error is not None:
        raise error


class _View:
    """What one value sees of the image, along the height and the width."""

    def __init__(self, image: Shape) -> None:
        self.field = [1, 1]
        self.jump = [1, 1]
        self._positions = [image[0], image[1]]
        self._limit = [image[0], image[1]]

    def pass_through(self, effect: Effect) -> None:
        shape = effect.output_shape
        for axis in (0, 1):
            window = effect.window[axis]
            seen = self._positions[axis] if window == ALL else window
            reach = min(self._limit[axis], self.field[axis] + (seen - 1) * self.jump[axis])
            self.field[axis] = reach
            if window == ALL:
                # What these positions do not see together, no later value can see.
                self._limit[axis] = reach
            self.jump[axis] *= effect.strides[axis]
            if len(shape) == 3:
                self._positions[axis] = shape[axis]
            elif window == ALL:
                self._positions[axis] = 1
