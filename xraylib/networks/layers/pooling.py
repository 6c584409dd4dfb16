"""Layers that keep one value of each window, or add an empty edge. They have no parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xraylib.networks.layers.base import ALL, Effect, Layer, Pair, Shape
from xraylib.networks.layers.settings import MAX_WINDOW, PADDINGS, as_pair, choice, pair, refuse
from xraylib.networks.layers.windows import map_size, slide
from xraylib.networks.layers.words import both, options, side, times


@dataclass(frozen=True, kw_only=True)
class _Pooling2D(Layer):
    always: ClassVar[tuple[str, ...]] = ("pool_size",)

    pool_size: int | Pair = (2, 2)
    strides: int | Pair | None = None
    padding: str = "valid"

    def __post_init__(self) -> None:
        pair(self, "pool_size", 1, MAX_WINDOW)
        if self.strides is not None:
            pair(self, "strides", 1, MAX_WINDOW)
        choice(self, "padding", PADDINGS)

    def _steps(self) -> Pair:
        return as_pair(self.pool_size if self.strides is None else self.strides)

    @property
    def label(self) -> str:
        window, steps = as_pair(self.pool_size), self._steps()
        return f"{self.kind} {times(window)}" + options(
            steps != window and f"stride {side(steps)}",
            self.padding != "valid" and self.padding,
        )

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        window, steps = as_pair(self.pool_size), self._steps()
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


@dataclass(frozen=True, kw_only=True)
class MaxPooling2D(_Pooling2D):
    """Keeps the largest value of each window.

    Attributes:
        pool_size: Height and width of the window in pixels; one number for a square.
        strides: Steps in pixels; None for the size of the window, so that windows touch.
        padding: ``"valid"`` or ``"same"``.
    """


@dataclass(frozen=True, kw_only=True)
class AveragePooling2D(_Pooling2D):
    """Keeps the mean of each window.

    Attributes:
        pool_size: Height and width of the window in pixels; one number for a square.
        strides: Steps in pixels; None for the size of the window, so that windows touch.
        padding: ``"valid"`` or ``"same"``; added zeros do not enter the mean.
    """


@dataclass(frozen=True, kw_only=True)
class _GlobalPooling2D(Layer):
    word: ClassVar[str] = ""

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        return Effect(
            (channels,),
            shape_arithmetic=f"{self.word} of {height}×{width} = {height * width:,} values each",
            window=(ALL, ALL),
        )


@dataclass(frozen=True, kw_only=True)
class GlobalAveragePooling2D(_GlobalPooling2D):
    """Keeps the mean of each channel: a row with one value a channel."""

    word: ClassVar[str] = "mean"


@dataclass(frozen=True, kw_only=True)
class GlobalMaxPooling2D(_GlobalPooling2D):
    """Keeps the largest value of each channel: a row with one value a channel."""

    word: ClassVar[str] = "largest"


@dataclass(frozen=True, kw_only=True)
class ZeroPadding2D(Layer):
    """Adds rows and columns of zeros around the map.

    Attributes:
        padding: Pixels on every side; or (above and below, left and right); or
            ((above, below), (left, right)).
    """

    padding: int | Pair | tuple[Pair, Pair] = (1, 1)

    def __post_init__(self) -> None:
        value = self.padding
        sides = value if isinstance(value, tuple | list) else (value, value)
        parts = [s if isinstance(s, tuple | list) else (s, s) for s in sides]
        numbers = [n for part in parts for n in part]
        if [len(part) for part in parts] != [2, 2] or not all(
            isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= MAX_WINDOW for n in numbers
        ):
            raise refuse(
                self,
                "padding",
                f"pixels from 0 to {MAX_WINDOW:,}: one number, one for the height and one for "
                "the width, or a pair for each",
                "set padding to 1, for example",
                (1,),
            )
        above, below, left, right = numbers
        even = above == below and left == right
        kept = (above, left) if even else ((above, below), (left, right))
        object.__setattr__(self, "padding", kept)

    def _sides(self) -> tuple[Pair, Pair]:
        height, width = self.padding if isinstance(self.padding, tuple) else (self.padding,) * 2
        return as_pair(height), as_pair(width)

    @property
    def label(self) -> str:
        (above, below), (left, right) = self._sides()
        if above == below == left == right:
            return f"ZeroPadding2D {above} all round"
        return f"ZeroPadding2D above {above}, below {below}, left {left}, right {right}"

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        words = []
        sizes = []
        for size, (before, after) in zip((height, width), self._sides(), strict=True):
            sizes.append(size + before + after)
            words.append(f"{size}+{before}+{after} = {sizes[-1]}")
        return Effect((sizes[0], sizes[1], channels), shape_arithmetic=both(words[0], words[1]))
