"""Quantiles that intervals need, of the beta distribution and of Student's t, and for few patients.

NumPy alone: the web process must not import SciPy, which the tests compare with.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Z95

_HALVINGS: Final = 60
_TERMS: Final = 10_000
_NORMAL: Final = 1e6
"""Degrees of freedom from which on the normal distribution's quantile is the same."""


@lru_cache(maxsize=4096)
def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which a share of the beta distribution lies; ``a`` and ``b`` above 0."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def beta_share(x: float, a: float, b: float) -> float:
    """The share of the beta distribution below ``x``: the regularized incomplete beta function.

    By its continued fraction (DLMF 8.17.22), with Lentz's way of evaluating one.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # there the fraction of the other side converges faster
        return 1 - beta_share(1 - x, b, a)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    value, above, below = 1.0, 1.0, 0.0
    for place in range(_TERMS):
        m = place // 2
        if place == 0:
            term = 1.0
        elif place % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        below = 1 / (_not_zero(1 + term * below))
        above = _not_zero(1 + term / above)
        step = above * below
        value *= step
        if abs(step - 1) < 1e-15:
            break
    return front * (value - 1)


def _not_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


def t_p(value: float, freedom: float) -> float:
    """The two-sided p-value of a value of Student's t."""
    freedom = max(freedom, 1.0)
    return beta_share(freedom / (freedom + value**2), freedom / 2, 0.5)


def t95(freedom: float) -> float:
    """The 97.5th percentile of Student's t.

    Args:
        freedom: Degrees of freedom, also in parts; under 1 counts as 1.
    """
    freedom = max(freedom, 1.0)
    if freedom >= _NORMAL:
        return Z95
    part = beta_quantile(0.05, freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - part) / part)


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
