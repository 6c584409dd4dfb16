"""Labels and probabilities of images, and all that a metric counts in them. NumPy only.

Shapes: ``n`` images, ``k`` classes; labels are positions of classes; probabilities are ``(n, k)``
with rows that sum to 1. A metric is a function of :class:`Counted`: of the images as often as each
counts, once for the value itself, as often as it was drawn for the interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Interval, placements, roc_auc, weighted_auc
from xraylib.metrics.scores import brier_losses, log_losses
from xraylib.metrics.uncertainty.area_interval import area_interval
from xraylib.metrics.uncertainty.jackknife import area_influence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Images:
    """What was said about each image.

    Attributes:
        true: ``(n,)`` classes.
        probabilities: ``(n, k)``.
        groups: ``(n,)`` patient of each image, numbered from 0.
        classes: The ``k`` names.
    """

    true: Ints
    probabilities: Floats
    groups: Ints
    classes: tuple[str, ...]

    @property
    def patients(self) -> int:
        return int(self.groups.max()) + 1 if len(self.groups) else 0

    @cached_property
    def predicted(self) -> Ints:
        """``(n,)``: the class of the highest probability, the first of equals."""
        if not len(self.true):
            return np.zeros(0, np.int64)
        places: Ints = self.probabilities.argmax(axis=1).astype(np.int64)
        return places

    @cached_property
    def is_true(self) -> Bools:
        """``(n, k)``: whether the class is the image's."""
        truth: Bools = self.true[:, None] == np.arange(len(self.classes))
        return truth

    @cached_property
    def is_called(self) -> Bools:
        """``(n, k)``: whether the class is what the image was called."""
        said: Bools = self.predicted[:, None] == np.arange(len(self.classes))
        return said

    @cached_property
    def losses(self) -> dict[str, Floats]:
        """``(n,)`` of each image by name: ``"brier"`` and ``"log_loss"``."""
        return {
            "brier": brier_losses(self.true, self.probabilities),
            "log_loss": log_losses(self.true, self.probabilities),
        }

    @cached_property
    def per_image(self) -> Floats:
        """``(n, 3 k + losses)``: what :class:`Counted` sums, in one table."""
        losses = np.stack(list(self.losses.values()), axis=1)
        counted = [self.is_true & self.is_called, self.is_true, self.is_called, losses]
        return np.concatenate(counted, axis=1).astype(np.float64)

    @cached_property
    def area_intervals(self) -> tuple[Interval | None, ...]:
        """By class the 95 % interval of its AUC; None where the class has no images, or all."""
        return tuple(
            area_interval(self.is_true[:, c], self.probabilities[:, c], self.groups, placed=placed)
            for c, placed in enumerate(self._placed)
        )

    @cached_property
    def _placed(self) -> tuple[tuple[Floats, Floats] | None, ...]:
        """By class its images among the others (``placements``); None where one side is empty."""
        return tuple(
            placements(truth, scores) if 0 < truth.sum() < len(truth) else None
            for truth, scores in zip(self.is_true.T, self.probabilities.T, strict=True)
        )

    @cached_property
    def area_influences(self) -> tuple[tuple[Floats, float], ...]:
        """By class the ``(n,)`` influences on its AUC, and the AUC; no class lacks images."""
        return tuple(
            area_influence(self.is_true[:, c], placed)
            for c, placed in enumerate(self._placed)
            if placed is not None
        )


@dataclass(frozen=True, eq=False)
class Counted:
    """Images, each as often as it counts in each of ``draws`` countings.

    Attributes:
        images: What was said about each.
        weights: ``(draws, n)`` how often each counts; None is one counting, each image once.
    """

    images: Images
    weights: Floats | None = None

    @property
    def total(self) -> Floats:
        """``(draws,)`` images."""
        total: Floats = self.support.sum(axis=1)
        return total

    @property
    def hits(self) -> Floats:
        """``(draws, k)`` images of each class that were called so."""
        return self._sums[:, : self._k]

    @property
    def support(self) -> Floats:
        """``(draws, k)`` images of each class."""
        return self._sums[:, self._k : 2 * self._k]

    @property
    def called(self) -> Floats:
        """``(draws, k)`` images that were called so."""
        return self._sums[:, 2 * self._k : 3 * self._k]

    @cached_property
    def confusion(self) -> Floats:
        """``(draws, k, k)`` images: true class by row, class it was called by column."""
        cell = self.images.true * self._k + self.images.predicted
        if self.weights is None:
            counts = np.bincount(cell, minlength=self._k**2)[None].astype(np.float64)
        else:
            counts = self.weights @ (cell[:, None] == np.arange(self._k**2)).astype(np.float64)
        return counts.reshape(-1, self._k, self._k)

    @cached_property
    def areas(self) -> Floats:
        """``(draws, k)`` AUC of each class against the rest; NaN where one side is empty."""
        sides = [
            (self.images.is_true[:, c], self.images.probabilities[:, c]) for c in range(self._k)
        ]
        if self.weights is None:
            return np.array([[_or_nan(roc_auc(*side)) for side in sides]])
        return np.stack([weighted_auc(*side, self.weights) for side in sides], axis=1)

    def mean_loss(self, name: str) -> Floats:
        """``(draws,)`` mean of one of ``Images.losses``; NaN of no images."""
        loss = self.images.losses[name]
        if self.weights is None:
            return np.array([loss.mean() if len(loss) else np.nan])
        place = 3 * self._k + list(self.images.losses).index(name)
        mean: Floats = self._sums[:, place] / self.total
        return mean

    def each(self, function: Callable[[Ints, Floats], float | None]) -> Floats:
        """``(draws,)`` of any function of labels ``(n,)`` and probabilities ``(n, k)``.

        The slow way, for what cannot be had from sums: images that count more than once are
        handed over as often. NaN of no images and where the function returns None.
        """
        true, p = self.images.true, self.images.probabilities
        if self.weights is None:
            return np.array([_or_nan(function(true, p) if len(true) else None)])
        places = (np.repeat(np.arange(len(true)), row.astype(np.int64)) for row in self.weights)
        return np.array([_or_nan(function(true[rows], p[rows])) for rows in places])

    def one(self, place: int) -> OneClass:
        """One class against the rest."""
        return OneClass(self, place)

    @property
    def _k(self) -> int:
        return len(self.images.classes)

    @cached_property
    def _sums(self) -> Floats:
        if self.weights is None:
            sums: Floats = self.images.per_image.sum(axis=0, keepdims=True)
            return sums
        return self.weights @ self.images.per_image


@dataclass(frozen=True, eq=False)
class OneClass:
    """One class against the rest, in each counting.

    Attributes:
        counted: All classes.
        place: Position of this one.
    """

    counted: Counted
    place: int

    @property
    def name(self) -> str:
        return self.counted.images.classes[self.place]

    @property
    def total(self) -> Floats:
        """``(draws,)`` images."""
        return self.counted.total

    @property
    def hits(self) -> Floats:
        """``(draws,)`` images of the class that were called so."""
        return self.counted.hits[:, self.place]

    @property
    def support(self) -> Floats:
        """``(draws,)`` images of the class."""
        return self.counted.support[:, self.place]

    @property
    def called(self) -> Floats:
        """``(draws,)`` images that were called so."""
        return self.counted.called[:, self.place]

    @property
    def right_of_called(self) -> Floats:
        """``(draws,)`` share of the images called so that are of the class; NaN where all images
        are, or none is: it would be 1 or 0 whatever they were called.
        """
        share: Floats = self.hits / self._if_mixed(self.called)
        return share

    @property
    def right_of_others(self) -> Floats:
        """``(draws,)`` share of the images not called so that are not of it; NaN likewise."""
        others = self.total - self.called
        share: Floats = (others - self.support + self.hits) / self._if_mixed(others)
        return share

    def _if_mixed(self, counts: Floats) -> Floats:
        mixed = (self.support > 0) & (self.support < self.total)
        return np.where(mixed, counts, np.nan)

    @property
    def area(self) -> Floats:
        """``(draws,)`` AUC; NaN where one side is empty."""
        return self.counted.areas[:, self.place]

    @property
    def positive(self) -> Bools:
        """``(n,)``: whether the image is of the class."""
        return self.counted.images.is_true[:, self.place]

    @property
    def flagged(self) -> Bools:
        """``(n,)``: whether the image was called so."""
        return self.counted.images.is_called[:, self.place]

    @property
    def scores(self) -> Floats:
        """``(n,)`` probability of the class."""
        return self.counted.images.probabilities[:, self.place]


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
