"""The feature maps of a Keras network that say what it sees in an image. For child processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xraylib.networks.declaration.layer import Group
from xraylib.networks.render.keras_kinds import has_convolution, is_of, trains


def cam_head(layers: Sequence[Any]) -> dict[str, Any]:
    """``{"pooling", "dense"}`` if the network ends in them and nothing that changes the map."""
    import keras

    rest = list(layers)
    while rest and is_of(rest[-1], Group.REGULARIZATION, Group.ACTIVATION):
        rest.pop()
    dense = rest.pop() if rest else None
    while rest and is_of(rest[-1], Group.REGULARIZATION):
        rest.pop()
    pooling = rest[-1] if rest else None
    if (
        isinstance(dense, keras.layers.Dense)
        and isinstance(pooling, keras.layers.GlobalAveragePooling2D)
        and any(has_convolution(layer) for layer in rest)
    ):
        return {"pooling": pooling, "dense": dense}
    return {}


def features_layer(layers: Sequence[Any]) -> int | None:
    """The position of the layer whose output the features are; None without a convolution.

    What global average pooling averages, where the network ends in it and one Dense layer; else
    the last convolution, or the block that holds it.
    """
    head = cam_head(layers)
    if head:
        return list(layers).index(head["pooling"]) - 1
    convolved = [place for place, layer in enumerate(layers) if has_convolution(layer)]
    return convolved[-1] if convolved else None


def feature_means(model: Any, pixels: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """``(n, filters)``: each image's feature maps averaged over it; None without a convolution.

    Args:
        model: A Keras model made by ``builder.build``.
        pixels: ``(n, height, width, channels)`` prepared images; few at a time.
    """
    import tensorflow as tf

    layers = model.layers[1:]
    last = features_layer(layers)
    if last is None:
        return None
    x = tf.constant(pixels.astype(np.float32))
    with tf.device("/CPU:0"):
        for layer in layers[: last + 1]:
            x = layer(x, training=False) if trains(layer) else layer(x)
    means: NDArray[np.float64] = x.numpy().astype(np.float64).mean(axis=(1, 2))
    return means
