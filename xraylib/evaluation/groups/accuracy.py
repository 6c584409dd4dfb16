"""Accuracy by any column: view, scanner, age group, or what the files say. NumPy only.

A model that is right on average may be wrong on one scanner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.groups.values import grouped, ordered
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import holm
from xraylib.metrics.comparing.two_groups import Apart, apart, too_few
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
        against: The accuracy less that on all other images, as of every figure of a group
            (:mod:`xraylib.metrics.populations.subgroups`); None where the group, or the others,
            are too few to tell.
    """

    value: str
    images: int
    right: int
    interval: Interval | None
    auc: Score
    against: Apart | None = None

    @property
    def accuracy(self) -> float:
        return self.right / self.images

    @property
    def too_few(self) -> bool:
        """Whether there are too few patients, here or of the others, to tell."""
        return self.against is None

    @property
    def below(self) -> bool:
        """Whether it is lower than on all other images, beyond chance, allowing for all asked."""
        return self.against is not None and self.against.sign < 0

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
            "against": self.against.to_json() if self.against else None,
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
    rows = [_subgroup(judged, right, theirs == value, value, classes) for value in order]
    # Of two groups each is the other's rest: it is one question, asked once.
    asked = [at for at, row in enumerate(rows) if row.against and (at == 0 or len(rows) != 2)]
    p_values = [one.p for at in asked if (one := rows[at].against) is not None]
    adjusted = dict(zip(asked, holm(p_values), strict=True))
    for at, row in enumerate(rows):
        if row.against:
            p = adjusted.get(at, adjusted.get(0, row.against.p))
            rows[at] = replace(row, against=replace(row.against, p_holm=p))
    if len(rows) > 1:
        notes.append(
            f"With {len(rows)} groups one may look worse by chance alone; what matters is whether "
            "it does so again on other images"
        )
    return rows, notes


def _subgroup(
    judged: JudgedImages,
    right: NDArray[np.bool_],
    own: NDArray[np.bool_],
    value: str,
    classes: Sequence[str],
) -> Subgroup:
    sides = (own, ~own)
    told = [
        Score(float(right[side].mean()), share_interval(right, side, judged.groups))
        for side in sides
        if not too_few(judged.groups[side])
    ]
    return Subgroup(
        value=value,
        images=int(own.sum()),
        right=int(right[own].sum()),
        interval=share_interval(right, own, judged.groups),
        auc=_auc(judged, own, classes),
        against=apart(*told) if len(told) == len(sides) else None,
    )


def _auc(judged: JudgedImages, own: NDArray[np.bool_], classes: Sequence[str]) -> Score:
    """The macro AUC of some of the images, with its interval by patient."""
    if len(classes) < 2:
        return Score(None)
    whose = judged.groups[own].astype(str).tolist()
    return evaluate_predictions(
        judged.labels[own], judged.probabilities[own], list(classes), whose
    ).auc
