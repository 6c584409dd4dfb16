"""An empty edge around the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from xraylib.networks.declaration.effect import Effect, Pair, Shape
from xraylib.networks.declaration.fields import MAX_WINDOW, as_pair
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Sides, refuse, whole_number
from xraylib.networks.declaration.windows import map_size
from xraylib.networks.declaration.words import both


@dataclass(frozen=True, kw_only=True)
class _Border(Sides):
    """As Keras takes it: one number, one for height and width each, or a pair for each."""

    def checked(self, kind: str, name: str, value: Any) -> Any:
        sides = value if isinstance(value, tuple | list) else (value, value)
        parts = [s if isinstance(s, tuple | list) else (s, s) for s in sides]
        numbers = [whole_number(n) for part in parts for n in part]
        good = [n for n in numbers if n is not None and self.low <= n <= self.high]
        if [len(part) for part in parts] != [2, 2] or len(good) != 4:
            raise refuse(
                kind,
                name,
                value,
                f"pixels from {self.low} to {self.high:,}: one number, one for the height and one "
                "for the width, or a pair for each",
                f"set {name} to 1, for example",
                (1,),
            )
        above, below, left, right = good
        even = above == below and left == right
        return (above, left) if even else ((above, below), (left, right))


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Adds rows and columns of zeros around the map.

    Attributes:
        padding: Pixels on every side; or (above and below, left and right); or
            ((above, below), (left, right)).
    """

    group = Group.SHAPE
    meaning = "Puts a border of zeros around the map."

    padding: Annotated[
        int | Pair | tuple[Pair, Pair],
        _Border(
            low=0,
            high=MAX_WINDOW,
            label="Border (px)",
            help="Rows above and below, and columns left and right, of zeros put around the map.",
        ),
    ] = (1, 1)

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
