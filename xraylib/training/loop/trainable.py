"""What the training loop needs of a network, so that the loop is tested without TensorFlow."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from xraylib.augmentation.augment import Pixels
from xraylib.loading.loader import Labels

Floats = npt.NDArray[np.float32]


class FixedPart(Protocol):
    """The first layers of a network, where nothing in them learns now.

    Attributes:
        shape: Of what they make of one image, its features.
        in_training: Whether that is the same in training as in judging: not with layers that draw
            random numbers in training.
        layers: How many they are, the Input included.
    """

    shape: tuple[int, ...]
    in_training: bool
    layers: int

    def features(self, pixels: Pixels) -> Floats:
        """What they make of images: (b, *shape)."""

    def train_batch(self, features: Floats, labels: Labels) -> tuple[Floats, Floats]:
        """``Trainable.train_batch`` from the features on; only where ``in_training``."""

    def test_batch(self, features: Floats, labels: Labels) -> tuple[Floats, Floats]:
        """``Trainable.test_batch`` from the features on."""


class Trainable(Protocol):
    """What the loop needs of a network."""

    @property
    def fixed_part(self) -> FixedPart | None:
        """What stays as it is in the present phase, if that is worth a shortcut."""

    def train_batch(self, pixels: Pixels, labels: Labels) -> tuple[Floats, Floats]:
        """One step. Returns the loss (b,) and the probabilities (b, classes) of each image."""

    def test_batch(self, pixels: Pixels, labels: Labels) -> tuple[Floats, Floats]:
        """The same without learning."""

    def fine_tune(self) -> None:
        """Begins the second of two phases; called only where the settings ask for two."""

    def set_learning_rate(self, rate: float) -> None:
        """The size of the next steps."""

    def weights(self) -> list[npt.NDArray[Any]]:
        """Copies of all weights, in the order of the layers."""

    def set_weights(self, weights: list[npt.NDArray[Any]]) -> None:
        """Takes weights back."""

    def state(self) -> list[npt.NDArray[Any]]:
        """Copies of everything that changes: weights, optimizer, random number generators."""

    def set_state(self, state: list[npt.NDArray[Any]]) -> None:
        """Takes a state back."""
