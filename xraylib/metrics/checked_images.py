"""Labels and probabilities as somebody gave them -> images that can be relied on. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from xraylib.errors import DatasetError
from xraylib.metrics.predictions import Floats, Images, Ints


def checked_images(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
) -> Images:
    """Predictions as values that can be relied on.

    Args:
        y_true: ``(n,)`` positions in ``classes``.
        probabilities: ``(n, k)``.
        classes: The ``k`` names.
        patients: Whose image each is; without it every image counts as a patient.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
    """
    k = len(classes)
    p, labels = _numbers(probabilities), _numbers(y_true)
    if k == 0 or labels.ndim != 1 or p.shape != (len(labels), k):
        n = len(labels) if labels.ndim else 0
        raise DatasetError(
            f"There are {n} labels and probabilities of shape {p.shape} for {k} classes",
            expected=f"probabilities of shape ({n}, {k})",
            remedy="give one row of probabilities for each label",
            code="predictions",
        )
    if labels.size and (not np.all(labels == labels.astype(np.int64)) or labels.min() < 0):
        raise DatasetError(
            "Some labels are not positions of a class",
            expected=f"whole numbers from 0 to {k - 1}",
            remedy="leave out images without a label",
            code="predictions",
        )
    if labels.size and labels.max() >= k:
        raise DatasetError(
            f"A label is {int(labels.max())}",
            expected=f"whole numbers from 0 to {k - 1} for {k} classes",
            remedy="use the same classes for labels and probabilities",
            code="predictions",
        )
    rows = p.sum(axis=1)
    if (
        not np.all(np.isfinite(p))
        or p.min(initial=0) < -1e-6
        or np.abs(rows - 1).max(initial=0) > 1e-3
    ):
        raise DatasetError(
            "Some rows are no probabilities (not a number, negative, or a sum other than 1)",
            expected="numbers from 0 to 1 that sum to 1 in each row",
            remedy="check the network's last activation, or train with a lower learning rate",
            code="predictions",
        )
    groups = patient_numbers(patients, len(p))
    return Images(labels.astype(np.int64), p, groups, tuple(classes))


def patient_numbers(patients: Sequence[str] | None, n: int) -> Ints:
    """``(n,)`` patients numbered from 0 by their names; without names each image is one.

    Raises:
        DatasetError: code ``predictions``: there are not ``n`` names.
    """
    if patients is None:
        return np.arange(n, dtype=np.int64)
    if len(patients) != n:
        raise DatasetError(
            f"There are {len(patients)} patients for {n} images",
            expected="one patient for each image",
            remedy="give each image's patient, or none",
            code="predictions",
        )
    return np.unique(np.asarray(patients, dtype=str), return_inverse=True)[1].astype(np.int64)


def _numbers(values: ArrayLike) -> Floats:
    """An array of numbers; what is none becomes NaN without a shape, which nothing accepts."""
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        return np.array(np.nan)
