"""How much too good the best of several is expected to be. NumPy only.

Whoever takes the best of k by the test images takes its luck too (Cawley and Talbot 2010, Journal
of Machine Learning Research 11, 2079). Were all equally good, and their errors normal and equally
correlated, the best would stand over its own expectation by the expected maximum of k standard
normal numbers times the part of the error that they do not share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def expected_optimism(right: Sequence[NDArray[np.bool_]], groups: NDArray[np.int64]) -> float:
    """By how much the accuracy of the best is expected to be too good, were all equally good.

    Args:
        right: ``(n,)`` of each, whether it named the true class of each image.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    k = len(right)
    patients = int(groups.max()) + 1 if len(groups) else 0
    if k < 2 or patients < 2:
        return 0.0
    gaps = np.asarray(right, np.float64)
    gaps = gaps - gaps.mean(axis=1, keepdims=True)
    sums = np.stack([np.bincount(groups, weights=gap) for gap in gaps])
    # Mean variance less mean covariance: of each about the mean of all, patient by patient.
    apart = float(((sums - sums.mean(axis=0)) ** 2).sum()) / (k - 1)
    error = math.sqrt(apart * patients / (patients - 1)) / len(groups)
    return expected_maximum(k) * error


@lru_cache(maxsize=256)
def expected_maximum(k: int) -> float:
    """The expected maximum of ``k`` independent standard normal numbers, by integration."""
    grid = np.linspace(0, 10, 4001)
    upper = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in grid.tolist()])
    heights = (1 - upper**k) - (1 - upper) ** k
    return float(((heights[1:] + heights[:-1]) / 2 * np.diff(grid)).sum())
