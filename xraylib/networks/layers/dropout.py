"""Values silenced by chance while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from xraylib.networks.declaration.effect import Effect, Shape
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Number
from xraylib.networks.declaration.windows import map_size


@dataclass(frozen=True)
class _Dropout(Layer):
    group = Group.REGULARIZATION

    rate: Annotated[
        float,
        Number(
            low=0,
            high=1,
            below=True,
            first=0.2,
            step=0.05,
            format="%.2f",
            label="Share of values silenced",
            help="While training only; all values count when predicting.",
        ),
    ]

    @property
    def label(self) -> str:
        return f"{self.kind} {100 * self.rate:g} %"

    @property
    def note(self) -> str:
        return f"dropout {100 * self.rate:g} %"


@dataclass(frozen=True)
class Dropout(_Dropout):
    """Sets a random fraction ``rate`` of the values to 0 while training."""

    meaning = "Silences random values while training, so that no unit relies on one other."

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, shape_arithmetic=f"drops {100 * self.rate:g} % while training")


@dataclass(frozen=True)
class SpatialDropout2D(_Dropout):
    """Sets a random fraction ``rate`` of the channels to 0 while training, each as a whole."""

    meaning = "Silences whole channels while training."

    def effect(self, shape: Shape) -> Effect:
        map_size(self.kind, shape)
        words = f"drops {100 * self.rate:g} % of the channels while training"
        return Effect(shape, shape_arithmetic=words)
