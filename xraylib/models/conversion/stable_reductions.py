"""Layers that add up thousands of numbers, in a form that LiteRT adds up as exactly as Keras.

LiteRT adds one number after the other in single precision; Keras adds in blocks. Over the 65,536
pixels of an image the difference reached 2e-5 in the probabilities of the lesson's feed-forward
network (a Dense layer after Flatten) and 2.5e-5 in those of a deep one (its standardisation).
Adding in two or three stages removes it: both then lie within 3e-6 of double precision.

For child processes: TensorFlow.
"""

from __future__ import annotations

from typing import Any

from xraylib.networks.render.keras_kinds import kind_of


def with_short_sums(layer: Any) -> Any:
    """``layer``, or one with the same weights and the same result that adds up in stages.

    How a kind of layer does that says its class, in ``Layer.in_stages``.

    Args:
        layer: A built Keras layer, or a block of them.
    """
    import keras

    if isinstance(layer, keras.Model):
        return _block(layer)
    kind = kind_of(layer)
    return layer if kind is None else kind.in_stages(layer)


def _block(block: Any) -> Any:
    """A block whose layers add up in stages; the block itself where none of them needs to."""
    import keras

    inner = {one.name: with_short_sums(one) for one in block.layers}
    if all(inner[one.name] is one for one in block.layers):
        return block
    return keras.models.clone_model(block, clone_function=lambda one: inner[one.name])
