"""Layers around which what comes in takes a short way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xraylib.networks.layers.base import (
    ALL,
    Effect,
    ImpossibleError,
    Layer,
    Pair,
    Part,
    Shape,
    Weight,
    layer_from_json,
)
from xraylib.networks.layers.convolution import Conv2D
from xraylib.networks.layers.settings import activation, as_pair, refuse
from xraylib.networks.layers.windows import map_size
from xraylib.networks.layers.words import options, times

MAX_STEPS: Final = 20
"""Most layers in a block."""

NOT_INSIDE: Final = (
    "Input",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Residual",
    "Backbone",
)
"""Kinds that cannot stand in a block, because it adds maps of one shape."""


@dataclass(frozen=True, kw_only=True)
class Residual(Layer):
    """Adds what comes in to what some layers make of it.

    The layers have to learn only the difference, and gradients pass them by, so that deep networks
    still learn. Where the layers change the shape, a 1×1 convolution with their strides brings
    what comes in to the same shape. (He, Zhang, Ren and Sun, Deep residual learning for image
    recognition, 2016, arXiv:1512.03385.)

    Attributes:
        layers: 1 to 20 layers from map to map. Their strides alone may change height and width,
            so padding is ``"same"`` where a kernel is larger than 1.
        activation: After the sum; one of ``ACTIVATIONS``, or None.
    """

    layers: tuple[Layer, ...] = (
        Conv2D(filters=16, kernel_size=3, padding="same", activation="relu"),
        Conv2D(filters=16, kernel_size=3, padding="same"),
    )
    activation: str | None = "relu"

    def __post_init__(self) -> None:
        given = self.layers
        if not isinstance(given, tuple | list) or not 1 <= len(given) <= MAX_STEPS:
            raise self._refused()
        steps = tuple(layer_from_json(one) if isinstance(one, Mapping) else one for one in given)
        if not all(isinstance(one, Layer) and one.kind not in NOT_INSIDE for one in steps):
            raise self._refused()
        object.__setattr__(self, "layers", steps)
        activation(self)

    def _refused(self) -> Exception:
        return refuse(
            self,
            "layers",
            f"1 to {MAX_STEPS} layers from map to map; none of {', '.join(NOT_INSIDE)}",
            "put for example two Conv2D with padding same there",
        )

    @property
    def label(self) -> str:
        count = len(self.layers)
        around = f"{count} layers" if count > 1 else self.layers[0].label
        return f"Residual around {around}" + options(self.activation)

    @property
    def strides(self) -> Pair:
        """Product of the strides inside, down and to the right."""
        down = right = 1
        for one in self.layers:
            steps = getattr(one, "strides", (1, 1))
            if steps is None:  # pooling windows that touch
                steps = getattr(one, "pool_size", (1, 1))
            down, right = down * as_pair(steps)[0], right * as_pair(steps)[1]
        return down, right

    def map_values(self, shape: Shape) -> list[int]:
        found, inside = list[int](), shape
        for one in self.layers:
            found += one.map_values(inside)
            inside = one.effect(inside).output_shape
        ways = (inside != shape) + 1 + (self.activation is not None)  # projection, sum, bend
        return found + ways * [math.prod(inside)]

    def effect(self, shape: Shape) -> Effect:
        map_size(self.kind, shape)
        parts, weights = [Part("InputLayer")], list[Weight]()
        products, window, jump = 0, [1, 1], [1, 1]
        inside = shape
        for number, one in enumerate(self.layers, start=1):
            try:
                effect = one.effect(inside)
            except ImpossibleError as problem:
                raise ImpossibleError(
                    f"its layer {number}, {one.kind}: {problem.what}",
                    expected=problem.expected,
                    remedy=problem.remedy,
                ) from None
            parts.append(Part(one.kind, effect.weights))
            weights += effect.weights
            products += effect.multiply_adds
            inside = effect.output_shape
            for axis in (0, 1):
                if ALL in (window[axis], effect.window[axis]):
                    window[axis] = ALL
                else:
                    window[axis] += (effect.window[axis] - 1) * jump[axis]
                jump[axis] *= effect.strides[axis]
        words = "what comes in is added"
        if inside != shape:
            projection = Conv2D(filters=inside[-1], kernel_size=1, strides=self.strides)
            short = projection.effect(shape)
            if short.output_shape != inside:
                raise ImpossibleError(
                    f"its layers make {times(inside)} of {times(shape)}, and a 1×1 convolution "
                    f"with their strides makes {times(short.output_shape)}",
                    expected="the same shape on both ways, so that they can be added",
                    remedy="set padding to same for the layers inside",
                    field="layers",
                )
            parts.append(Part("Conv2D", short.weights))
            weights += short.weights
            products += short.multiply_adds
            words = f"what comes in is added through {inside[-1]} filters of 1×1"
        after = [Part("Activation")] if self.activation is not None else []
        total = sum(weight.size for weight in weights)
        sizes = [sum(weight.size for weight in part.weights) for part in parts]
        sums = " + ".join(f"{size:,}" for size in sizes if size)
        return Effect(
            inside,
            weights=tuple(weights),
            multiply_adds=products,
            shape_arithmetic=words,
            params_arithmetic=f"{sums} = {total:,}" if "+" in sums else sums,
            window=(window[0], window[1]),
            strides=(jump[0], jump[1]),
            parts=(*parts, Part("Add"), *after),
        )
