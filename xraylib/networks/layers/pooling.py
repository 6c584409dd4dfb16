"""Layers that keep one value of each window, or of each channel. They have no parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, ClassVar

from xraylib.networks.declaration.effect import ALL, Effect, Pair, Shape
from xraylib.networks.declaration.fields import MAX_WINDOW, OwnStrides, Padding, as_pair
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Sides
from xraylib.networks.declaration.stages import mean
from xraylib.networks.declaration.windows import map_size, slide
from xraylib.networks.declaration.words import options, side, times


@dataclass(frozen=True)
class _Pooling2D(Layer):
    group = Group.POOLING
    always = ("pool_size",)
    block_values: ClassVar[Mapping[str, Any]] = {"padding": "same", "strides": 1}
    kept: ClassVar[str]

    pool_size: Annotated[
        int | Pair,
        Sides(
            low=1,
            high=MAX_WINDOW,
            label="Window (px)",
            help="Height and width of the window of which one value is kept.",
        ),
    ] = (2, 2)
    _: KW_ONLY
    strides: OwnStrides = None
    padding: Padding = "valid"

    @property
    def steps(self) -> Pair:
        return as_pair(self.pool_size if self.strides is None else self.strides)

    @property
    def label(self) -> str:
        window, steps = as_pair(self.pool_size), self.steps
        return f"{self.kind} {times(window)}" + options(
            steps != window and f"stride {side(steps)}",
            self.padding != "valid" and self.padding,
        )

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        window, steps = as_pair(self.pool_size), self.steps
        (rows, columns), words = slide(
            (height, width),
            window=window,
            strides=steps,
            padding=self.padding,
            field="pool_size",
            noun="window",
        )
        return Effect(
            (rows, columns, channels), shape_arithmetic=words, window=window, strides=steps
        )

    def remarks(self, shape: Shape) -> list[str]:
        after = self.effect(shape).output_shape
        return [
            f"Of each {math.prod(as_pair(self.pool_size))} values {self.kept} is kept: "
            f"{math.prod(shape):,} become {math.prod(after):,}, without a parameter. "
            "That a pattern was found stays known; where exactly within the window does not."
        ]


@dataclass(frozen=True)
class MaxPooling2D(_Pooling2D):
    """Keeps the largest value of each window.

    Attributes:
        pool_size: Height and width of the window in pixels; one number for a square.
        strides: Steps in pixels; None for the size of the window, so that windows touch.
        padding: ``"valid"`` or ``"same"``.
    """

    meaning = "Keeps the strongest answer of each window, so the map shrinks."
    window = "largest"
    kept = "the largest"


@dataclass(frozen=True)
class AveragePooling2D(_Pooling2D):
    """Keeps the mean of each window.

    Attributes:
        pool_size: Height and width of the window in pixels; one number for a square.
        strides: Steps in pixels; None for the size of the window, so that windows touch.
        padding: ``"valid"`` or ``"same"``; added zeros do not enter the mean.
    """

    meaning = "Keeps the mean of each window, so the map shrinks and noise fades."
    window = "mean"
    kept = "the mean"


@dataclass(frozen=True)
class _GlobalPooling2D(Layer):
    group = Group.POOLING
    in_block = False
    word: ClassVar[str]

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        return Effect(
            (channels,),
            shape_arithmetic=f"{self.word} of {height}×{width} = {height * width:,} values each",
            window=(ALL, ALL),
        )


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling2D):
    """Keeps the mean of each channel: a row with one value a channel."""

    meaning = "One mean a channel: where a pattern lies no longer matters."
    word = "mean"

    @classmethod
    def in_stages(cls, layer: Any) -> Any:
        import keras
        from keras import ops

        class GlobalAveragePooling2D(keras.layers.Layer):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                found = mean(x, [1, 2])
                return found if layer.keepdims else ops.squeeze(found, axis=(1, 2))

        return GlobalAveragePooling2D(name=layer.name)


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling2D):
    """Keeps the largest value of each channel: a row with one value a channel."""

    meaning = "The strongest answer of each channel, wherever it lies."
    word = "largest"
