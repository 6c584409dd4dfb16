"""Loss, accuracy and AUC of one epoch, summed up in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from xraylib.loading.loader import Ints
from xraylib.metrics.scores import macro_auc

Floats = npt.NDArray[np.floating[Any]]


class EpochMetrics:
    """What is summed up over the images of one epoch."""

    def __init__(self, images: int, classes: int) -> None:
        self.count = 0
        self.loss = 0.0
        self.right = 0
        self.labels = np.zeros(images, np.int64)
        self.probabilities = np.zeros((images, classes), np.float32)

    def add(self, labels: Ints, losses: Floats, probabilities: Floats) -> None:
        """Adds one batch."""
        here = slice(self.count, self.count + len(labels))
        self.labels[here] = labels
        self.probabilities[here] = probabilities
        self.count += len(labels)
        self.loss += float(losses.sum(dtype=np.float64))
        self.right += int((probabilities.argmax(axis=1) == labels).sum())

    @property
    def mean_loss(self) -> float:
        """Mean loss of the images so far."""
        return self.loss / max(self.count, 1)

    @property
    def accuracy(self) -> float:
        """Fraction of the images so far whose most probable class was right."""
        return self.right / max(self.count, 1)

    def auc(self) -> float | None:
        """Exact area under the curve, mean over classes of one against the rest.

        Keras's ``AUC`` metric sums 200 trapezoids and differs in the third digit. None where a
        class has no image.
        """
        return macro_auc(self.labels[: self.count], self.probabilities[: self.count])

    def recall(self) -> list[float | None]:
        """The part of each class's images that was recognised; None where it has no image."""
        labels = self.labels[: self.count]
        right = self.probabilities[: self.count].argmax(axis=1) == labels
        classes = self.probabilities.shape[1]
        images = np.bincount(labels, minlength=classes).tolist()
        found = np.bincount(labels[right], minlength=classes).tolist()
        return [hits / n if n else None for hits, n in zip(found, images, strict=True)]

    def wrong(self, most: int) -> list[int]:
        """The first images, by their place, whose most probable class was not theirs."""
        labels = self.labels[: self.count]
        missed = self.probabilities[: self.count].argmax(axis=1) != labels
        return [int(place) for place in np.flatnonzero(missed)[:most]]
