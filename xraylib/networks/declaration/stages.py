"""Sums over many numbers in stages, in Keras's operations. For child processes: TensorFlow.

LiteRT adds one number after the other in single precision; Keras adds in blocks. Adding in two or
three stages brings both within 3e-6 of double precision: see
``xraylib.models.exporters.stable_reductions``.
"""

from __future__ import annotations

from typing import Any, Final

BLOCK: Final = 256
"""Numbers that are added in one go."""


def normalised(x: Any, axes: list[int], epsilon: float) -> Any:
    """Mean 0 and variance 1 over the axes."""
    from keras import ops

    centred = x - mean(x, axes)
    return centred * ops.rsqrt(mean(centred * centred, axes) + epsilon)


def mean(x: Any, axes: list[int]) -> Any:
    """The mean over several axes, one after the other, last first, with the axes kept."""
    from keras import ops

    for axis in reversed(axes):
        x = ops.mean(x, axis=axis, keepdims=True)
    return x
