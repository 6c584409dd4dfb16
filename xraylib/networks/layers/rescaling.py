"""Values brought to another range."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Annotated

from xraylib.networks.declaration.effect import Effect, Shape
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Number


@dataclass(frozen=True)
class Rescaling(Layer):
    """Multiplies each value by ``scale`` and adds ``offset``; the default brings 0..255 to 0..1."""

    group = Group.SCALING
    meaning = "Multiplies every value; 1/255 brings grey levels to 0..1."
    always = ("scale",)

    scale: Annotated[
        float,
        Number(
            low=-1e6,
            high=1e6,
            example=1 / 255,
            step=0.001,
            format="%.6f",
            label="Scale",
            help="Each grey level is multiplied by this; 1/255 = 0.003922 brings 0..255 to 0..1.",
        ),
    ] = 1 / 255
    _: KW_ONLY
    offset: Annotated[
        float,
        Number(
            low=-1e6,
            high=1e6,
            example=0.0,
            step=0.5,
            label="Offset",
            help="Added after multiplying: a scale of 1/127.5 and an offset of −1 give −1..1.",
        ),
    ] = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scale == 0:
            raise self.refused("scale", "a number other than 0", "set scale to 1/255", (1 / 255,))

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

    @property
    def note(self) -> str:
        return self._formula

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, shape_arithmetic=f"each value x becomes {self._formula}")
