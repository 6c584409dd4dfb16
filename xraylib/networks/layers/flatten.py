"""A map laid out in one row."""

from __future__ import annotations

import math
from dataclasses import dataclass

from xraylib.networks.declaration.effect import Effect, Shape
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.words import product


@dataclass(frozen=True)
class Flatten(Layer):
    """Lays all values out in one row, for Dense layers."""

    group = Group.SHAPE
    meaning = "Lays all values out in one row, because Dense layers take a row."
    in_block = False

    @property
    def passes_on(self) -> bool:
        return True

    def remarks(self, shape: Shape) -> list[str]:
        return [
            "Dense weighs the last axis only. On a map that would be the channels, at each place "
            f"by itself; in one row, each unit sees all {math.prod(shape):,} values at once."
        ]

    def effect(self, shape: Shape) -> Effect:
        return Effect((math.prod(shape),), shape_arithmetic=product(shape))
