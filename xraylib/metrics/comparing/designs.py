"""Designs against each other, each by several trainings of it. NumPy only.

A training differs from another of the same design by its seed, and the test images are few: both
are chance, and a design is better only where the difference of the means is beyond both. Its error
is made of the patients' (each patient's mean difference over the trainings) and of the spread of
the trainings of either design, as in studies of many readers and many cases; Satterthwaite (1946)
says how many degrees of freedom that leaves for Student's t.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import SIGNIFICANT, holm
from xraylib.metrics.intervals import Interval
from xraylib.metrics.uncertainty.jackknife import standard_error
from xraylib.metrics.uncertainty.quantiles import patients_worth, t95, t_p

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class DesignPair:
    """Two designs against each other.

    Attributes:
        first, second: What the designs are called.
        first_runs, second_runs: The names of their trainings, at least two of each.
        difference: Mean accuracy of the first's trainings less that of the second's.
        interval: Of that, 95 %, over patients and trainings.
        p: Of no difference, from Student's t.
        p_holm: The same, allowing for the number of pairs of designs.
        better: The better design, or None.
    """

    first: str
    second: str
    first_runs: tuple[str, ...]
    second_runs: tuple[str, ...]
    difference: float
    interval: Interval
    p: float
    p_holm: float
    better: str | None

    @property
    def verdict(self) -> str:
        """In words."""
        if self.better is None:
            return "not distinguishable by these trainings and images"
        return f"{self.better} is better"

    def to_json(self) -> JsonObject:
        """The interval as ``difference_ci``."""
        return {
            "first": self.first,
            "second": self.second,
            "first_runs": list(self.first_runs),
            "second_runs": list(self.second_runs),
            "difference": self.difference,
            "difference_ci": list(self.interval),
            "p": self.p,
            "p_holm": self.p_holm,
            "better": self.better,
            "verdict": self.verdict,
        }


def compare_designs(
    right: Mapping[str, Bools], designs: Mapping[str, str], groups: NDArray[np.int64]
) -> tuple[DesignPair, ...]:
    """Every two designs that have at least two trainings each.

    Args:
        right: ``(n,)`` whether each training named the true class of each image, by its name.
        designs: What each is a training of.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    members: dict[str, list[str]] = {}
    for name in right:
        members.setdefault(designs[name], []).append(name)
    several = {design: names for design, names in members.items() if len(names) > 1}
    if len(groups) == 0 or int(groups.max()) < 1:
        return ()
    couples = list(combinations(several, 2))
    found = [
        _compared(
            [right[name] for name in several[a]], [right[name] for name in several[b]], groups
        )
        for a, b in couples
    ]
    return tuple(
        DesignPair(
            first=a,
            second=b,
            first_runs=tuple(several[a]),
            second_runs=tuple(several[b]),
            difference=difference,
            interval=interval,
            p=p,
            p_holm=adjusted,
            better=None if adjusted > SIGNIFICANT else (a if difference > 0 else b),
        )
        for (a, b), (difference, interval, p), adjusted in zip(
            couples, found, holm([p for _, _, p in found]), strict=True
        )
    )


def _compared(
    first: list[Bools], second: list[Bools], groups: NDArray[np.int64]
) -> tuple[float, Interval, float]:
    """Difference, interval and p of two designs by their trainings."""
    gap = np.mean(first, axis=0) - np.mean(second, axis=0)
    difference = float(gap.mean())
    patients = int(groups.max()) + 1
    of_patients = standard_error(gap - difference, groups) ** 2 * patients / (patients - 1)
    parts = [(of_patients, max(patients_worth(groups) - 1, 1.0))]
    for trainings in (first, second):
        reached = [float(one.mean()) for one in trainings]
        parts.append((float(np.var(reached, ddof=1)) / len(reached), len(reached) - 1.0))
    variance = sum(part for part, _ in parts)
    if variance <= 0:  # nobody ever differs
        return difference, Interval(difference, difference), 1.0
    freedom = variance**2 / sum(part**2 / own for part, own in parts)
    half = t95(freedom) * math.sqrt(variance)
    p = t_p(difference / math.sqrt(variance), freedom)
    return difference, Interval(max(-1.0, difference - half), min(1.0, difference + half)), p
