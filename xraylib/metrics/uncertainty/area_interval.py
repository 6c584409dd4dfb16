"""The 95 % interval of an AUC, also of few images and of an AUC of 1. NumPy alone.

Newcombe 2006 (Statistics in Medicine 25, 559; method 5): the AUC values whose distance from that
of the images is at most 1.96 standard errors, each error being that of the value itself by Hanley
and McNeil 1982. So it needs no error from the images, and neither one image of a class nor an AUC
of 1 leaves it without bounds. What it assumes of the scores is put right by DeLong's variance
(1988), by patient, where there is one: it says how many images the images are worth.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Z95, Interval, placements
from xraylib.metrics.uncertainty.quantiles import patients_worth, t95

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_HALVINGS: Final = 50
_MANY: Final = 30
"""Patients of each side from which on images may be worth more than Hanley and McNeil assume."""


def area_interval(
    positive: Bools, scores: Floats, groups: Ints, *, placed: tuple[Floats, Floats] | None = None
) -> Interval | None:
    """95 % interval of the AUC; None where one side is empty.

    Args:
        positive: ``(n,)``: whether the image is of the class.
        scores: ``(n,)``, higher for the class.
        groups: ``(n,)`` patient of each image, numbered from 0.
        placed: What :func:`~xraylib.metrics.intervals.placements` gives, where it is at hand.
    """
    m, n = int(positive.sum()), int((~positive).sum())
    if not m or not n:
        return None
    above, below = placed or placements(positive, scores)
    area = float(above.mean())
    own, others = patients_worth(groups[positive]), patients_worth(groups[~positive])
    size = int(groups.max()) + 1
    several = size < len(groups)
    if not 0 < area < 1 or own < 1.5 or others < 1.5:
        return newcombe_interval(area, own, others)
    mine = np.bincount(groups[positive], (above - area) / m, size)
    rest = np.bincount(groups[~positive], (below - area) / n, size)
    parts = float((mine**2).sum()) * own / (own - 1), float((rest**2).sum()) * others / (others - 1)
    variance = sum(parts) + 2 * float((mine * rest).sum())
    if variance <= 0:
        return newcombe_interval(area, own, others)
    if several:  # Welch 1947: the side that tells most of the error says how sure it is
        freedom = sum(parts) ** 2 / (parts[0] ** 2 / (own - 1) + parts[1] ** 2 / (others - 1))
        unsure = variance * (t95(freedom) / Z95) ** 2
        # As if one patient more had been seen, whose images are all alike: see `resampling`.
        more = (freedom * variance + _variance(area, own, others)) / (freedom + 1)
        variance = max(unsure, more)
    worth = _variance(area, m, n) / variance
    if min(own, others) < _MANY:
        worth = min(worth, 1.0)
    return newcombe_interval(area, worth * m, worth * n)


def newcombe_interval(area: float, positives: float, negatives: float) -> Interval:
    """Newcombe's interval, method 5, of an AUC that rests on so many images of each side."""

    def reached(value: float) -> bool:
        return abs(value - area) <= Z95 * math.sqrt(_variance(value, positives, negatives))

    ends = []
    for end in (0.0, 1.0):
        inside, outside = area, end
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if reached(middle) else (inside, middle)
        ends.append(inside if area != end else end)
    return Interval(ends[0], ends[1])


def _variance(area: float, positives: float, negatives: float) -> float:
    """Hanley and McNeil's variance, with the mean of both sides in their place as Newcombe has."""
    more = max((positives + negatives) / 2 - 1, 0.0)
    spread = 1 + more * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * spread / (positives * negatives)
