"""One estimate from all folds: each image judged by the run that did not learn from it.

The mean over folds has a spread that is no standard error, for the folds share their training
images. Pooled, every image counts once, and the interval is that of the patients. It says how good
the design is on images like these, less a little: the runs chose their best epoch by the images
that judge them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.evaluate import stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions

if TYPE_CHECKING:
    from xraylib.training.groups.repeats import Group


@dataclass(frozen=True, kw_only=True)
class OutOfFold:
    """The pooled estimate of a cross-validation.

    Attributes:
        folds: Runs that have ended.
        of: Runs that there were; until all have ended some images are missing.
        evaluation: Of all their validation images together.
    """

    folds: int
    of: int
    evaluation: Evaluation

    def to_json(self) -> JsonObject:
        """``folds``, ``of``, and what ``Evaluation.to_json`` gives."""
        return {"folds": self.folds, "of": self.of, **self.evaluation.to_json()}


def out_of_fold(group: Group) -> OutOfFold | None:
    """The pooled estimate of a group of folds; None of repeats, and before two have ended.

    Args:
        group: From ``list_groups`` or ``open_group``.
    """
    record = group.record
    if record.kind != "folds":
        return None
    judged = []
    for run in group.runs:
        try:
            judged.append(stored_predictions(run, split="val"))
        except (RunError, DatasetError):  # it has not ended yet
            continue
    if len(judged) < 2:
        return None
    return OutOfFold(
        folds=len(judged),
        of=len(record.runs),
        evaluation=evaluate_predictions(
            np.concatenate([one.labels for one in judged]),
            np.concatenate([one.probabilities for one in judged]),
            list(group.runs[0].classes),
            [patient for one in judged for patient in one.people or one.patients],
        ),
    )
