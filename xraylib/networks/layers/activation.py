"""A function of each value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from xraylib.networks.declaration.effect import ALL, Effect, Shape
from xraylib.networks.declaration.fields import ActivationName
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Number


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each value, or (softmax) of the values of the last axis together."""

    group = Group.ACTIVATION
    meaning = "A bend in the line: without one, two layers are worth no more than one."

    activation: ActivationName

    @property
    def label(self) -> str:
        return f"Activation {self.activation}"

    @property
    def note(self) -> str:
        return self.activation

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape, window=(ALL, ALL) if self._mixes(shape) else (1, 1))

    def _mixes(self, shape: Shape) -> bool:
        return self.activation == "softmax" and len(shape) == 1


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """Keeps what is positive and multiplies what is negative by ``negative_slope``."""

    group = Group.ACTIVATION
    meaning = "Keeps what is positive, and a little of what is negative."

    negative_slope: Annotated[
        float,
        Number(
            low=0,
            high=1,
            example=0.3,
            step=0.05,
            format="%.2f",
            label="Slope below 0",
            help="What is left of negative values, so that a unit never falls silent for good.",
        ),
    ] = 0.3

    @property
    def label(self) -> str:
        return f"LeakyReLU {self.negative_slope:g}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape)
