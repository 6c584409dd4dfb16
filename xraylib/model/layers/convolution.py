"""Layers whose filters move over the map."""

from __future__ import annotations

from dataclasses import dataclass

from xraylib.model.layers.base import Effect, Layer, Pair, Shape, Weight
from xraylib.model.layers.settings import (
    MAX_UNITS,
    MAX_WINDOW,
    PADDINGS,
    activation,
    as_pair,
    choice,
    flag,
    pair,
    whole,
)
from xraylib.model.layers.windows import map_size, slide
from xraylib.model.layers.words import options, side, times


@dataclass(frozen=True, kw_only=True)
class Conv2D(Layer):
    """Filters that move over the map and each make one map of their own.

    Attributes:
        filters: Number of filters, which is the number of channels that come out.
        kernel_size: Height and width of a filter in pixels; one number for a square.
        strides: Steps down and to the right in pixels; one number for both.
        padding: ``"valid"`` keeps the filter inside the map, ``"same"`` adds zeros around it.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each filter adds a number of its own.
    """

    filters: int
    kernel_size: int | Pair
    strides: int | Pair = (1, 1)
    padding: str = "valid"
    activation: str | None = None
    use_bias: bool = True

    def __post_init__(self) -> None:
        whole(self, "filters", 1, MAX_UNITS)
        pair(self, "kernel_size", 1, MAX_WINDOW)
        pair(self, "strides", 1, MAX_WINDOW)
        choice(self, "padding", PADDINGS)
        activation(self)
        flag(self, "use_bias")

    @property
    def label(self) -> str:
        strides = as_pair(self.strides)
        return f"Conv2D {self.filters} @ {times(as_pair(self.kernel_size))}" + options(
            strides != (1, 1) and f"stride {side(strides)}",
            self.padding != "valid" and self.padding,
            self.activation,
            not self.use_bias and "no bias",
        )

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        kernel, strides = as_pair(self.kernel_size), as_pair(self.strides)
        (rows, columns), words = slide(
            (height, width),
            window=kernel,
            strides=strides,
            padding=self.padding,
            field="kernel_size",
            noun="kernel",
        )
        weights = [Weight("kernel", (*kernel, channels, self.filters))]
        seen = f"{channels}×{kernel[0]}×{kernel[1]}"
        if self.use_bias:
            weights.append(Weight("bias", (self.filters,)))
            seen = f"({seen} + 1)"
        total = sum(weight.size for weight in weights)
        return Effect(
            (rows, columns, self.filters),
            weights=tuple(weights),
            multiply_adds=rows * columns * weights[0].size,
            shape_arithmetic=words,
            params_arithmetic=f"{self.filters:,} × {seen} = {total:,}",
            window=kernel,
            strides=strides,
        )
