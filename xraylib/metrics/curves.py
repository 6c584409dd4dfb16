"""ROC and precision-recall curves of one class against the rest, and fewer points of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import DatasetError

Floats = NDArray[np.float64]

TOLERANCE = 0.001


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Points of a curve by falling threshold.

    Attributes:
        x: False alarm rate (ROC) or recall (precision-recall).
        y: Sensitivity (ROC) or precision (precision-recall).
        thresholds: Scores from which an image is flagged; infinity where none is.
    """

    x: Floats
    y: Floats
    thresholds: Floats

    def thinned(self, tolerance: float = TOLERANCE) -> Curve:
        """Fewer points, none of those left out further than ``tolerance`` from the new line."""
        kept = _kept(self.x, self.y, tolerance)
        return Curve(x=self.x[kept], y=self.y[kept], thresholds=self.thresholds[kept])


def roc_points(positive: ArrayLike, scores: ArrayLike) -> Curve:
    """The ROC curve from (0, 0) to (1, 1), one point a different score.

    Raises:
        DatasetError: code ``one-sided``.
    """
    hits, alarms, thresholds = _cumulated(positive, scores)
    return Curve(
        x=np.r_[0.0, alarms / alarms[-1]],
        y=np.r_[0.0, hits / hits[-1]],
        thresholds=np.r_[np.inf, thresholds],
    )


def precision_recall_points(positive: ArrayLike, scores: ArrayLike) -> Curve:
    """Precision over recall, one point a different score; no point is made up at recall 0.

    Raises:
        DatasetError: code ``one-sided``.
    """
    hits, alarms, thresholds = _cumulated(positive, scores)
    return Curve(x=hits / hits[-1], y=hits / (hits + alarms), thresholds=thresholds)


def _cumulated(positive: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Images of the class and others at or above each score, scores falling."""
    truth, s = both_sides(positive, scores)
    order = np.argsort(-s, kind="stable")
    ranked, right = s[order], truth[order]
    last = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    hits = np.cumsum(right)[last].astype(np.float64)
    return hits, last + 1 - hits, ranked[last]


def _kept(x: Floats, y: Floats, tolerance: float) -> NDArray[np.int64]:
    """Douglas and Peucker 1973, by distance from the piece of line that replaces the points."""
    keep = np.zeros(len(x), bool)
    keep[[0, -1]] = True
    open_pieces = [(0, len(x) - 1)]
    while open_pieces:
        start, end = open_pieces.pop()
        if end - start < 2:
            continue
        dx, dy = x[end] - x[start], y[end] - y[start]
        px, py = x[start + 1 : end] - x[start], y[start + 1 : end] - y[start]
        length = dx * dx + dy * dy
        along = np.clip((px * dx + py * dy) / length, 0, 1) if length else np.zeros_like(px)
        far = np.hypot(px - along * dx, py - along * dy)
        worst = int(far.argmax())
        if far[worst] > tolerance:
            middle = start + 1 + worst
            keep[middle] = True
            open_pieces += [(start, middle), (middle, end)]
    return np.flatnonzero(keep)


def both_sides(positive: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    """Truth values and scores as arrays, where there are images of the class and others.

    Raises:
        DatasetError: code ``one-sided``.
    """
    truth, s = np.asarray(positive, bool), np.asarray(scores, np.float64)
    if not truth.any() or truth.all():
        raise DatasetError(
            f"{int(truth.sum())} of {len(truth)} images are of the class",
            expected="images of the class and images of other classes",
            remedy="choose another split or class",
            code="one-sided",
        )
    return truth, s
