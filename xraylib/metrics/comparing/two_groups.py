"""Images of a group against all others: is the one share lower, or is it chance? NumPy only."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.jackknife import standard_error
from xraylib.metrics.quantiles import patients_worth, t_p

FEW: Final = 30
"""Images of a side under which nothing is asked."""
FEW_PATIENTS: Final = 10


def difference_p(
    right: NDArray[np.bool_], own: NDArray[np.bool_], groups: NDArray[np.int64]
) -> float | None:
    """How probable so large a difference between a group and all others is if there is none.

    Welch's t of two shares, by patient: each side's error is that of its patients, and a patient
    with images on both sides counts on both. Two-sided.

    Args:
        right: ``(n,)`` whether each image was called right.
        own: ``(n,)`` whether it is of the group.
        groups: ``(n,)`` patient of each image, numbered from 0.

    Returns:
        None where either side has fewer than 30 images or than 10 patients: too few to tell.
    """
    sides = [patients_worth(groups[side]) if side.any() else 0.0 for side in (own, ~own)]
    if min(int(own.sum()), int((~own).sum())) < FEW or min(sides) < FEW_PATIENTS:
        return None
    # Two images more on each side, one of them right (Agresti and Caffo 2000), so that a side
    # whose images are all right, or none, has an error too.
    shares = [(int(right[side].sum()) + 1) / (int(side.sum()) + 2) for side in (own, ~own)]
    moved = [
        np.where(side, right - value, 0.0) * (len(right) / int(side.sum()))
        for side, value in zip((own, ~own), shares, strict=True)
    ]
    parts = [
        standard_error(one, groups) ** 2 * worth / (worth - 1)
        for one, worth in zip(moved, sides, strict=True)
    ]
    sums = [np.bincount(groups, weights=one) for one in moved]
    common = float(sums[0] @ sums[1]) / len(right) ** 2
    variance = max(sum(parts) - 2 * common, 1e-12)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (worth - 1) for part, worth in zip(parts, sides, strict=True)
    )
    return t_p((shares[0] - shares[1]) / math.sqrt(variance), freedom)
