"""Intervals from one resampling of whole patients, for what has no formula. NumPy only.

The resampling gives each figure's standard error; shares and areas get their interval on the
logit scale, losses on the logarithmic one, so that no bound leaves what is possible. Resampling
few patients understates the error, which is widened by their number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.intervals import (
    Z95,
    Interval,
    bootstrap_weights,
    logit_interval,
    weighted_auc,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LOSSES = ("brier", "log_loss")


def resampled_intervals(
    true: Ints,
    p: Floats,
    predicted: Ints,
    losses: Mapping[str, Floats],
    groups: Ints,
    values: Mapping[str, float | None],
    *,
    seed: int = 0,
) -> dict[str, Interval | None]:
    """95 % intervals of figures of one set of predictions.

    Args:
        true: ``(n,)`` classes.
        p: ``(n, k)`` probabilities.
        predicted: ``(n,)`` classes.
        losses: ``(n,)`` of each film, by name (``"brier"``, ``"log_loss"``).
        groups: ``(n,)`` patient of each film, numbered from 0.
        values: The figures: ``"auc"`` (macro), ``"auc_weighted"``, ``"balanced_accuracy"``,
            ``"f1.<class>"`` and the names in ``losses``; None where a figure is not defined.
        seed: Same seed, same intervals.

    Returns:
        An interval, or None, for each name in ``values``.
    """
    if not len(true) or groups.max() < 1:
        return dict.fromkeys(values)
    drawn = _drawn(true, p, predicted, losses, groups, seed)
    patients = int(groups.max()) + 1
    widen = math.sqrt(patients / (patients - 1))
    found: dict[str, Interval | None] = {}
    for name, value in values.items():
        if value is None:
            found[name] = None
        elif name in losses:
            found[name] = _log_interval(value, drawn[name], widen)
        else:
            found[name] = logit_interval(value, drawn[name], widen=widen)
    return found


def _drawn(
    true: Ints, p: Floats, predicted: Ints, losses: Mapping[str, Floats], groups: Ints, seed: int
) -> dict[str, Floats]:
    """The figures of each resampling; NaN where one has no film of a class."""
    n, k = p.shape
    is_true = true[:, None] == np.arange(k)
    is_called = predicted[:, None] == np.arange(k)
    per_film = np.concatenate(
        [is_true & is_called, is_true, is_called, np.stack(list(losses.values()), axis=1)], axis=1
    ).astype(np.float64)
    scored = [1] if k == 2 else list(range(k))
    parts: dict[str, list[Floats]] = {}
    for weights in bootstrap_weights(groups, repeats=_repeats(n * k), seed=seed):
        sums = weights @ per_film
        hits, support, called = (sums[:, i * k : (i + 1) * k] for i in range(3))
        areas = np.stack([weighted_auc(is_true[:, c], p[:, c], weights) for c in scored], axis=1)
        with np.errstate(invalid="ignore"):
            parts.setdefault("balanced_accuracy", []).append((hits / support).mean(axis=1))
            for c in range(k):
                parts.setdefault(f"f1.{c}", []).append(
                    2 * hits[:, c] / (support[:, c] + called[:, c])
                )
        shares = support[:, scored]
        parts.setdefault("auc", []).append(areas.mean(axis=1))
        parts.setdefault("auc_weighted", []).append((areas * shares).sum(1) / shares.sum(1))
        total = support.sum(axis=1)
        for place, name in enumerate(losses):
            parts.setdefault(name, []).append(sums[:, 3 * k + place] / total)
    return {name: np.concatenate(values) for name, values in parts.items()}


def _log_interval(value: float, resampled: Floats, widen: float) -> Interval | None:
    """95 % interval of a positive figure, on the logarithmic scale."""
    error = float(resampled.std(ddof=1)) * widen
    if value <= 0 or error <= 0:
        return None
    factor = math.exp(Z95 * error / value)
    return value / factor, value * factor


def _repeats(size: int) -> int:
    """1,000 resamplings, fewer for results so large that chance hardly moves them."""
    return int(np.clip(60_000_000 // max(size, 1), 200, 1000))
