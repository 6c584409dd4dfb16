"""How far each image moves a metric: standard errors without drawing.

What a bootstrap of patients comes to with draws without end, to first order: the infinitesimal
jackknife (Efron 1982). An image counted w times moves a metric by (w - 1) / n times its influence.
Of a mean it is the ordinary standard error.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def standard_error(influence: Floats, groups: Ints) -> float:
    """Of a metric, when whole patients are drawn.

    Args:
        influence: ``(n,)`` of each image.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    sums = np.bincount(groups, weights=influence)
    return math.sqrt(float((sums**2).sum())) / len(influence)


def skewness(influence: Floats, groups: Ints) -> float:
    """Of what patients' images together move a metric; 0 where they move nothing.

    Args:
        influence: ``(n,)`` of each image.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    sums = np.bincount(groups, weights=influence)
    spread = float((sums**2).mean())
    return float((sums**3).mean()) / spread**1.5 if spread > 0 else 0.0


def ratio(hits: NDArray[np.generic], of: NDArray[np.generic]) -> Floats:
    """``(n,)`` influences on ``sum(hits) / sum(of)``."""
    above, below = hits.astype(np.float64), of.astype(np.float64)
    total = below.sum()
    moved: Floats = (above - above.sum() / total * below) * (len(above) / total)
    return moved


def area_influence(positive: Bools, placed: tuple[Floats, Floats]) -> tuple[Floats, float]:
    """``(n,)`` influences on the AUC of a class that has images and lacks some, and the AUC.

    Args:
        positive: ``(n,)``: whether the image is of the class.
        placed: What :func:`~xraylib.metrics.intervals.placements` gives.
    """
    above, below = placed
    area = float(above.mean())
    moved = np.empty(len(positive))
    moved[positive] = (above - area) * (len(positive) / len(above))
    moved[~positive] = (below - area) * (len(positive) / len(below))
    return moved, area
