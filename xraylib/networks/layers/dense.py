"""Units that see everything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, ClassVar

from xraylib.networks.declaration.effect import ALL, Effect, Shape, Weight
from xraylib.networks.declaration.fields import MAX_UNITS, ActivationAfter, Penalty, UseBias
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Whole
from xraylib.networks.declaration.stages import BLOCK
from xraylib.networks.declaration.words import options, times


@dataclass(frozen=True)
class Dense(Layer):
    """Units that each see every value of the last axis.

    Attributes:
        units: Number of outputs.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each unit adds a number of its own.
        l2: Added to the loss while training, times the sum of the squared weights.
    """

    group = Group.DENSE
    meaning = "Every unit weighs every value of the row before it."
    penalised = ("kernel_regularizer",)
    weighs = True
    new_values: ClassVar[Mapping[str, Any]] = {"activation": "relu"}

    units: Annotated[
        int,
        Whole(
            low=1,
            high=MAX_UNITS,
            first=16,
            label="Units",
            help="How many values come out. The last layer has one for each class.",
        ),
    ]
    _: KW_ONLY
    activation: ActivationAfter = None
    use_bias: UseBias = True
    l2: Penalty = 0.0

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

    def remarks(self, shape: Shape) -> list[str]:
        if len(shape) > 1:
            return []
        bias = "and a bias" if self.use_bias else "and no bias"
        return [
            f"Each unit has a weight for each of the {shape[0]:,} values {bias}: "
            f"{shape[0] + self.use_bias:,} parameters a unit.",
            "Right behind an X-ray of 256×256 pixels that is 65,536 × units weights, and none of "
            "them is used at two places. A filter of 5×5 has 25 weights and is used everywhere.",
        ]

    @classmethod
    def in_stages(cls, layer: Any) -> Any:
        import keras
        import numpy as np
        from keras import ops

        inputs, units = (int(n) for n in layer.kernel.shape)
        if inputs <= 2 * BLOCK:
            return layer
        blocks = -(-inputs // BLOCK)
        gap = blocks * BLOCK - inputs
        kernel = np.pad(np.asarray(layer.kernel), ((0, gap), (0, 0))).reshape(blocks, BLOCK, units)

        class Dense(keras.layers.Layer):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                padded = ops.pad(x, ((0, 0), (0, gap))) if gap else x
                parts = ops.transpose(ops.reshape(padded, (-1, blocks, BLOCK)), (1, 0, 2))
                y = ops.sum(ops.matmul(parts, kernel), axis=0)
                return layer.activation(y if layer.bias is None else y + layer.bias)

        return Dense(name=layer.name)
