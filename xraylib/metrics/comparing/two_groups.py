"""Images of a group against all others: is a number lower there, or is it chance? NumPy only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import SIGNIFICANT
from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.quantiles import patients_worth

FEW_PATIENTS: Final = 10
"""Patients of a side, of equally many images, under which nothing is asked."""


def too_few(groups: NDArray[np.int64]) -> bool:
    """Whether images of these patients are too few to tell a difference by.

    The one rule for every such difference, of accuracy, AUC or a share: in simulated test sets of
    ten patients or more on a side, with one to five images each, :func:`apart` told equal sides
    apart in at most 6 of 100.

    Args:
        groups: ``(n,)`` patient of each image; none is too few.
    """
    numbered = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return not len(numbered) or patients_worth(numbered) < FEW_PATIENTS


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A number on some images less the same number on others.

    Attributes:
        difference: The first less the second.
        interval: Of that, 95 %.
        p: Of no difference; two-sided. Under 0.05 exactly where the interval leaves out 0.
        p_holm: The same, allowing for how many were asked (Holm 1979).
    """

    difference: float
    interval: Interval
    p: float
    p_holm: float

    @property
    def sign(self) -> int:
        """-1 where the first is lower beyond chance, 1 where it is higher, else 0."""
        if self.p_holm > SIGNIFICANT:
            return 0
        return 1 if self.difference > 0 else -1

    def to_json(self) -> JsonObject:
        """The interval as ``difference_ci``."""
        return {
            "difference": self.difference,
            "difference_ci": [*self.interval],
            "p": self.p,
            "p_holm": self.p_holm,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        low, high = value["difference_ci"]
        numbers = {name: float(value[name]) for name in ("difference", "p", "p_holm")}
        return cls(interval=Interval(float(low), float(high)), **numbers)


def apart(first: Score, second: Score, *, correlation: float = 0.0) -> Apart | None:
    """The difference of two shares or areas.

    MOVER (Zou and Donner 2008; with correlation Zou 2009): the arms of both intervals are added as
    errors are, which of two Wilson intervals makes Newcombe's (1998) tenth method. p is that of the
    interval that just touches 0.

    Args:
        first: With an interval.
        second: Likewise.
        correlation: Of their errors: of the same images, how alike they err; 0 of different ones.
            Where a patient has images on both sides, 0 errs towards caution as long as a patient's
            images resemble each other.

    Returns:
        None where one of them has no value or no interval.
    """
    if first.value is None or second.value is None:
        return None
    if first.interval is None or second.interval is None:
        return None
    value = first.value - second.value
    below, above = (
        math.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0))
        for one, other in (
            (first.value - first.interval.low, second.interval.high - second.value),
            (first.interval.high - first.value, second.value - second.interval.low),
        )
    )
    arm = below if value > 0 else above
    p = math.erfc(Z95 * abs(value) / max(arm, 1e-12) / math.sqrt(2))
    interval = Interval(max(-1.0, value - below), min(1.0, value + above))
    return Apart(difference=value, interval=interval, p=p, p_holm=p)
