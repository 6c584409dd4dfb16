"""How much wider an interval is whose error few patients told. NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Z95
from xraylib.metrics.quantiles import t95


def patients_worth(groups: NDArray[np.int64]) -> float:
    """How many patients of equally many images the patients are worth (Kish 1965).

    As many as there are where all have equally many; one with nearly all images counts for one.

    Args:
        groups: ``(n,)`` patient of each image, numbered from 0; at least one image.
    """
    images = np.bincount(groups).astype(np.float64)
    return float(images.sum() ** 2 / (images**2).sum())


def widening(groups: NDArray[np.int64]) -> float:
    """By what factor few patients widen an interval of the normal distribution."""
    return t95(patients_worth(groups) - 1) / Z95
