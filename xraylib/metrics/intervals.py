"""Area under the ROC curve and 95 % intervals. NumPy only.

Wilson 1927 for proportions of independent images; the AUC from midranks (Sun and Xu 2014); a
bootstrap of whole patients for what has no formula, used for its standard error on the logit scale
because percentiles of a bootstrap are too narrow on few images.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


_LITTLE_SKEW: Final = 1e-6
_BEFOREHAND: Final = 10
"""Numbers that what is known beforehand of their skewness counts for."""


class Interval(NamedTuple):
    """A 95 % interval; a pair, so that ``low, high = interval`` works too."""

    low: float
    high: float


Z95 = 1.959963984540054
"""The normal distribution's 97.5th percentile."""

_CHUNK = 400_000


def wilson_interval(successes: int, n: int) -> Interval | None:
    """Wilson's score interval of ``successes / n``; None for ``n`` = 0."""
    return wilson_of_share(successes / n, n) if n else None


def wilson_of_share(share: float, n: float) -> Interval:
    """Wilson's score interval of a share that rests on ``n`` images, or on what they are worth."""
    z2 = Z95 * Z95
    centre = share + z2 / (2 * n)
    half = Z95 * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)))
    low, high = (centre - half) / (1 + z2 / n), (centre + half) / (1 + z2 / n)
    return Interval(0.0 if share == 0 else max(low, 0.0), 1.0 if share == 1 else min(high, 1.0))


def midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Floats = last - (counts - 1) / 2.0
    return mean[place]


def roc_auc(positive: ArrayLike, scores: ArrayLike) -> float | None:
    """Chance that a positive image scores above a negative one, ties counting half.

    Args:
        positive: ``(n,)`` truth values.
        scores: ``(n,)``, higher for positive.

    Returns:
        0..1, or None if one side is empty.
    """
    truth, s = np.asarray(positive, bool), np.asarray(scores, np.float64)
    m, n = int(truth.sum()), int((~truth).sum())
    if m == 0 or n == 0:
        return None
    return float((midranks(s)[truth].sum() - m * (m + 1) / 2) / (m * n))


def placements(positive: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """For each positive image the share of the others below it; for each other image the share of
    the positive above it. Ties count half; the mean of either is the AUC.
    """
    ranks = midranks(scores)
    others, own = int((~positive).sum()), int(positive.sum())
    above = (ranks[positive] - midranks(scores[positive])) / others
    below = 1 - (ranks[~positive] - midranks(scores[~positive])) / own
    return above, below


def logit_interval(value: float, error: float) -> Interval | None:
    """95 % interval of a share from its standard error, on the logit scale.

    Returns:
        None where ``value`` is 0 or 1 or the error is 0.
    """
    if not 0 < value < 1 or error <= 0:
        return None
    logit, half = np.log(value / (1 - value)), Z95 * error / (value * (1 - value))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    return Interval(float(low), float(high))


def log_interval(value: float, error: float) -> Interval | None:
    """95 % interval of a positive number from its standard error, on the logarithmic scale.

    Returns:
        None where ``value`` or the error is 0.
    """
    if value <= 0 or error <= 0:
        return None
    factor = float(np.exp(Z95 * error / value))
    return Interval(value / factor, value * factor)


def moderated_skew(skew: float, spread: float, n: int) -> float:
    """The skewness to reckon with, of few numbers, which hide how skewed they are.

    Theirs and that of a gamma distribution of their mean and spread, which counts for ten more
    numbers; theirs where it is more.

    Args:
        skew: The numbers' skewness.
        spread: Their standard deviation, as a part of their mean.
        n: How many they are.
    """
    return max(skew, (n * skew + _BEFOREHAND * 2 * spread) / (n + _BEFOREHAND))


def skewed_interval(value: float, error: float, skew: float, n: int, t: float) -> Interval | None:
    """95 % interval of a mean of numbers from 0 on of which few are large.

    Hall 1992 (JRSS B 54, 221): Student's t by a cubic that takes the skewness out, undone at both
    ends. One from the error alone holds the truth too seldom: the few large ones may not be there.

    Args:
        value: The mean.
        error: Its standard error.
        skew: The numbers' skewness.
        n: How many they are.
        t: The 97.5th percentile of Student's t.

    Returns:
        None where the error is 0.
    """
    if error <= 0:
        return None

    def moved(by: float) -> float:
        root = math.sqrt(n)
        if abs(skew) < _LITTLE_SKEW:
            return by
        return 3 * root / skew * (float(np.cbrt(1 + skew * (by / root - skew / (6 * n)))) - 1)

    return Interval(max(0.0, value - error * moved(t)), value - error * moved(-t))


def linear_interval(value: float, error: float, within: tuple[float, float]) -> Interval | None:
    """95 % interval from a standard error, cut at what is possible; None where the error is 0."""
    if error <= 0:
        return None
    return Interval(max(within[0], value - Z95 * error), min(within[1], value + Z95 * error))


def bootstrap_weights(
    groups: NDArray[np.int64], *, repeats: int = 1000, seed: int = 0
) -> Iterator[Floats]:
    """How often each image is drawn when whole patients are drawn with replacement.

    Args:
        groups: ``(n,)`` patient of each image, numbered from 0.
        repeats: Number of resamplings.
        seed: Same seed, same draws.

    Yields:
        ``(resamplings, n)`` counts, in pieces that fit into memory.
    """
    step = max(1, _CHUNK // max(len(groups), 1))
    for counts in patient_draws(int(groups.max()) + 1, repeats=repeats, seed=seed, step=step):
        yield counts[:, groups]


def patient_draws(
    patients: int, *, repeats: int = 1000, seed: int = 0, step: int = 0
) -> Iterator[Floats]:
    """How often each patient is drawn, ``(resamplings, patients)``, at most ``step`` at a time."""
    rng = np.random.default_rng(seed)
    step = step or max(1, _CHUNK // patients)
    for start in range(0, repeats, step):
        size = min(step, repeats - start)
        drawn = rng.integers(0, patients, (size, patients))
        drawn += np.arange(size)[:, None] * patients
        counts = np.bincount(drawn.ravel(), minlength=size * patients)
        yield counts.reshape(size, patients).astype(np.float64)


def weighted_auc(positive: NDArray[np.bool_], scores: Floats, weights: Floats) -> Floats:
    """AUC of each resampling; NaN where it has no image on one side.

    Args:
        positive: ``(n,)``.
        scores: ``(n,)``.
        weights: ``(resamplings, n)`` from :func:`bootstrap_weights`.
    """
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    drawn, truth = weights[:, order], positive[order]
    pos = np.add.reduceat(drawn * truth, starts, axis=1)
    neg = np.add.reduceat(drawn * ~truth, starts, axis=1)
    below = np.cumsum(neg, axis=1) - neg / 2
    with np.errstate(invalid="ignore"):
        area: Floats = (pos * below).sum(1) / (pos.sum(1) * neg.sum(1))
    return area
