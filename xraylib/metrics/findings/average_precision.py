"""Average precision, and how far each image moves it. NumPy only.

The mean of the precision at each positive image's score: the area under the steps of the
precision-recall curve, without interpolation, as scikit-learn has it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def average_precision(positive: ArrayLike, scores: ArrayLike) -> float | None:
    """0 to 1; the share of positive images is what guessing reaches. None without a positive one.

    Args:
        positive: ``(n,)`` truth values.
        scores: ``(n,)``, higher for positive; images of equal score are flagged together.
    """
    truth, s = np.asarray(positive, bool), np.asarray(scores, np.float64)
    if not truth.any():
        return None
    hits, called = _at_each(truth, s)
    return float((hits / called)[truth].mean())


def average_precision_influence(positive: Bools, scores: Floats) -> Floats:
    """``(n,)`` influences on the average precision (:mod:`xraylib.metrics.uncertainty.jackknife`).

    The derivative by an image's weight. With T positive images and N images scoring at least as
    high as image i, its precision is T / N; the average precision is the mean of it over the P
    positive images. An image j counts itself where it is positive, and moves the precision of all
    that score at most as high as it does, each by (y - T / N) / N.

    Args:
        positive: ``(n,)``, at least one of them true.
        scores: ``(n,)``, higher for positive.
    """
    hits, called = _at_each(positive, scores)
    precision = hits / called
    positives = positive.sum()
    truth = positive.astype(np.float64)
    order = np.argsort(scores, kind="stable")
    last = np.searchsorted(scores[order], scores, side="right") - 1  # of those at most as high
    by_one = np.cumsum((truth / called)[order])[last]
    by_precision = np.cumsum((truth * precision / called)[order])[last]
    own = truth * (precision - precision[positive].mean())
    moved: Floats = (own + truth * by_one - by_precision) * (len(truth) / positives)
    return moved


def _at_each(positive: Bools, scores: Floats) -> tuple[Floats, Floats]:
    """``(n,)`` positive images, and images, that score at least as high as each."""
    order = np.argsort(scores, kind="stable")
    first = np.searchsorted(scores[order], scores, side="left")
    above = np.r_[np.cumsum(positive[order][::-1])[::-1], 0]
    return above[first].astype(np.float64), (len(scores) - first).astype(np.float64)
