"""Loss, accuracy and AUC of one epoch, summed up in NumPy: of classes, and of findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xraylib.loading.loader import Labels
from xraylib.metrics.intervals import roc_auc
from xraylib.metrics.scores import macro_auc

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """An image that was taken for what it is not.

    Attributes:
        place: Of the image.
        label: What it is.
        predicted: What it was taken for.
        probability: Of that.
    """

    place: int
    label: str
    predicted: str
    probability: float


class EpochMetrics:
    """What is summed up over the images of one epoch, each of one class.

    Args:
        images: How many there will be.
        classes: How many there are.
    """

    def __init__(self, images: int, classes: int) -> None:
        self.count = 0
        self.loss = 0.0
        self.right = 0
        self.labels: Labels = np.zeros(images, np.int64)
        self.probabilities = np.zeros((images, classes), np.float32)

    def add(self, labels: Labels, losses: Floats, probabilities: Floats) -> None:
        """Adds one batch."""
        here = slice(self.count, self.count + len(labels))
        self.labels[here] = labels
        self.probabilities[here] = probabilities
        self.count += len(labels)
        self.loss += float(losses.sum(dtype=np.float64))
        self.right += self._right(labels, probabilities)

    def _right(self, labels: Labels, probabilities: Floats) -> int:
        return int((probabilities.argmax(axis=1) == labels).sum())

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

    def aucs(self) -> list[float | None]:
        """Of each class or finding; empty where only their mean is told."""
        return []

    def recall(self) -> list[float | None]:
        """The part of each class's images that was recognised; None where it has no image."""
        labels = self.labels[: self.count]
        right = self.probabilities[: self.count].argmax(axis=1) == labels
        classes = self.probabilities.shape[1]
        images = np.bincount(labels, minlength=classes).tolist()
        found = np.bincount(labels[right], minlength=classes).tolist()
        return [hits / n if n else None for hits, n in zip(found, images, strict=True)]

    def mistakes(self, most: int, names: Sequence[str]) -> list[Mistake]:
        """The first images whose most probable class was not theirs."""
        called = self.probabilities[: self.count].argmax(axis=1)
        missed = np.flatnonzero(called != self.labels[: self.count])
        return [
            Mistake(
                place=place,
                label=names[int(self.labels[place])],
                predicted=names[int(called[place])],
                probability=float(self.probabilities[place, called[place]]),
            )
            for place in missed[:most].tolist()
        ]


class FindingMetrics(EpochMetrics):
    """The same of images that may show several findings, or of which that is not known.

    A finding is said from a probability of 0.5 on; what is not known is neither right nor wrong.
    """

    def __init__(self, images: int, classes: int) -> None:
        super().__init__(images, classes)
        self.labels = np.zeros((images, classes), np.int8)
        self.known = 0

    def _right(self, labels: Labels, probabilities: Floats) -> int:
        known = labels >= 0
        self.known += int(known.sum())
        return int((((probabilities >= 0.5) == (labels == 1)) & known).sum())

    @property
    def accuracy(self) -> float:
        """Fraction of the labels so far, where they are known, that were right."""
        return self.right / max(self.known, 1)

    def auc(self) -> float | None:
        """Mean over the findings that some images show and some do not; None without one."""
        told = [value for value in self.aucs() if value is not None]
        return float(np.mean(told)) if told else None

    def aucs(self) -> list[float | None]:
        return [
            roc_auc(truth[truth >= 0] == 1, said[truth >= 0])
            for truth, said in zip(
                self.labels[: self.count].T, self.probabilities[: self.count].T, strict=True
            )
        ]

    def recall(self) -> list[float | None]:
        """The part of the images with each finding that was flagged; None where there is none."""
        shown = self.labels[: self.count] == 1
        found = (shown & (self.probabilities[: self.count] >= 0.5)).sum(axis=0).tolist()
        images = shown.sum(axis=0).tolist()
        return [hits / n if n else None for hits, n in zip(found, images, strict=True)]

    def mistakes(self, most: int, names: Sequence[str]) -> list[Mistake]:
        """The first images with a finding missed or made up, and the surest such of each."""
        truth, said = self.labels[: self.count], self.probabilities[: self.count]
        wrong = (truth >= 0) & ((said >= 0.5) != (truth == 1))
        off = np.where(wrong, np.abs(said - (truth == 1)), -1.0)
        found = []
        for place in np.flatnonzero(wrong.any(axis=1))[:most].tolist():
            finding = int(off[place].argmax())
            both = names[finding], f"no {names[finding]}"
            label, predicted = both if truth[place, finding] == 1 else both[::-1]
            found.append(
                Mistake(
                    place=place,
                    label=label,
                    predicted=predicted,
                    probability=float(off[place, finding]),
                )
            )
        return found
