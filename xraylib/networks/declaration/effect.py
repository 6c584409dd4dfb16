"""What a layer does to a shape, and why it cannot."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

Shape = tuple[int, ...]
"""Without the batch axis: ``(height, width, channels)`` or ``(features,)``."""

Pair = tuple[int, int]
"""Along the height and along the width."""

ALL: Final = 0
"""In ``Effect.window``: every position of the axis at once."""


class Weight(NamedTuple):
    """One array of numbers that a layer holds.

    Attributes:
        name: Keras's name of it, for example ``"kernel"``.
        shape: Its shape; the product is its number of parameters.
        trainable: False for what is only observed (moving averages).
    """

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Part(NamedTuple):
    """A Keras layer inside a layer that is several.

    Attributes:
        kind: Its Keras class.
        weights: Its own, in the order in which Keras stores them.
        parts: What it consists of, where it is itself several.
    """

    kind: str
    weights: tuple[Weight, ...] = ()
    parts: tuple[Part, ...] = ()


class Effect(NamedTuple):
    """What a layer does to a shape.

    Attributes:
        output_shape: Without the batch axis.
        weights: In the order in which Keras stores them.
        multiply_adds: Products that are summed for one image, biases not counted.
        shape_arithmetic: How the output shape follows, for example ``⌊(256−5)/3⌋+1 = 84``.
        params_arithmetic: How the parameters are counted, for example
            ``5 × (1×5×5 + 1) = 130``; empty without parameters.
        window: Input positions that one output position sees along (height, width);
            ``ALL`` for every one.
        strides: Input positions between neighbouring output positions.
        parts: The Keras layers of which it consists, where it is several.
    """

    output_shape: Shape
    weights: tuple[Weight, ...] = ()
    multiply_adds: int = 0
    shape_arithmetic: str = ""
    params_arithmetic: str = ""
    window: Pair = (1, 1)
    strides: Pair = (1, 1)
    parts: tuple[Part, ...] = ()


class ImpossibleError(Exception):
    """Raised by ``Layer.effect``; ``trace`` turns it into a ``SpecError`` that names the layer."""

    def __init__(
        self,
        what: str,
        *,
        expected: str,
        remedy: str,
        field: str | None = None,
        nearest: tuple[object, ...] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.remedy = remedy
        self.field = field
        self.nearest = nearest
