"""The Keras network behind the training loop. Imports TensorFlow: for the trainer's process.

A step is one TensorFlow function: raw uint8 pixels in (a quarter of the bytes of floats; the
network rescales), losses and probabilities out. Metrics are summed up in NumPy, where they cost
nothing, instead of inside each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from xraylib.augmentation.augment import Pixels
from xraylib.loading.loader import Labels
from xraylib.networks.layers import Backbone
from xraylib.networks.render.keras_model import build
from xraylib.networks.weights.weights_file import save_weights
from xraylib.training.config import TrainConfig
from xraylib.training.loop.fixed_part import (
    KerasFixedPart,
    fixed_layers,
    one_after_the_other,
)
from xraylib.training.loop.losses import loss_of

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec

Floats = npt.NDArray[np.float32]

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


def choose_threads(threads: int) -> None:
    """Before the first tensor: all cores for the inside of an operation, one operation at a time.

    These networks are chains, so two operations never run side by side; a second pool of threads
    only takes cores from the one that works and from the threads that augment.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


class Network:
    """A network that learns.

    Args:
        spec: What to build.
        config: Seed, optimizer, learning rate, clipping, class mode and label smoothing.
        class_weights: Factors of the loss, see `xraylib.training.loop.losses`, or None.
    """

    def __init__(
        self, spec: ModelSpec, config: TrainConfig, class_weights: npt.ArrayLike | None = None
    ) -> None:
        self.model = build(spec, seed=config.seed, pretrained=True)
        self._rate: float | None = None
        self._loss = loss_of(config, class_weights)
        pixels = tf.TensorSpec((None, *spec.input_shape), tf.uint8)
        self._signature = [pixels, self._loss.labels]
        self._columns = _both_sides if config.class_mode == "binary" else _as_they_are
        self._test = self._function(self._test_step)
        self._phases = [self._phase(config)]
        if config.head_epochs:
            learning = backbone_layers(self.model, spec)
            for layer in learning:
                layer.trainable = False
            head = self._phase(config)
            # Now, not at the first step: what does not learn is settled when a step is traced.
            head.step.get_concrete_function()
            if head.fixed is not None and head.fixed.in_training:
                head.fixed.trace()
            for layer in learning:
                layer.trainable = True
            self._phases[0].step.get_concrete_function()
            self._phases.insert(0, head)
        self._now = self._phases[0]

    @property
    def fixed_part(self) -> KerasFixedPart | None:
        """The layers from the first on, as far as nothing of them learns in this phase."""
        return self._now.fixed

    def fine_tune(self) -> None:
        """Begins the second phase: the backbone learns too, from where its value says."""
        self._now = self._phases[-1]
        self._rate = None

    def train_batch(self, pixels: Pixels, labels: Labels) -> tuple[Floats, Floats]:
        """One step. Returns the loss (b,) and the probabilities (b, classes) of each image.

        With class weights the losses are weighted, as Keras reports them.
        """
        losses, outputs = self._now.step(pixels, labels)
        return losses.numpy(), self._columns(outputs.numpy())

    def test_batch(self, pixels: Pixels, labels: Labels) -> tuple[Floats, Floats]:
        """Unweighted losses and probabilities, without learning."""
        losses, outputs = self._test(pixels, labels)
        return losses.numpy(), self._columns(outputs.numpy())

    def set_learning_rate(self, rate: float) -> None:
        """The size of the next steps."""
        if rate != self._rate:
            self._now.optimizer.learning_rate.assign(rate)
            self._rate = rate

    def weights(self) -> list[npt.NDArray[Any]]:
        """Copies of all weights, in the order of the layers."""
        return [variable.numpy().copy() for variable in self.model.weights]

    def set_weights(self, weights: list[npt.NDArray[Any]]) -> None:
        """Takes weights back."""
        _assign(self.model.weights, weights)

    def state(self) -> list[npt.NDArray[Any]]:
        """Copies of everything that changes: weights, random number generators, optimizer."""
        return [variable.numpy().copy() for variable in self._variables()]

    def set_state(self, state: list[npt.NDArray[Any]]) -> None:
        """Takes a state back."""
        _assign(self._variables(), state)
        self._rate = None  # the optimizer's is the state's now

    def save_weights(self, file: Path) -> None:
        """Writes Keras's weights file in one step."""
        save_weights(self.model, file)

    def _variables(self) -> list[Any]:
        # `variables` has the random number generators, which `weights` leaves out.
        optimizers = (phase.optimizer.variables for phase in self._phases)
        return [*self.model.variables, *chain.from_iterable(optimizers)]

    def _function(self, step: Callable[..., Any]) -> Any:
        # No loops or branches over tensors, so nothing for AutoGraph to rewrite: traced sooner.
        return tf.function(step, input_signature=self._signature, autograph=False)

    def _phase(self, config: TrainConfig) -> _Phase:
        """A step for what learns now, with an optimizer of its own."""
        variables = self.model.trainable_variables
        optimizer = _OPTIMIZERS[config.optimizer](
            learning_rate=config.learning_rate, global_clipnorm=config.global_clipnorm
        )
        optimizer.build(variables)

        def train_step(
            given: Any, labels: Any, *, forward: Callable[..., Any] = self.model
        ) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                outputs = forward(given, training=True)
                losses = self._with_penalties(self._loss.weighted(labels, outputs))
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return losses, outputs

        return _Phase(optimizer, self._function(train_step), self._fixed(train_step))

    def _fixed(self, train_step: Callable[..., Any]) -> KerasFixedPart | None:
        """What does not learn before the rest does, by which layers are trainable now."""
        found = fixed_layers(self.model)
        if found is None:
            return None
        end, in_training = found
        rest = one_after_the_other(self.model.layers[end:])
        return KerasFixedPart(
            self.model,
            end,
            in_training=in_training,
            train=partial(train_step, forward=rest),
            test=partial(self._test_step, forward=rest),
            labels=self._loss.labels,
            columns=self._columns,
        )

    def _test_step(
        self, given: Any, labels: Any, *, forward: Callable[..., Any] | None = None
    ) -> tuple[Any, Any]:
        outputs = (forward or self.model)(given, training=False)
        return self._with_penalties(self._loss.plain(labels, outputs)), outputs

    def _with_penalties(self, losses: Any) -> Any:
        """Plus what the network costs beside its mistakes, its L2 penalties, as Keras reports."""
        penalties = self.model.losses
        return losses + tf.add_n(penalties) if penalties else losses


@dataclass(frozen=True, eq=False)
class _Phase:
    """An optimizer, the step that it belongs to, and what that step leaves alone."""

    optimizer: Any
    step: Any
    fixed: KerasFixedPart | None


def backbone_layers(model: Any, spec: ModelSpec) -> list[Any]:
    """The Keras layers of the network's backbones that learn in the end.

    Args:
        model: Made by ``build(spec)``.
        spec: The network.
    """
    backbones = [i for i, layer in enumerate(spec.layers) if isinstance(layer, Backbone)]
    inside = chain.from_iterable(model.layers[i].layers[-1].layers for i in backbones)
    return [layer for layer in inside if layer.trainable]


def _both_sides(outputs: Floats) -> Floats:
    """(b, classes) of one sigmoid unit: its p becomes the columns 1 - p and p."""
    return np.concatenate([1 - outputs, outputs], axis=1)


def _as_they_are(outputs: Floats) -> Floats:
    return outputs


def _assign(variables: list[Any], values: list[npt.NDArray[Any]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
