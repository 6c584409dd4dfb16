"""Intervals that know patients, from one resampling of whole ones. NumPy only.

The resampling gives the standard error of areas, of what is made of several shares, and of losses;
the first two get their interval on the logit scale, losses on the logarithmic one, so that no bound
leaves what is possible. Few patients understate the error, which is widened by their number. Of
very many images it is computed in place of drawn (:mod:`xraylib.metrics.jackknife`). So it is of
every share, which gets Wilson's interval for as many images as that error says that they are worth
(Korn and Graubard 1998): the same wherever it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import (
    Z95,
    Interval,
    bootstrap_weights,
    logit_interval,
    weighted_auc,
    wilson_of_share,
)
from xraylib.metrics.jackknife import influences, ratio, standard_error

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-9

SHARES: Final = ("accuracy", "recall", "precision", "specificity", "npv")
MANY: Final = 20_000
"""Images from which on errors are computed in place of drawn."""


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
        losses: ``(n,)`` of each image, by name (``"brier"``, ``"log_loss"``).
        groups: ``(n,)`` patient of each image, numbered from 0.
        values: The figures: ``"accuracy"``, ``"balanced_accuracy"``, ``"auc"`` (macro),
            ``"auc_weighted"``, the names in ``losses``, and ``"recall.<class>"``,
            ``"precision.…"``, ``"specificity.…"``, ``"npv.…"``, ``"f1.…"`` and ``"auc.…"`` with
            the class's number; None where a figure is not defined.
        seed: Same seed, same intervals.

    Returns:
        An interval, or None, for each name in ``values``.
    """
    if not len(true):
        return dict.fromkeys(values)
    patients = int(groups.max()) + 1
    errors: dict[str, float] = {}
    if patients > 1 and len(true) > MANY:
        moved = influences(true, p, predicted, losses)
        errors = {name: standard_error(one, groups) for name, one in moved.items()}
    elif patients > 1:
        drawn = _drawn(true, p, predicted, losses, groups, seed)
        errors = {name: _error(one) for name, one in drawn.items()}
    widen = math.sqrt(patients / max(patients - 1, 1))
    found: dict[str, Interval | None] = {}
    for name, value in values.items():
        error = errors.get(name, 0.0) * widen
        kind, _, place = name.partition(".")
        if value is None:
            found[name] = None
        elif kind in SHARES:
            hits, of = _share(kind, int(place or 0), true, predicted)
            found[name] = share_interval(hits, of, groups)
        elif name in losses:
            found[name] = _log_interval(value, error)
        else:
            found[name] = logit_interval(value, error)
    return found


def worth_of(hits: NDArray[np.bool_], of: NDArray[np.bool_], groups: Ints) -> float:
    """How many independent images the images of a share are worth, when patients have several.

    Args:
        hits: ``(n,)`` images that count for the share.
        of: ``(n,)`` images that it is a share of; at least one.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    images, own = int(of.sum()), len(np.unique(groups[of]))
    if own == images:
        return float(images)
    value = float((hits & of).sum() / images)
    error = standard_error(ratio(hits & of, of), groups) * math.sqrt(own / max(own - 1, 1))
    # A share of 0 or 1, or of one patient's images, says nothing of how much patients differ: then
    # its images are worth as many as they have patients.
    worth = value * (1 - value) / error**2 if own > 1 and error > _ROUNDING else float(own)
    return min(worth, float(images))


def share_interval(hits: NDArray[np.bool_], of: NDArray[np.bool_], groups: Ints) -> Interval | None:
    """Wilson's 95 % interval of a share of images, for as many as they are worth; None of no
    images.

    Args:
        hits: ``(n,)`` images that count for the share.
        of: ``(n,)`` images that it is a share of.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    images = int(of.sum())
    if not images:
        return None
    return wilson_of_share(int((hits & of).sum()) / images, worth_of(hits, of, groups))


def _drawn(
    true: Ints, p: Floats, predicted: Ints, losses: Mapping[str, Floats], groups: Ints, seed: int
) -> dict[str, Floats]:
    """The figures of each resampling; NaN where one has no image of a class."""
    n, k = p.shape
    is_true = true[:, None] == np.arange(k)
    is_called = predicted[:, None] == np.arange(k)
    per_image = np.concatenate(
        [is_true & is_called, is_true, is_called, np.stack(list(losses.values()), axis=1)], axis=1
    ).astype(np.float64)
    parts: dict[str, list[Floats]] = {}
    for weights in bootstrap_weights(groups, repeats=_repeats(n * k), seed=seed):
        sums = weights @ per_image
        hits, support, called = (sums[:, i * k : (i + 1) * k] for i in range(3))
        areas = np.stack([weighted_auc(is_true[:, c], p[:, c], weights) for c in range(k)], axis=1)
        total = support.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            recalls = hits / support
            by_class = {"f1": 2 * hits / (support + called), "auc": areas}
        scored = areas[:, [1]] if k == 2 else areas
        shares = support[:, [1]] if k == 2 else support
        found = {
            "balanced_accuracy": recalls.mean(axis=1),
            "auc": scored.mean(axis=1),
            "auc_weighted": (scored * shares).sum(1) / shares.sum(1),
            **{name: sums[:, 3 * k + place] / total for place, name in enumerate(losses)},
            **{f"{name}.{c}": rows[:, c] for name, rows in by_class.items() for c in range(k)},
        }
        for name, values in found.items():
            parts.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in parts.items()}


def _error(resampled: Floats) -> float:
    """Standard error; 0 where fewer than half of the resamplings say anything."""
    good = resampled[np.isfinite(resampled)]
    return float(good.std(ddof=1)) if len(good) >= max(2, len(resampled) / 2) else 0.0


def _share(
    kind: str, place: int, true: Ints, predicted: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The images that count for a share, and those that it is a share of."""
    mine, said = true == place, predicted == place
    found: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {
        "accuracy": (true == predicted, true == true),
        "recall": (said, mine),
        "precision": (mine, said),
        "specificity": (~said, ~mine),
        "npv": (~mine, ~said),
    }
    return found[kind]


def _log_interval(value: float, error: float) -> Interval | None:
    """95 % interval of a positive figure, on the logarithmic scale."""
    if value <= 0 or error <= 0:
        return None
    factor = math.exp(Z95 * error / value)
    return value / factor, value * factor


def _repeats(size: int) -> int:
    """1,000 resamplings, fewer for results so large that chance hardly moves them."""
    return int(np.clip(60_000_000 // max(size, 1), 200, 1000))
