"""Average precision, how far each image moves it, and its interval. NumPy only.

The mean of the precision at each positive image's score: the area under the steps of the
precision-recall curve, without interpolation, as scikit-learn has it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.metrics.intervals import Interval, wilson_of_share
from xraylib.metrics.uncertainty.jackknife import standard_error
from xraylib.metrics.uncertainty.quantiles import patients_worth
from xraylib.metrics.uncertainty.resampling import worth_of_few

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SEVERAL: Final = 1.5
_ROUNDING: Final = 1e-9


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


def average_precision_interval(positive: Bools, scores: Floats, groups: Ints) -> Interval | None:
    """95 % interval of the average precision; None where no image is positive.

    It is a mean share, and has Wilson's interval for as many images as its error says that they
    are worth. How sure that error is rests on the patients of the positive images alone, whose
    scores it is the mean over: with Student's t for all patients the interval of a finding that
    4 of 40 patients had held the truth in 89 of 100 simulated test sets, with theirs in 96.

    Args:
        positive: ``(n,)``.
        scores: ``(n,)``, higher for positive.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    value = average_precision(positive, scores)
    if value is None:
        return None
    own = groups[positive]
    patients = patients_worth(own)
    error = standard_error(average_precision_influence(positive, scores), groups)
    if patients < _SEVERAL or error <= _ROUNDING:  # nothing says how much patients differ
        return wilson_of_share(value, patients)
    error *= math.sqrt(patients / (patients - 1))
    return wilson_of_share(value, worth_of_few(value * (1 - value) / error**2, own))


def _at_each(positive: Bools, scores: Floats) -> tuple[Floats, Floats]:
    """``(n,)`` positive images, and images, that score at least as high as each."""
    order = np.argsort(scores, kind="stable")
    first = np.searchsorted(scores[order], scores, side="left")
    above = np.r_[np.cumsum(positive[order][::-1])[::-1], 0]
    return above[first].astype(np.float64), (len(scores) - first).astype(np.float64)
