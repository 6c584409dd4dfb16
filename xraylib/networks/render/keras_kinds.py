"""What kind of layer a Keras layer is. For child processes: Keras is imported when asked."""

from __future__ import annotations

from typing import Any


def has_convolution(layer: Any) -> bool:
    """Whether a layer is a convolution, or a block with one in it."""
    import keras

    if isinstance(layer, keras.Model):
        return any(has_convolution(inner) for inner in layer.layers)
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return isinstance(layer, kinds)


def trains(layer: Any) -> bool:
    """Whether it behaves otherwise in training, and must be told that this is none."""
    import keras

    kinds = (keras.layers.Dropout, keras.layers.BatchNormalization, keras.Model)
    return isinstance(layer, kinds)
