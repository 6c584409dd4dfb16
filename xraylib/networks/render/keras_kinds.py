"""What kind of layer a Keras layer is. For child processes: Keras is imported when asked."""

from __future__ import annotations

from typing import Any

from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.layers import LAYERS


def kind_of(layer: Any) -> type[Layer] | None:
    """Our class of a Keras layer, inside a block too; None where it is of none, as an addition."""
    return LAYERS.get(type(layer).__name__)


def is_of(layer: Any, *groups: Group) -> bool:
    """Whether a Keras layer is of one of these groups."""
    kind = kind_of(layer)
    return kind is not None and kind.group in groups


def is_convolution(layer: Any) -> bool:
    """Whether a Keras layer is a convolution itself."""
    kind = kind_of(layer)
    return kind is not None and kind.window == "sum"


def has_convolution(layer: Any) -> bool:
    """Whether a layer is a convolution, or a block with one in it."""
    import keras

    if isinstance(layer, keras.Model):
        return any(has_convolution(inner) for inner in layer.layers)
    return is_convolution(layer)


def trains(layer: Any) -> bool:
    """Whether it behaves otherwise in training, and must be told that this is none."""
    import keras

    kinds = (keras.layers.BatchNormalization, keras.Model)
    return isinstance(layer, kinds) or is_of(layer, Group.REGULARIZATION)
