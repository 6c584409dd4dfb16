"""Scores that most images like some others do not exceed, whatever the scores' distribution."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

QUANTILE: Final = 0.95
REFUSED_QUANTILE: Final = 0.98
CONFIDENCE: Final = 0.9


def conformal_threshold(scores: NDArray[np.float64], quantile: float = QUANTILE) -> float:
    """The ``ceil((n + 1) · quantile)``-th smallest of ``n`` scores, at most the largest.

    A further image of the same kind exceeds it with a chance of at most ``1 - quantile``.
    """
    place = min(math.ceil((len(scores) + 1) * quantile - 1e-9), len(scores))
    return float(np.sort(scores)[place - 1])


def tolerance_threshold(
    scores: NDArray[np.float64], share: float = QUANTILE, confidence: float = CONFIDENCE
) -> float:
    """The smallest of ``n`` scores that holds ``share`` of further ones with this confidence.

    The k-th smallest holds it with the chance that fewer than ``k`` of ``n`` images lie in the
    lower ``share``: a binomial one, whatever the scores' distribution. Where ``n`` is too small
    for that, the largest score.
    """
    n = len(scores)
    below, place = 0.0, 0  # the chance that fewer than `place` images lie in the lower share
    while below < confidence and place < n:
        log_choices = math.lgamma(n + 1) - math.lgamma(place + 1) - math.lgamma(n - place + 1)
        below += math.exp(log_choices + place * math.log(share) + (n - place) * math.log(1 - share))
        place += 1
    return float(np.sort(scores)[place - 1])
