"""Accuracy by any column: view, scanner, age group, or what the files say. NumPy only.

A model that is right on average may be wrong on one scanner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.groups.values import grouped, ordered
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import SIGNIFICANT, holm
from xraylib.metrics.comparing.two_groups import difference_p
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.resampling import share_interval


@dataclass(frozen=True, kw_only=True)
class Subgroup:
    """How good predictions are for the images with one value of a column.

    Attributes:
        value: The value, or the part that numbers were cut into.
        images: How many, at least one.
        right: How many of them were called right.
        interval: Of the accuracy, 95 %.
        auc: Macro AUC, not defined where a class is missing.
        below: Whether it is lower than on all other images, beyond chance and allowing for the
            number of groups.
        p: Of no difference from the other images; None where the group, or the others, are too
            few to tell.
        p_holm: The same, allowing for the number of groups that were asked (Holm 1979).
    """

    value: str
    images: int
    right: int
    interval: Interval | None
    auc: Score
    below: bool
    p: float | None = None
    p_holm: float | None = None

    @property
    def accuracy(self) -> float:
        return self.right / self.images

    @property
    def too_few(self) -> bool:
        """Whether there are too few images or patients, here or of the others, to tell."""
        return self.p is None

    def to_json(self) -> JsonObject:
        """``value``, ``films``, ``right``, ``accuracy``, ``auc``, intervals as ``…_ci``, …."""
        return {
            "value": self.value,
            "films": self.images,
            "right": self.right,
            "accuracy": self.accuracy,
            "accuracy_ci": [*(self.interval or ())],
            "auc": self.auc.value,
            "auc_ci": [*(self.auc.interval or ())],
            "too_few": self.too_few,
            "below": self.below,
            "p": self.p,
            "p_holm": self.p_holm,
        }


def by_value(
    judged: JudgedImages, values: Sequence[str], classes: Sequence[str], column: str = ""
) -> tuple[list[Subgroup], list[str]]:
    """How good the predictions are for each value of a column.

    Args:
        judged: The images.
        values: ``n`` values, one an image; :func:`grouped` says what become groups.
        classes: Names of the classes.
        column: What the values are of.

    Returns:
        The groups in the order of their values, and remarks.
    """
    named, notes = grouped(column, values)
    right = judged.called == judged.labels
    theirs = np.asarray(named, dtype=str)
    order = ordered(named)
    asked = {
        value: p
        for value in order
        if (p := difference_p(right, theirs == value, judged.groups)) is not None
    }
    adjusted = dict(zip(asked, holm(list(asked.values())), strict=True))
    rows = []
    for value in order:
        own = theirs == value
        n, hits = int(own.sum()), int(right[own].sum())
        interval = share_interval(right, own, judged.groups)
        lower = n < len(right) and hits / n < float(right[~own].mean())
        rows.append(
            Subgroup(
                value=value,
                images=n,
                right=hits,
                interval=interval,
                auc=_auc(judged, own, classes),
                below=lower and adjusted.get(value, 1.0) <= SIGNIFICANT,
                p=asked.get(value),
                p_holm=adjusted.get(value),
            )
        )
    if len(rows) > 1:
        notes.append(
            f"With {len(rows)} groups one may look worse by chance alone; what matters is whether "
            "it does so again on other images"
        )
    return rows, notes


def _auc(judged: JudgedImages, own: NDArray[np.bool_], classes: Sequence[str]) -> Score:
    """The macro AUC of some of the images, with its interval by patient."""
    if len(classes) < 2:
        return Score(None)
    whose = judged.groups[own].astype(str).tolist()
    return evaluate_predictions(
        judged.labels[own], judged.probabilities[own], list(classes), whose
    ).auc
