"""Two judges of the same images: is one better, and by how much? By patient. NumPy only.

One rule wherever two are compared, on the first lines of Results as on Compare. What counts is
where one is right and the other wrong, summed by patient. If both are equally good, each patient's
sum could as well have the other sign: the exact test of all such flips (Fisher 1935) says how
probable a difference so large is then. With one image a patient it is McNemar's exact test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.uncertainty.jackknife import ratio, standard_error
from xraylib.metrics.uncertainty.quantiles import widening
from xraylib.rounding import rounded

Ints = NDArray[np.int64]

SIGNIFICANT: Final = 0.05
_ALIKE_BY_CHANCE: Final = 2


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The first against the second on the same images.

    Attributes:
        difference: Accuracy of the first less that of the second.
        interval: Of that, 95 %; None with fewer than two patients.
        only_first_right, only_second_right: Images.
        p: Of the exact sign-flip test by patient.
    """

    difference: float
    interval: Interval | None
    only_first_right: int
    only_second_right: int
    p: float

    def to_json(self) -> JsonObject:
        """The interval as ``difference_ci``."""
        return {
            "difference": self.difference,
            "difference_ci": None if self.interval is None else [*self.interval],
            "only_first_right": self.only_first_right,
            "only_second_right": self.only_second_right,
            "p": self.p,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        bounds = value["difference_ci"]
        return cls(
            difference=float(value["difference"]),
            interval=None if bounds is None else Interval(float(bounds[0]), float(bounds[1])),
            only_first_right=int(value["only_first_right"]),
            only_second_right=int(value["only_second_right"]),
            p=float(value["p"]),
        )

    def better(self, p: float | None = None) -> int:
        """1 if the first is better, -1 if the second is, 0 if they cannot be told apart.

        Args:
            p: What allows for the number of comparisons; the test's own by default.
        """
        sure = self.interval is not None and not self.interval.low <= 0 <= self.interval.high
        if not sure or (self.p if p is None else p) > SIGNIFICANT:
            return 0
        return 1 if self.difference > 0 else -1


def paired(first_right: ArrayLike, second_right: ArrayLike, groups: Ints) -> Paired:
    """Compares two that judged the same images, at least one.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each image.
        second_right: The same of the second.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    return Paired(
        difference=float(first.mean() - second.mean()),
        interval=difference_interval(first, second, groups),
        only_first_right=int((first & ~second).sum()),
        only_second_right=int((~first & second).sum()),
        p=sign_flip_p(first, second, groups),
    )


def sign_flip_p(first_right: ArrayLike, second_right: ArrayLike, groups: Ints) -> float:
    """How probable a difference at least as large is if both are equally good; two-sided, exact.

    The distribution of a sum of numbers with random signs has the product of their cosines for its
    transform, so that no flip has to be drawn.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each image.
        second_right: The same of the second.
        groups: ``(n,)`` patient of each image, numbered from 0.

    Returns:
        Over 0 and at most 1; 1 where no patient tells them apart.
    """
    gap = np.asarray(first_right, np.int64) - np.asarray(second_right, np.int64)
    sums = np.rint(np.bincount(groups, weights=gap)).astype(np.int64)
    sizes, times = np.unique(np.abs(sums[sums != 0]), return_counts=True)
    if not len(sizes):
        return 1.0
    most, found = int(sizes @ times), abs(int(sums.sum()))
    length = 2 * most + 1
    turns = 2 * np.pi / length * np.arange(length)
    transform = np.ones(length)
    for size, often in zip(sizes.tolist(), times.tolist(), strict=True):
        transform *= np.cos(turns * size) ** often
    shares = np.fft.ifft(transform).real
    p = float(shares[found : length - found + 1].sum()) if found else 1.0
    return min(1.0, max(p, 2.0 ** (1 - int(times.sum()))))


def difference_interval(
    first_right: ArrayLike, second_right: ArrayLike, groups: Ints
) -> Interval | None:
    """95 % interval of the difference in accuracy, paired, by patient.

    From the standard error of patients' differences, which few patients widen: by their number and
    by Student's t. Where the two never disagree nothing varies, and the interval is Tango's (1998)
    for no disagreement; that of two patients, who may be alike by chance, is never narrower.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each image.
        second_right: The same of the second.
        groups: ``(n,)`` patient of each image, numbered from 0.

    Returns:
        Bounds of accuracy(first) - accuracy(second); None with fewer than two patients.
    """
    gap = np.asarray(first_right, np.float64) - np.asarray(second_right, np.float64)
    patients = int(groups.max()) + 1 if len(groups) else 0
    if patients < 2:
        return None
    error = standard_error(ratio(gap, np.ones(len(gap))), groups)
    half = Z95 * widening(groups) * error * math.sqrt(patients / (patients - 1))
    if not gap.any() or patients == _ALIKE_BY_CHANCE:
        half = max(half, Z95**2 / (patients + Z95**2))
    middle = float(gap.mean())
    return Interval(max(-1.0, middle - half), min(1.0, middle + half))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that allow for their number (Holm 1979), in the order given."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def p_words(p: float) -> str:
    """``p = 0.034``, ``p < 0.001``."""
    told = "< 0.001" if p < 0.001 else rounded(p, 3)
    return f"p {told}" if told[0] in "<>" else f"p = {told}"
