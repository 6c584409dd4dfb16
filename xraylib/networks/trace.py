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
from xraylib.networks.declaration.arguments import Declared
from xraylib.networks.declaration.effect import (
    ALL,
    Effect,
    ImpossibleError,
    Pair,
    Part,
    Shape,
    Weight,
)
from xraylib.networks.declaration.layer import Layer
from xraylib.networks.declaration.words import shorten, times
from xraylib.networks.render.html_table import html_table


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
        layer: The layer itself.
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
    layer: Layer
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
    def kind(self) -> str:
        """The layer's class name."""
        return self.layer.kind

    @property
    def label(self) -> str:
        """One line with its settings."""
        return self.layer.label

    @property
    def arithmetic(self) -> str:
        """Shape and parameters together, for example
        ``⌊(256−5)/3⌋+1 = 84; 5 × (1×5×5 + 1) = 130``."""
        return "; ".join(part for part in (self.shape_arithmetic, self.params_arithmetic) if part)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Trace(metaclass=Declared):
    """A network's rows up to its end, or up to its first impossible layer.

    Attributes:
        rows: One for each possible layer, the Input first.
        error: Why the layer after the last row is impossible; None if all are possible.

    Raises:
        SpecError: The rows are none, or the error is no ``SpecError``.
    """

    rows: tuple[TraceRow, ...]
    error: SpecError | None = None

    def __post_init__(self) -> None:
        rows = self.rows
        if (
            not isinstance(rows, tuple)
            or not rows
            or not all(isinstance(row, TraceRow) for row in rows)
        ):
            raise SpecError(
                f"The rows of a trace are {shorten(rows)}",
                expected="one row for each layer, as trace makes them",
                remedy="call xraylib.trace with the network",
                field="rows",
            )
        if self.error is not None and not isinstance(self.error, SpecError):
            raise SpecError(
                f"The error of a trace is {shorten(self.error)}",
                expected="a SpecError, or None where every layer is possible",
                remedy="call xraylib.trace with the network",
                field="error",
            )

    @property
    def total_params(self) -> int:
        """Numbers that the layers hold."""
        return sum(row.params for row in self.rows)

    @property
    def trainable_params(self) -> int:
        """Those of them that training changes."""
        return sum(row.trainable_params for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """For one image."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def output_shape(self) -> Shape:
        """What the last possible layer gives, without the batch axis."""
        return self.rows[-1].output_shape

    def lines(self) -> list[tuple[str, ...]]:
        """The table of layers in words, a line a row, with the cells that ``html_table`` takes."""
        total = max(1, self.total_params)
        return [
            (
                f"{row.index}",
                row.label,
                times(row.output_shape),
                f"{row.params:,}",
                f"{row.params / total:.0%}" if row.params else "",
                row.arithmetic,
                times(row.receptive_field),
            )
            for row in self.rows
        ]

    def __repr__(self) -> str:
        way = f"{times(self.rows[0].output_shape)} → {times(self.output_shape)}"
        if self.error is not None:
            way += f", then impossible: {self.error.what}"
        return (
            f"Trace({len(self.rows)} layers, {way}, {self.total_params:,} parameters, "
            f"{self.multiply_adds:,} multiply-adds)"
        )

    def _repr_html_(self) -> str:
        lines = self.lines()
        if self.error is not None:
            cells = ("impossible", "", "", self.error.message, "")
            lines.append((f"{len(lines)}", self.error.kind or "", *cells))
        return html_table(lines, wrong=None if self.error is None else len(self.rows)) + (
            f"<p>{self.total_params:,} parameters, {self.trainable_params:,} of them trained; "
            f"{self.multiply_adds:,} multiply-adds an image</p>"
        )


@checked
def trace(spec: Network) -> Trace:
    """Follows an image through the network. An impossible layer ends it and raises nothing.

    Args:
        spec: A ``ModelSpec``.

    Returns:
        The rows before the first impossible layer, and that layer's error.

    Raises:
        SpecError: It is no network.
    """
    layers = getattr(spec, "layers", None)
    if not isinstance(layers, tuple) or not all(isinstance(layer, Layer) for layer in layers):
        raise SpecError(
            f"What is to be traced is {shorten(spec)}",
            expected="a network, a ModelSpec",
            remedy='make one, for example xraylib.preset("lesson-cnn")',
        )
    rows: list[TraceRow] = []
    shape = spec.input_shape
    view = _View(shape)
    error = None
    for index, layer in enumerate(layers):
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
                layer=layer,
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
    return Trace(rows=tuple(rows), error=error)


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
