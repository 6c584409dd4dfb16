"""The beta distribution: its quantiles, for exact intervals of shares. Standard library only."""

from __future__ import annotations

import math
from typing import Final

_SMALLEST: Final = 1e-300
_STEPS: Final = 10_000


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: the share of Beta(a, b) below ``x``.

    By its continued fraction (Abramowitz and Stegun 26.5.8), evaluated as Lentz (1976) does.

    Args:
        x: 0 to 1.
        a: Over 0.
        b: Over 0.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction converges fast
        return 1 - beta_share(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    value, above, below = 1.0, 1.0, 0.0
    for step in range(_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        below = 1 / _not_zero(1 + term * below)
        above = _not_zero(1 + term / above)
        value *= above * below
        if step and abs(above * below - 1) < 1e-15:
            break
    return front * (value - 1) / a


def beta_quantile(share: float, a: float, b: float) -> float:
    """The place below which ``share`` of Beta(a, b) lies, to 1e-12."""
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _not_zero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST
