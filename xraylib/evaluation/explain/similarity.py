"""How alike two maps are: rank correlation and structural similarity. NumPy and OpenCV."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import midranks

Map = NDArray[np.float32]

_SIGMA: Final = 1.5
_WINDOW: Final = 11
_SMALLEST: Final = 1e-12


def rank_correlation(one: Map, other: Map) -> float | None:
    """Spearman's rank correlation of two maps, place by place.

    Args:
        one: ``(rows, columns)``.
        other: Of the same shape.

    Returns:
        -1 to 1; None where a map is the same everywhere, so that it orders nothing.
    """
    a, b = (midranks(np.asarray(x, np.float64).ravel()) for x in (one, other))
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return None if size < _SMALLEST else float(a @ b) / size


def structural_similarity(one: Map, other: Map) -> float:
    """Structural similarity of two maps with values from 0 to 1 (Wang et al. 2004).

    Gaussian windows of 11 pixels with a deviation of 1.5, as in the paper; the border that a
    window would leave is not counted.

    Args:
        one: ``(height, width)``, 11 pixels a side or more.
        other: Of the same shape.
    """
    x, y = (np.asarray(value, np.float64) for value in (one, other))

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        blurred = cv2.GaussianBlur(values, (_WINDOW, _WINDOW), _SIGMA)
        return np.asarray(blurred, np.float64)

    mx, my = mean(x), mean(y)
    vx, vy, both = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    found = ((2 * mx * my + c1) * (2 * both + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    edge = _WINDOW // 2
    return float(found[edge:-edge, edge:-edge].mean())
