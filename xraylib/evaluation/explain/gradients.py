"""Grad-CAM and HiResCAM: what a network's gradients say it looked at. For child processes.

TensorFlow is imported inside the functions, so that importing this module stays cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError
from xraylib.networks.declaration.layer import Group
from xraylib.networks.render.keras_kinds import has_convolution, is_of, trains

Method = Literal["gradcam", "hirescam"]
METHODS: Final[tuple[str, ...]] = get_args(Method)
_BATCH: Final = 16


def gradient_maps(model: Any, pixels: NDArray[np.uint8], method: str) -> NDArray[np.float32]:
    """What speaks for each class, at the size of the network's last feature maps.

    The score of a class is what comes into the softmax (or the sigmoid: negated for class 0).
    Grad-CAM (Selvaraju et al. 2017) weighs each feature map with its mean gradient; HiResCAM
    (Draelos and Carin 2020) multiplies map and gradient place by place, so that the sum over the
    places is what the maps add to the score where the rest of the network is linear. For a head of
    global average pooling and one Dense layer both equal the class activation map.

    Args:
        model: A Keras model made by ``builder.build``.
        pixels: ``(n, height, width, channels)`` prepared images.
        method: ``"gradcam"`` or ``"hirescam"``.

    Returns:
        ``(n, classes, rows, columns)``; below 0 where it speaks against the class. See
        `xraylib.evaluation.explain.maps.scaled_map`.

    Raises:
        ConfigError: codes ``method`` and ``no-convolution``.
    """
    import tensorflow as tf

    if method not in METHODS:
        raise ConfigError(
            f"There is no method {method!r}",
            expected=" or ".join(METHODS),
            remedy="choose one of them",
            code="method",
        )
    layers = model.layers[1:]
    place = explained_layer(layers)
    parts = []
    for start in range(0, len(pixels), _BATCH):
        x = tf.constant(pixels[start : start + _BATCH].astype(np.float32))
        with tf.device("/CPU:0"):
            for layer in layers[: place + 1]:
                x = layer(x, training=False) if trains(layer) else layer(x)
            maps = x
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(maps)
                scores = _scores(layers[place + 1 :], maps)
                columns = [scores[:, i] for i in range(int(scores.shape[1]))]
            found = [_map(maps, tape.gradient(column, maps), method) for column in columns]
        parts.append(np.stack(found, axis=1))
    return np.concatenate(parts).astype(np.float32)


def explained_layer(layers: Sequence[Any]) -> int:
    """The position of the layer whose maps are weighed.

    What global average pooling averages; else the last convolution, or block with one, with the
    normalisation and activation that follow it.

    Raises:
        ConfigError: code ``no-convolution``.
    """
    import keras

    convolved = [place for place, layer in enumerate(layers) if has_convolution(layer)]
    if not convolved:
        raise ConfigError(
            "The network has no convolution, so it has no feature maps to explain",
            expected="a network with a convolution",
            remedy="use occlusion, which works for every network",
            code="no-convolution",
        )
    place = convolved[-1]
    while place + 1 < len(layers) and (
        is_of(layers[place + 1], Group.NORMALIZATION, Group.ACTIVATION)
        or isinstance(layers[place + 1], keras.layers.ReLU)
    ):
        place += 1
    for later in range(place + 1, len(layers)):
        if isinstance(layers[later], keras.layers.GlobalAveragePooling2D):
            return later - 1
    return place


def _scores(layers: Sequence[Any], x: Any) -> Any:
    """What comes out before the last softmax or sigmoid, one column a class."""
    import keras
    import tensorflow as tf

    rest = list(layers)
    while rest and isinstance(rest[-1], keras.layers.Activation | keras.layers.Softmax):
        rest.pop()
    for layer in rest[:-1]:
        x = layer(x, training=False) if trains(layer) else layer(x)
    last = rest[-1]
    if isinstance(last, keras.layers.Dense):
        scores = tf.linalg.matmul(x, last.kernel)
        scores = scores if last.bias is None else scores + last.bias
    else:
        scores = last(x)
    return tf.concat([-scores, scores], axis=1) if int(scores.shape[1]) == 1 else scores


def _map(maps: Any, gradient: Any, method: str) -> NDArray[np.float32]:
    import tensorflow as tf

    if method == "gradcam":
        gradient = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    values: NDArray[np.float32] = tf.reduce_sum(maps * gradient, axis=-1).numpy()
    return values
