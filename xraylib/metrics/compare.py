"""Is one run really better than another, or is it chance? NumPy only.

Runs are compared on the images that all of them were judged on, image by image: what counts is
where one is right and the other wrong. McNemar 1947 (exact) asks whether that could be chance;
whole patients drawn with replacement say how large the difference is; Holm 1979 allows for the
number of pairs. Always in the comparison: naming the most frequent class every time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.metrics.intervals import Z95, Interval, patient_draws, wilson_of_share
from xraylib.metrics.jackknife import ratio, standard_error
from xraylib.metrics.resampling import MANY, worth_of

SIGNIFICANT = 0.05


def mcnemar_exact(first_right: ArrayLike, second_right: ArrayLike) -> float:
    """How probable a disagreement at least as uneven is if both are equally good; two-sided.

    The exact binomial form. Images count as independent.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each image.
        second_right: The same of the second.

    Returns:
        0..1; 1 where they never disagree.
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    one, other = int((first & ~second).sum()), int((~first & second).sum())
    n = one + other
    logs = [
        math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2)
        for i in range(min(one, other) + 1)
    ]
    return min(1.0, 2 * math.fsum(math.exp(value) for value in logs))


def difference_interval(
    first_right: ArrayLike,
    second_right: ArrayLike,
    groups: NDArray[np.int64],
    *,
    repeats: int = 2000,
    seed: int = 0,
) -> Interval | None:
    """95 % interval of the difference in accuracy, from a paired bootstrap of patients.

    The bootstrap gives the standard error; it is widened by the number of patients, because
    resampling few of them understates it. Where the two never disagree nothing varies, and the
    interval is Tango's (1998) for no disagreement.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each image.
        second_right: The same of the second.
        groups: ``(n,)`` patient of each image, numbered from 0.
        repeats: Resamplings; of very many images the error is computed in place of drawn.
        seed: Same seed, same interval.

    Returns:
        Bounds of accuracy(first) - accuracy(second); None with fewer than two patients.
    """
    gap = np.asarray(first_right, np.float64) - np.asarray(second_right, np.float64)
    return difference_intervals(gap[None], groups, repeats=repeats, seed=seed)[0]


def difference_intervals(
    gaps: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    repeats: int = 2000,
    seed: int = 0,
) -> list[Interval | None]:
    """:func:`difference_interval` of several pairs, ``(pairs, n)``, all on the same draws."""
    patients = int(groups.max()) + 1 if len(groups) else 0
    if patients < 2:
        return [None] * len(gaps)
    if len(groups) > MANY:  # computed in place of drawn
        every = np.ones(len(groups))
        errors = np.array([standard_error(ratio(gap, every), groups) for gap in gaps])
    else:  # by patient: nothing else is drawn
        images = np.bincount(groups)
        sums = np.stack([np.bincount(groups, weights=gap) for gap in gaps], axis=1)
        drawn = [
            (counts @ sums) / (counts @ images)[:, None]
            for counts in patient_draws(patients, repeats=repeats, seed=seed)
        ]
        errors = np.concatenate(drawn).std(axis=0, ddof=1)
    halves = Z95 * errors * math.sqrt(patients / (patients - 1))
    found: list[Interval | None] = []
    for gap, half in zip(gaps, halves.tolist(), strict=True):
        if not gap.any():
            half = Z95**2 / (patients + Z95**2)
        middle = float(gap.mean())
        found.append((max(-1.0, middle - half), min(1.0, middle + half)))
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that allow for their number (Holm 1979), in the order given."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def compare_predictions(
    y_true: ArrayLike,
    predicted: Mapping[str, ArrayLike],
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Each against each, and each against the majority class, on the same images.

    Args:
        y_true: ``(n,)`` positions in ``classes``; at least one image.
        predicted: ``(n,)`` positions by name.
        classes: Class names.
        patients: Whose image each is; without it every image counts as a patient.
        seed: Of the bootstrap.

    Returns:
        ``n``, ``patients``, ``classes``, ``entries`` (``name``, ``accuracy``, ``accuracy_ci``,
        ``right``) with the majority class last, ``pairs`` (``first``, ``second``, ``difference``,
        ``difference_ci``, ``only_first_right``, ``only_second_right``, ``p``, ``p_holm``,
        ``better``: a name or None, ``verdict``) and ``notes``.
    """
    true = np.asarray(y_true, np.int64)
    n = len(true)
    names = np.arange(n) if patients is None else np.asarray(patients, dtype=str)
    groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    most = int(np.bincount(true, minlength=len(classes)).argmax())
    right = {name: np.asarray(values, np.int64) == true for name, values in predicted.items()}
    right[f"always {classes[most]}"] = true == most
    couples = list(combinations(right, 2))
    p_values = [mcnemar_exact(right[a], right[b]) for a, b in couples]
    clusters = int(groups.max()) + 1
    gaps = np.array([right[a].astype(np.float64) - right[b] for a, b in couples])
    pairs = [
        _pair(a, b, right[a], right[b], interval, p, adjusted)
        for (a, b), interval, p, adjusted in zip(
            couples,
            difference_intervals(gaps, groups, seed=seed),
            p_values,
            holm(p_values),
            strict=True,
        )
    ]
    notes = []
    if clusters < n:
        notes.append(
            f"{n} images come from {clusters} patients: McNemar's test takes images as "
            "independent; "
            "the interval does not"
        )
    return {
        "n": n,
        "patients": clusters,
        "classes": list(classes),
        "entries": [
            {
                "name": name,
                "accuracy": float(hits.mean()),
                "accuracy_ci": list(
                    wilson_of_share(float(hits.mean()), worth_of(hits, np.ones(n, bool), groups))
                ),
                "right": int(hits.sum()),
            }
            for name, hits in right.items()
        ],
        "pairs": pairs,
        "notes": notes,
    }


def _pair(
    first: str,
    second: str,
    first_right: NDArray[np.bool_],
    second_right: NDArray[np.bool_],
    interval: Interval | None,
    p: float,
    adjusted: float,
) -> dict[str, Any]:
    difference = float(first_right.mean() - second_right.mean())
    sure = interval is not None and not interval[0] <= 0 <= interval[1]
    better = (first if difference > 0 else second) if sure and adjusted <= SIGNIFICANT else None
    n = len(first_right)
    return {
        "first": first,
        "second": second,
        "difference": difference,
        "difference_ci": list(interval) if interval else None,
        "only_first_right": int((first_right & ~second_right).sum()),
        "only_second_right": int((~first_right & second_right).sum()),
        "p": p,
        "p_holm": adjusted,
        "better": better,
        "verdict": f"{better} is better on these {n} images"
        if better
        else f"not distinguishable on these {n} images",
    }
