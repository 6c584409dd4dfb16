"""Is one run really better than another, or is it chance? NumPy only.

Runs are compared on the images that all of them were judged on, by the rule of
:mod:`xraylib.metrics.comparing.paired`; Holm 1979 allows for the number of pairs. Always in the
comparison: naming the most frequent class every time. That is one question of each run, asked
before any other, so it is not among the pairs that Holm counts: it has one answer wherever it is
given.

Two trainings of one design that differ in their seed alone differ by luck. Designs are compared by
what their trainings reach together (:mod:`xraylib.metrics.comparing.designs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from xraylib.json_values import JsonObject
from xraylib.metrics.checked_images import checked_images
from xraylib.metrics.comparing.designs import DesignPair, compare_designs
from xraylib.metrics.comparing.paired import Paired, holm, paired
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score, Scored, scores_json
from xraylib.metrics.table import METRICS
from xraylib.metrics.uncertainty.resampling import measure


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
        scores = scores_json(self.scores, METRICS)
        return {"name": self.name, **scores, "right": self.right}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two of them against each other.

    Attributes:
        first, second: Their names.
        difference: Accuracy of the first less that of the second.
        interval: Of that, 95 %; None with fewer than two patients.
        only_first_right, only_second_right: Images.
        p: The exact sign-flip test by patient; McNemar's where each has one image.
        p_holm: The same, allowing for the number of pairs.
        same_design: Whether they are trainings of one design.
        by_luck: Whether one would be better, were they not of one design.
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
    same_design: bool
    by_luck: bool
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
            "same_design": self.same_design,
            "by_luck": self.by_luck,
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
        designs: Designs of several trainings against each other.
        notes: Remarks.
    """

    n: int
    patients: int
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    pairs: tuple[Pair, ...]
    designs: tuple[DesignPair, ...]
    notes: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            "n": self.n,
            "patients": self.patients,
            "classes": list(self.classes),
            "entries": [entry.to_json() for entry in self.entries],
            "pairs": [pair.to_json() for pair in self.pairs],
            "designs": [pair.to_json() for pair in self.designs],
            "notes": list(self.notes),
        }


def compare_predictions(
    y_true: ArrayLike,
    probabilities: Mapping[str, ArrayLike],
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    designs: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Comparison:
    """Each against each, and each against the majority class, on the same images.

    Args:
        y_true: ``(n,)`` positions in ``classes``; at least one image.
        probabilities: ``(n, k)`` by name.
        classes: The ``k`` names.
        patients: Whose image each is; without it every image counts as a patient.
        designs: What each is a training of, by its name; without it each is a design of its own.
        seed: Of what is drawn for metrics of your own.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
    """
    true = np.asarray(y_true, np.int64)
    n = len(true)
    most = int(np.bincount(true, minlength=len(classes)).argmax())
    always, simple = f"always {classes[most]}", np.tile(np.eye(len(classes))[most], (n, 1))
    judged = {
        name: checked_images(true, said, classes, patients)
        for name, said in {**probabilities, always: simple}.items()
    }
    right = {name: images.predicted == true for name, images in judged.items()}
    first = next(iter(judged.values()))
    found = {(a, b): paired(right[a], right[b], first.groups) for a, b in combinations(right, 2)}
    counted = [couple for couple in found if always not in couple]
    adjusted = dict(zip(counted, holm([found[couple].p for couple in counted]), strict=True))
    of = {name: (designs or {}).get(name, name) for name in right}
    notes = (
        (f"{n} images come from {first.patients} patients: whole patients are compared",)
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
        pairs=tuple(
            _pair(a, b, one, adjusted.get((a, b), one.p), n, same_design=of[a] == of[b])
            for (a, b), one in found.items()
        ),
        designs=compare_designs({name: right[name] for name in probabilities}, of, first.groups),
        notes=notes,
    )


def _pair(
    first: str, second: str, found: Paired, adjusted: float, n: int, *, same_design: bool
) -> Pair:
    way = found.better(adjusted)
    better = None if same_design or not way else first if way > 0 else second
    verdict = f"not distinguishable on these {n} images"
    if better:
        verdict = f"{better} is better on these {n} images"
    elif way:
        verdict = f"the same design, and luck of training, on these {n} images"
    return Pair(
        first=first,
        second=second,
        difference=found.difference,
        interval=found.interval,
        only_first_right=found.only_first_right,
        only_second_right=found.only_second_right,
        p=found.p,
        p_holm=adjusted,
        same_design=same_design,
        by_luck=same_design and way != 0,
        better=better,
        verdict=verdict,
    )
