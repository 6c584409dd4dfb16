"""Layers that take a shape of any kind: input, scaling, dense units, activation, dropout."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

from xraylib.networks.layers.base import ALL, Effect, Layer, Shape, Weight
from xraylib.networks.layers.settings import (
    ACTIVATIONS,
    MAX_UNITS,
    activation,
    choice,
    flag,
    number,
    refuse,
    whole,
)
from xraylib.networks.layers.windows import map_size
from xraylib.networks.layers.words import options, product, times

MAX_SIDE: Final = 4_096
"""Largest height or width of the input, in pixels."""

MAX_CHANNELS: Final = 16


@dataclass(frozen=True, kw_only=True)
class Input(Layer):
    """The image as it comes in, pixel values 0 to 255.

    Attributes:
        shape: ``(height, width, channels)``, in pixels.
    """

    shape: Shape

    def __post_init__(self) -> None:
        value = self.shape
        sizes = tuple(value) if isinstance(value, tuple | list) else ()
        limits = (MAX_SIDE, MAX_SIDE, MAX_CHANNELS)
        if len(sizes) != 3 or not all(
            isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= limit
            for size, limit in zip(sizes, limits, strict=True)
        ):
            raise refuse(
                self,
                "shape",
                f"height, width and channels, up to {times(limits)}",
                "write for example [256, 256, 1]",
                ((256, 256, 1),),
            )
        object.__setattr__(self, "shape", sizes)

    @property
    def label(self) -> str:
        return f"Input {times(self.shape)}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape)


@dataclass(frozen=True, kw_only=True)
class Rescaling(Layer):
    """Multiplies each value by ``scale`` and adds ``offset``; the default brings 0..255 to 0..1."""

    always: ClassVar[tuple[str, ...]] = ("scale",)

    scale: float = 1 / 255
    offset: float = 0.0

    def __post_init__(self) -> None:
        number(self, "scale", -1e6, 1e6, example=1 / 255)
        if self.scale == 0:
            raise refuse(self, "scale", "a number other than 0", "set scale to 1/255", (1 / 255,))
        number(self, "offset", -1e6, 1e6, example=0.0)

    @property
    def _formula(self) -> str:
        divisor = 1 / self.scale
        if abs(divisor - round(divisor)) < 1e-9 * abs(divisor) and round(divisor) not in (1, -1):
            text = f"x/{round(divisor)}"
        else:
            text = f"{self.scale:g} × x"
        if self.offset:
            text += f" {'+' if self.offset > 0 else '−'} {abs(self.offset):g}"
        return text

    @property
    def label(self) -> str:
        return f"Rescaling {self._formula}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, shape_arithmetic=f"each value x becomes {self._formula}")


@dataclass(frozen=True, kw_only=True)
class Flatten(Layer):
    """Lays all values out in one row, for Dense layers."""

    def effect(self, shape: Shape) -> Effect:
        return Effect((math.prod(shape),), shape_arithmetic=product(shape))


@dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    """Units that each see every value of the last axis.

    Attributes:
        units: Number of outputs.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each unit adds a number of its own.
        l2: Added to the loss while training, times the sum of the squared weights.
    """

    penalised: ClassVar[tuple[str, ...]] = ("kernel_regularizer",)

    units: int
    activation: str | None = None
    use_bias: bool = True
    l2: float = 0.0

    def __post_init__(self) -> None:
        whole(self, "units", 1, MAX_UNITS)
        activation(self)
        flag(self, "use_bias")
        number(self, "l2", 0, 1, example=1e-4)

    @property
    def label(self) -> str:
        return f"Dense {self.units}" + options(
            self.activation,
            not self.use_bias and "no bias",
            self.l2 > 0 and f"L2 {self.l2:g}",
        )

    def effect(self, shape: Shape) -> Effect:
        *positions, inputs = shape
        weights = [Weight("kernel", (inputs, self.units))]
        if self.use_bias:
            weights.append(Weight("bias", (self.units,)))
            words = f"{self.units:,} × ({inputs:,} + 1)"
        else:
            words = f"{self.units:,} × {inputs:,}"
        total = sum(weight.size for weight in weights)
        return Effect(
            (*positions, self.units),
            weights=tuple(weights),
            multiply_adds=math.prod(positions) * inputs * self.units,
            shape_arithmetic=f"at each of {times(positions)} positions" if positions else "",
            params_arithmetic=f"{words} = {total:,}",
            window=(1, 1) if positions else (ALL, ALL),
        )


@dataclass(frozen=True, kw_only=True)
class Activation(Layer):
    """A function of each value, or (softmax) of the values of the last axis together."""

    activation: str

    def __post_init__(self) -> None:
        choice(self, "activation", ACTIVATIONS)

    @property
    def label(self) -> str:
        return f"Activation {self.activation}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, window=(ALL, ALL) if self._mixes(shape) else (1, 1))

    def _mixes(self, shape: Shape) -> bool:
        return self.activation == "softmax" and len(shape) == 1


@dataclass(frozen=True, kw_only=True)
class LeakyReLU(Layer):
    """Keeps what is positive and multiplies what is negative by ``negative_slope``."""

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        number(self, "negative_slope", 0, 1, example=0.3)

    @property
    def label(self) -> str:
        return f"LeakyReLU {self.negative_slope:g}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape)


@dataclass(frozen=True, kw_only=True)
class _Dropout(Layer):
    rate: float

    def __post_init__(self) -> None:
        number(self, "rate", 0, 1, below=True, example=0.2)

    @property
    def label(self) -> str:
        return f"{self.kind} {100 * self.rate:g} %"


@dataclass(frozen=True, kw_only=True)
class Dropout(_Dropout):
    """Sets a random fraction ``rate`` of the values to 0 while training."""

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, shape_arithmetic=f"drops {100 * self.rate:g} % while training")


@dataclass(frozen=True, kw_only=True)
class SpatialDropout2D(_Dropout):
    """Sets a random fraction ``rate`` of the channels to 0 while training, each as a whole."""

    def effect(self, shape: Shape) -> Effect:
        map_size(self.kind, shape)
        words = f"drops {100 * self.rate:g} % of the channels while training"
        return Effect(shape, shape_arithmetic=words)
