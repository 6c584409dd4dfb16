"""The first layers of a network that do not learn, as functions. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from xraylib.augmentation.augment import Pixels
from xraylib.loading.loader import Labels

Floats = npt.NDArray[np.float32]
Step = Callable[..., Any]


class KerasFixedPart:
    """The layers of a model before ``end``; see `xraylib.training.loop.trainable.FixedPart`.

    Args:
        model: A chain of layers, none of which before ``end`` learns now.
        end: The first layer after them.
        in_training: Whether they do the same in training.
        train, test: Functions of (features, labels) that return losses and outputs, for
            TensorFlow to trace.
        labels: What labels are.
        columns: Makes a column for each class of outputs.
    """

    def __init__(
        self,
        model: keras.Model,
        end: int,
        *,
        in_training: bool,
        train: Step,
        test: Step,
        labels: tf.TensorSpec,
        columns: Callable[[Floats], Floats],
    ) -> None:
        first = one_after_the_other(model.layers[1:end])
        self.shape: tuple[int, ...] = tuple(model.layers[end - 1].output.shape[1:])
        self.in_training = in_training
        self.layers = end
        self._columns = columns
        pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
        features = tf.TensorSpec((None, *self.shape), tf.float32)

        def forward(images: Any) -> Any:
            return first(tf.cast(images, tf.float32), training=False)

        self._features = tf.function(forward, input_signature=[pixels], autograph=False)
        both = [features, labels]
        self._train = tf.function(train, input_signature=both, autograph=False)
        self._test = tf.function(test, input_signature=both, autograph=False)

    def trace(self) -> None:
        """Settles now what learns in a training step, which is else settled at the first."""
        self._train.get_concrete_function()

    def features(self, pixels: Pixels) -> Floats:
        """What they make of images."""
        found: Floats = self._features(pixels).numpy()
        return found

    def train_batch(self, features: Floats, labels: Labels) -> tuple[Floats, Floats]:
        """One step of the rest."""
        losses, outputs = self._train(features, labels)
        return losses.numpy(), self._columns(outputs.numpy())

    def test_batch(self, features: Floats, labels: Labels) -> tuple[Floats, Floats]:
        """The same without learning."""
        losses, outputs = self._test(features, labels)
        return losses.numpy(), self._columns(outputs.numpy())


def one_after_the_other(layers: list[Any]) -> Step:
    """Layers that make a chain, as one function of what comes in and of ``training``.

    No Keras model: that would leave its mark on each of its layers, which then had two outputs.
    """

    def forward(given: Any, *, training: bool) -> Any:
        for layer in layers:
            given = layer(given, training=training)
        return given

    return forward


def fixed_layers(model: keras.Model) -> tuple[int, bool] | None:
    """How many layers, from the first, never change now, and whether in training either.

    None where nothing with weights is among them: to compute them again costs next to nothing.
    """
    for in_training in (True, False):
        end = 0
        for layer in model.layers:
            if not all(_is_fixed(one, in_training) for one in _inside(layer)):
                break
            end += 1
        if any(layer.weights for layer in model.layers[:end]) and end < len(model.layers):
            return end, in_training
    return None


def _inside(layer: Any) -> Iterator[Any]:
    """The layer itself, or those that a model is made of."""
    if not isinstance(layer, keras.Model):
        yield layer
        return
    for one in layer.layers:
        yield from _inside(one)


def _is_fixed(layer: Any, in_training: bool) -> bool:
    """Whether it makes the same of the same: what is frozen does, its normalisation too."""
    learns = layer.trainable and bool(layer.weights)
    draws = len(layer.variables) > len(layer.weights)  # a random number generator
    return not learns and not (draws and in_training)
