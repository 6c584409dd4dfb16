"""The loss of each image, for classes and for findings. Imports TensorFlow: for the trainer."""

from __future__ import annotations

from typing import Any, Protocol

import keras
import numpy.typing as npt
import tensorflow as tf

from xraylib.training.config import TrainConfig


class Loss(Protocol):
    """What the network's mistakes cost.

    Attributes:
        labels: What the labels of a batch look like.
    """

    labels: Any

    def plain(self, labels: Any, outputs: Any) -> Any:
        """``(b,)`` of each image."""

    def weighted(self, labels: Any, outputs: Any) -> Any:
        """The same with the weights of classes, which training has and validation has not."""


class ClassLoss:
    """Cross-entropy of one class an image.

    Args:
        config: Class mode and label smoothing.
        weights: ``(classes,)`` factors, or None.
    """

    def __init__(self, config: TrainConfig, weights: npt.ArrayLike | None) -> None:
        self.labels = tf.TensorSpec((None,), tf.int64)
        self._mode = config.class_mode
        self._smoothing = config.label_smoothing
        self._weights = None if weights is None else tf.constant(weights, tf.float32)

    def plain(self, labels: Any, outputs: Any) -> Any:
        if self._mode == "binary":
            truth = tf.cast(labels, tf.float32)[:, None]
            return keras.losses.binary_crossentropy(truth, outputs, label_smoothing=self._smoothing)
        if self._mode == "sparse" and not self._smoothing:
            return keras.losses.sparse_categorical_crossentropy(labels, outputs)
        one_hot = tf.one_hot(labels, outputs.shape[-1])
        return keras.losses.categorical_crossentropy(
            one_hot, outputs, label_smoothing=self._smoothing
        )

    def weighted(self, labels: Any, outputs: Any) -> Any:
        losses = self.plain(labels, outputs)
        return losses if self._weights is None else losses * tf.gather(self._weights, labels)


class FindingLoss:
    """Binary cross-entropy of each finding, averaged over what is known of a batch.

    The mean over the images is the mean over all labels of the batch that are 1 or 0, as Keras has
    it with ``reduction="mean_with_sample_weight"`` and a weight of 0 for what is not known.

    Args:
        config: Label smoothing.
        weights: ``(2, findings)`` factors of absent and present ones, or None.
    """

    def __init__(self, config: TrainConfig, weights: npt.ArrayLike | None) -> None:
        self.labels = tf.TensorSpec((None, None), tf.int8)
        self._smoothing = config.label_smoothing
        self._weights = None if weights is None else tf.constant(weights, tf.float32)

    def plain(self, labels: Any, outputs: Any) -> Any:
        return self._averaged(labels, self._costs(labels, outputs))

    def weighted(self, labels: Any, outputs: Any) -> Any:
        costs = self._costs(labels, outputs)
        if self._weights is not None:
            costs = costs * tf.where(labels > 0, self._weights[1], self._weights[0])
        return self._averaged(labels, costs)

    def _costs(self, labels: Any, outputs: Any) -> Any:
        truth = tf.cast(labels > 0, tf.float32)
        if self._smoothing:
            truth = truth * (1 - self._smoothing) + 0.5 * self._smoothing
        return keras.ops.binary_crossentropy(truth, outputs)

    def _averaged(self, labels: Any, costs: Any) -> Any:
        known = tf.cast(labels >= 0, tf.float32)
        images = tf.cast(tf.shape(labels)[0], tf.float32)
        share = tf.math.divide_no_nan(images, tf.reduce_sum(known))
        return tf.reduce_sum(costs * known, axis=1) * share


def loss_of(config: TrainConfig, weights: npt.ArrayLike | None) -> Loss:
    """What mistakes cost in this class mode."""
    kind = FindingLoss if config.class_mode == "multilabel" else ClassLoss
    return kind(config, weights)


def masked_loss(truth: Any, said: Any) -> Any:
    """Binary cross-entropy where it is known; -1 counts nothing."""
    from keras import ops

    known, p = ops.cast(truth >= 0, said.dtype), ops.clip(said, 1e-7, 1 - 1e-7)
    losses = -(truth * ops.log(p) + (1 - truth) * ops.log(1 - p))
    return ops.sum(known * losses, axis=-1) / ops.maximum(ops.sum(known, axis=-1), 1.0)


def masked_accuracy(truth: Any, said: Any) -> Any:
    """Share of the known labels that are right at 0.5, image by image."""
    from keras import ops

    known = ops.cast(truth >= 0, said.dtype)
    right = ops.cast(ops.equal(said >= 0.5, truth >= 0.5), said.dtype)
    return ops.sum(known * right, axis=-1) / ops.maximum(ops.sum(known, axis=-1), 1.0)
