"""Layers that add up thousands of numbers, in a form that LiteRT adds up as exactly as Keras.

LiteRT adds one number after the other in single precision; Keras adds in blocks. Over the 65,536
pixels of an image the difference reached 2e-5 in the probabilities of the lesson's feed-forward
network (a Dense layer after Flatten) and 2.5e-5 in those of a deep one (its standardisation).
Adding in two or three stages removes it: both then lie within 3e-6 of double precision.

For child processes: TensorFlow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_BLOCK = 256


def with_short_sums(layer: Any) -> Any:
    """``layer``, or one with the same weights and the same result that adds up in stages.

    Args:
        layer: A built Keras layer, or a block of them.
    """
    import keras

    if isinstance(layer, keras.layers.Dense) and layer.kernel.shape[0] > 2 * _BLOCK:
        return _dense(layer)
    if isinstance(layer, keras.layers.LayerNormalization) and len(layer.axis) > 1:
        return _standardised(layer)
    if isinstance(layer, keras.layers.GroupNormalization):
        return _grouped(layer)
    if isinstance(layer, keras.layers.GlobalAveragePooling2D):
        return _pooled(layer)
    if isinstance(layer, keras.Model):
        return _block(layer)
    return layer


def _block(block: Any) -> Any:
    """A block whose layers add up in stages; the block itself where none of them needs to."""
    import keras

    inner = {one.name: with_short_sums(one) for one in block.layers}
    if all(inner[one.name] is one for one in block.layers):
        return block
    return keras.models.clone_model(block, clone_function=lambda one: inner[one.name])


def _dense(layer: Any) -> Any:
    import keras
    from keras import ops

    inputs, units = (int(n) for n in layer.kernel.shape)
    blocks = -(-inputs // _BLOCK)
    gap = blocks * _BLOCK - inputs
    kernel = np.pad(np.asarray(layer.kernel), ((0, gap), (0, 0))).reshape(blocks, _BLOCK, units)

    class Dense(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            padded = ops.pad(x, ((0, 0), (0, gap))) if gap else x
            parts = ops.transpose(ops.reshape(padded, (-1, blocks, _BLOCK)), (1, 0, 2))
            y = ops.sum(ops.matmul(parts, kernel), axis=0)
            return layer.activation(y if layer.bias is None else y + layer.bias)

    return Dense(name=layer.name)


def _standardised(layer: Any) -> Any:
    import keras
    from keras import ops

    axes = sorted(axis % 4 for axis in layer.axis)

    class LayerNormalization(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            y = _normalised(x, axes, layer.epsilon)
            shape = [x.shape[axis] if axis in axes else 1 for axis in range(len(x.shape))]
            shape[0] = 1
            y = y if layer.gamma is None else y * ops.reshape(layer.gamma, shape)
            return y if layer.beta is None else y + ops.reshape(layer.beta, shape)

    return LayerNormalization(name=layer.name)


def _grouped(layer: Any) -> Any:
    import keras
    from keras import ops

    class GroupNormalization(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            _, height, width, channels = x.shape
            groups = channels if layer.groups == -1 else layer.groups
            split = ops.reshape(x, (-1, height, width, groups, channels // groups))
            y = _normalised(split, [1, 2, 4], layer.epsilon)
            y = ops.reshape(y, (-1, height, width, channels))
            y = y if layer.gamma is None else y * layer.gamma
            return y if layer.beta is None else y + layer.beta

    return GroupNormalization(name=layer.name)


def _pooled(layer: Any) -> Any:
    import keras
    from keras import ops

    class GlobalAveragePooling2D(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            mean = _mean(x, [1, 2])
            return mean if layer.keepdims else ops.squeeze(mean, axis=(1, 2))

    return GlobalAveragePooling2D(name=layer.name)


def _normalised(x: Any, axes: list[int], epsilon: float) -> Any:
    """Mean 0 and variance 1 over the axes."""
    from keras import ops

    centred = x - _mean(x, axes)
    return centred * ops.rsqrt(_mean(centred * centred, axes) + epsilon)


def _mean(x: Any, axes: list[int]) -> Any:
    """The mean over several axes, one after the other, last first, with the axes kept."""
    from keras import ops

    for axis in reversed(axes):
        x = ops.mean(x, axis=axis, keepdims=True)
    return x
