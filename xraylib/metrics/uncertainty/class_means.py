"""Intervals of what is made of classes: MOVER, from the classes' own. NumPy alone.

A class with few images has a wide interval of its own, and a mean over the classes cannot be surer
than that: the arms of the classes' intervals are added as errors are (MOVER: Zou and Donner 2008,
Statistics in Medicine 27, 1693; with correlations Zou 2009). Where a class is worth fewer than 30
images its interval is Clopper and Pearson's (1934), because Wilson's then holds some truths in
fewer than 90 of 100 cases: with one image a recall of 0.8 in 80.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Z95, Interval, wilson_of_share
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.metrics.uncertainty.jackknife import ratio, standard_error
from xraylib.metrics.uncertainty.quantiles import patients_worth
from xraylib.metrics.uncertainty.resampling import worth_of
from xraylib.metrics.uncertainty.shares import exact_interval

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TEN: Final = 10
_FEW: Final = 30


def mover(
    values: Sequence[float],
    intervals: Sequence[Interval],
    weights: Floats,
    correlation: Floats,
    *,
    more: float = 0.0,
) -> Interval:
    """95 % interval of a weighted sum of shares.

    Args:
        values: ``k`` shares.
        intervals: Of each, 95 %.
        weights: ``(k,)`` above 0 that sum to 1.
        correlation: ``(k, k)`` of the shares' errors.
        more: Half the width of an independent error of the sum.
    """
    value = float(np.dot(weights, values))
    below = weights * (np.asarray(values) - [one.low for one in intervals])
    above = weights * ([one.high for one in intervals] - np.asarray(values))
    arms = [math.sqrt(max(float(arm @ correlation @ arm), 0.0) + more**2) for arm in (below, above)]
    return Interval(max(0.0, value - arms[0]), min(1.0, value + arms[1]))


def correlations(influences: Sequence[Floats], groups: Ints) -> Floats:
    """``(k, k)`` correlations of the errors of ``k`` numbers, by patient; none is below 0.

    Where a number's images tell no error, as of an AUC of 1, or fewer than ten patients tell
    nothing that can be relied on, the worst is assumed: 1.

    Args:
        influences: ``(n,)`` of each image on each number
            (:mod:`xraylib.metrics.uncertainty.jackknife`).
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    sums = np.stack([np.bincount(groups, weights=moved) for moved in influences])
    products = sums @ sums.T
    sizes = np.sqrt(np.diag(products))
    known = sizes > 1e-9
    sizes = np.where(known, sizes, 1.0)
    found: Floats = products / np.outer(sizes, sizes)
    found[~known] = found[:, ~known] = 1.0
    np.fill_diagonal(found, 1.0)
    return np.maximum(found, 0.0 if patients_worth(groups) >= _TEN else 1.0)


def balanced_accuracy_interval(seen: Counted) -> Interval | None:
    """Of the mean recall, from the classes' recalls; None where a class has no images."""
    images, k = seen.images, len(seen.images.classes)
    recalls = [careful_interval(said, mine, images.groups) for said, mine in _sides(seen)]
    found = [one for one in recalls if one is not None]
    if len(found) < k:
        return None
    whose = [int(np.count_nonzero(np.bincount(images.groups[mine]))) for _, mine in _sides(seen)]
    apart = sum(whose) == images.patients  # no patient is of two classes
    moved = [ratio(mine & said, mine) for said, mine in _sides(seen)]
    return mover(
        (seen.hits[0] / seen.support[0]).tolist(),
        found,
        np.full(k, 1 / k),
        np.eye(k) if apart else correlations(moved, images.groups),
    )


def mean_area_interval(seen: Counted, *, weighted: bool = False) -> Interval | None:
    """Of the mean AUC of the classes, from theirs; None where a class lacks images.

    Args:
        seen: The images.
        weighted: Whether each class counts by its number of images.
    """
    images = seen.images
    if len(images.classes) == 2:  # both classes have the same
        return images.area_intervals[1]
    found = [one for one in images.area_intervals if one is not None]
    if len(found) < len(images.classes):
        return None
    areas = seen.areas[0]
    weights = np.full(len(areas), 1 / len(areas))
    more = 0.0
    if weighted:
        weights = seen.support[0] / seen.total[0]
        # How many images each class has is chance, too.
        more = Z95 * standard_error(areas[images.true] - weights @ areas, images.groups)
    moved = [influence for influence, _ in images.area_influences]
    correlation = correlations(moved, images.groups)
    return mover(areas.tolist(), found, weights, correlation, more=more)


def f1_interval(one: OneClass) -> Interval | None:
    """Of F1, from that of a share.

    Of the images that are of the class or were called so, those that are both are a share J
    (Jaccard's), and F1 = 2 J / (1 + J) grows with it: its interval is that of J, seen so.
    """
    groups = one.counted.images.groups
    share = careful_interval(one.positive & one.flagged, one.positive | one.flagged, groups)
    return share and Interval(*(2 * end / (1 + end) for end in share))


def careful_interval(
    hits: NDArray[np.bool_], of: NDArray[np.bool_], groups: Ints
) -> Interval | None:
    """95 % interval of a share that never holds the truth too seldom; None of no images.

    Args:
        hits: ``(n,)`` images that count for the share.
        of: ``(n,)`` images that it is a share of.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    images = int(of.sum())
    if not images:
        return None
    value, worth = int((hits & of).sum()) / images, worth_of(hits, of, groups)
    return wilson_of_share(value, worth) if worth >= _FEW else exact_interval(value, worth)


def _sides(seen: Counted) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Of each class the images called so, and those that are."""
    every = (seen.one(place) for place in range(len(seen.images.classes)))
    return [(one.flagged, one.positive) for one in every]
