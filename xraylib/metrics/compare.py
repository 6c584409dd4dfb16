"""Is one run really better than another, or is it chance? NumPy only.

Runs are compared on the images that all of them were judged on, image by image: what counts is
where one is right and the other wrong. McNemar 1947 (exact) asks whether that could be chance;
whole patients drawn with replacement say how large the difference is; Holm 1979 allows for the
number of pairs. Always in the comparison: naming the most frequent class every time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Z95, Interval, patient_draws
from xraylib.metrics.jackknife import ratio, standard_error
from xraylib.metrics.measured import Score, Scored, scores_json
from xraylib.metrics.predictions import checked_images
from xraylib.metrics.resampling import MANY, measure
from xraylib.metrics.table import METRICS

SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True)
class Entry(Scored):
    """One of those that are compared.

    Attributes:
        name: What it was called by.
        right: Images that it called right.
        scores: The metrics that are told in comparisons, by name.
    """

    name: str
    right: int
    scores: Mapping[str, Score]

    def to_json(self) -> JsonObject:
        """``name``, each metric with its ``…_ci``, and ``right``."""
        scores = scores_json(self.scores, METRICS, formulas_first=False)
        return {"name": self.name, **scores, "right": self.right}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two of them against each other.

    Attributes:
        first, second: Their names.
        difference: Accuracy of the first less that of the second.
        interval: Of that, 95 %; None with fewer than two patients.
        only_first_right, only_second_right: Images.
        p: McNemar's exact test.
        p_holm: The same, allowing for the number of pairs.
        better: The name of the better one, or None.
        verdict: In words.
    """

    first: str
    second: str
    difference: float
    interval: Interval | None
    only_first_right: int
    only_second_right: int
    p: float
    p_holm: float
    better: str | None
    verdict: str

    def to_json(self) -> JsonObject:
        """The interval as ``difference_ci``."""
        return {
            "first": self.first,
            "second": self.second,
            "difference": self.difference,
            "difference_ci": self.interval and list(self.interval),
            "only_first_right": self.only_first_right,
            "only_second_right": self.only_second_right,
            "p": self.p,
            "p_holm": self.p_holm,
            "better": self.better,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Each against each on the same images.

    Attributes:
        n: Images.
        patients: Whose they are.
        classes: The names.
        entries: In the order given, naming the most frequent class every time last.
        pairs: Each against each.
        notes: Remarks.
    """

    n: int
    patients: int
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            "n": self.n,
            "patients": self.patients,
            "classes": list(self.classes),
            "entries": [entry.to_json() for entry in self.entries],
            "pairs": [pair.to_json() for pair in self.pairs],
            "notes": list(self.notes),
        }


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
        found.append(Interval(max(-1.0, middle - half), min(1.0, middle + half)))
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
    probabilities: Mapping[str, ArrayLike],
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    seed: int = 0,
) -> Comparison:
    """Each against each, and each against the majority class, on the same images.

    Args:
        y_true: ``(n,)`` positions in ``classes``; at least one image.
        probabilities: ``(n, k)`` by name.
        classes: The ``k`` names.
        patients: Whose image each is; without it every image counts as a patient.
        seed: Of the bootstrap.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
    """
    true = np.asarray(y_true, np.int64)
    n = len(true)
    most = int(np.bincount(true, minlength=len(classes)).argmax())
    always = np.tile(np.eye(len(classes))[most], (n, 1))
    judged = {
        name: checked_images(true, said, classes, patients)
        for name, said in {**probabilities, f"always {classes[most]}": always}.items()
    }
    right = {name: images.predicted == true for name, images in judged.items()}
    first = next(iter(judged.values()))
    couples = list(combinations(right, 2))
    p_values = [mcnemar_exact(right[a], right[b]) for a, b in couples]
    gaps = np.array([right[a].astype(np.float64) - right[b] for a, b in couples])
    pairs = tuple(
        _pair(a, b, right[a], right[b], interval, p, adjusted)
        for (a, b), interval, p, adjusted in zip(
            couples,
            difference_intervals(gaps, first.groups, seed=seed),
            p_values,
            holm(p_values),
            strict=True,
        )
    )
    notes = (
        (
            f"{n} images come from {first.patients} patients: McNemar's test takes images as "
            "independent; the interval does not",
        )
        if first.patients < n
        else ()
    )
    told = [metric for metric in METRICS if "compare" in metric.told]
    return Comparison(
        n=n,
        patients=first.patients,
        classes=tuple(classes),
        entries=tuple(
            Entry(
                name=name,
                right=int(right[name].sum()),
                scores=measure(images, told, seed=seed)[0],
            )
            for name, images in judged.items()
        ),
        pairs=pairs,
        notes=notes,
    )


def _pair(
    first: str,
    second: str,
    first_right: NDArray[np.bool_],
    second_right: NDArray[np.bool_],
    interval: Interval | None,
    p: float,
    adjusted: float,
) -> Pair:
    difference = float(first_right.mean() - second_right.mean())
    sure = interval is not None and not interval.low <= 0 <= interval.high
    better = (first if difference > 0 else second) if sure and adjusted <= SIGNIFICANT else None
    n = len(first_right)
    return Pair(
        first=first,
        second=second,
        difference=difference,
        interval=interval,
        only_first_right=int((first_right & ~second_right).sum()),
        only_second_right=int((~first_right & second_right).sum()),
        p=p,
        p_holm=adjusted,
        better=better,
        verdict=f"{better} is better on these {n} images"
        if better
        else f"not distinguishable on these {n} images",
    )
