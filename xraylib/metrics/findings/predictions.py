"""What is known and what was said about findings, as values that can be relied on. NumPy only.

Shapes: ``n`` images, ``k`` findings. What is known of an image is 1 (present), 0 (absent) or -1
(not known); probabilities are ``(n, k)`` and need not sum to anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import DatasetError
from xraylib.metrics.checked_images import patient_numbers
from xraylib.metrics.predictions import Images, Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Labels = NDArray[np.int8]

PRESENT: Final = 1
ABSENT: Final = 0
UNKNOWN: Final = -1

USUAL_THRESHOLD: Final = 0.5
"""From which probability on a finding is flagged where nobody chose a threshold."""


@dataclass(frozen=True, eq=False)
class FindingImages(Images):
    """Images of which it is known whether they show one finding: absent and present as classes.

    Attributes:
        threshold: From which probability on the finding is flagged.
    """

    threshold: float = USUAL_THRESHOLD

    @cached_property
    def predicted(self) -> Ints:
        """``(n,)``: 1 where the finding is flagged."""
        flagged: Ints = (self.probabilities[:, 1] >= self.threshold).astype(np.int64)
        return flagged


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedFindings:
    """Labels and probabilities of several findings.

    Attributes:
        truth: ``(n, k)`` int8: 1, 0 or -1.
        probabilities: ``(n, k)``.
        groups: ``(n,)`` patient of each image, numbered from 0.
        names: The ``k`` names.
    """

    truth: Labels
    probabilities: Floats
    groups: Ints
    names: tuple[str, ...]

    @property
    def patients(self) -> int:
        """Whose images they are."""
        return int(self.groups.max()) + 1 if len(self.groups) else 0

    def known(self, place: int) -> Bools:
        """``(n,)``: of which images it is known whether they show a finding."""
        told: Bools = self.truth[:, place] >= 0
        return told

    def one(self, place: int, threshold: float = USUAL_THRESHOLD) -> FindingImages:
        """One finding on the images of which it is known."""
        known = self.known(place)
        groups = np.unique(self.groups[known], return_inverse=True)[1].astype(np.int64)
        return FindingImages(
            self.truth[known, place].astype(np.int64),
            two_columns(self.probabilities[known, place]),
            groups,
            (f"no {self.names[place]}", self.names[place]),
            threshold,
        )


def two_columns(probabilities: ArrayLike) -> Floats:
    """``(n, 2)``: of a finding's absence and presence, from ``(n,)`` of its presence."""
    p = np.asarray(probabilities, np.float64)
    return np.stack([1 - p, p], axis=1)


def checked_findings(
    truth: ArrayLike,
    probabilities: ArrayLike,
    names: Sequence[str],
    patients: Sequence[str] | None = None,
) -> JudgedFindings:
    """Labels and probabilities as values that can be relied on.

    Args:
        truth: ``(n, k)``: 1, 0, or -1 where it is not known.
        probabilities: ``(n, k)`` from 0 to 1.
        names: The ``k`` findings.
        patients: Whose image each is; without it every image counts as a patient.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are none of these.
    """
    try:
        labels, p = np.asarray(truth, np.float64), np.asarray(probabilities, np.float64)
    except (TypeError, ValueError):
        labels = p = np.array(np.nan)
    k = len(names)
    if not k or p.ndim != 2 or p.shape[1] != k or labels.shape != p.shape:
        raise DatasetError(
            f"There are labels of shape {labels.shape} and probabilities of shape {p.shape} for "
            f"{k} findings",
            expected=f"both of shape (images, {k})",
            remedy="give a row of labels and one of probabilities for each image",
            code="predictions",
        )
    if not np.isin(labels, (PRESENT, ABSENT, UNKNOWN)).all():
        raise DatasetError(
            "Some labels are neither 1, 0 nor -1",
            expected="1 (present), 0 (absent) or -1 (not known) for each finding",
            remedy="decide first what uncertain labels count as (Findings.policy)",
            code="predictions",
        )
    if not (np.isfinite(p).all() and p.min(initial=0) >= -1e-6 and p.max(initial=1) <= 1 + 1e-6):
        raise DatasetError(
            "Some numbers are no probabilities (not a number, negative, or above 1)",
            expected="numbers from 0 to 1",
            remedy="check the network's last activation, or train with a lower learning rate",
            code="predictions",
        )
    return JudgedFindings(
        truth=labels.astype(np.int8),
        probabilities=p,
        groups=patient_numbers(patients, len(p)),
        names=tuple(names),
    )
