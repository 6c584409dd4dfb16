"""One estimate from all folds: each image judged by the run that did not learn from it.

The mean over folds has a spread that is no standard error, for the folds share their training
images. Pooled, every image counts once, and the interval is that of the patients. It says how good
the design is on images like these, less a little: the runs chose their best epoch by the images
that judge them here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.evaluation.stored_predictions import Judged, stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions
from xraylib.metrics.findings.evaluation import FindingsEvaluation, evaluate_findings

if TYPE_CHECKING:
    from xraylib.training.groups.group import Group

J = TypeVar("J", bound=Judged)

_FEWEST: Final = 2
"""Folds that must have ended."""


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
    evaluation: Evaluation | FindingsEvaluation

    def words(self, digits: int = 2) -> str:
        """The figures in a few words: accuracy and AUC, or the mean AUC of findings."""
        whole, form = self.evaluation, f".{digits}f"
        if isinstance(whole, FindingsEvaluation):
            return f"AUC, mean of the findings, {whole.auc:{form}}"
        return f"accuracy {whole.accuracy:{form}}, AUC {whole.auc:{form}}"

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
    pooled = _findings if group.runs[0].data.several else _classes
    folds, evaluation = pooled(group)
    if evaluation is None:
        return None
    return OutOfFold(folds=folds, of=len(record.runs), evaluation=evaluation)


def _classes(group: Group) -> tuple[int, Evaluation | None]:
    judged = _ended(group, stored_predictions)
    if len(judged) < _FEWEST:
        return len(judged), None
    return len(judged), evaluate_predictions(
        np.concatenate([one.labels for one in judged]),
        np.concatenate([one.probabilities for one in judged]),
        list(group.runs[0].classes),
        _patients(judged),
    )


def _findings(group: Group) -> tuple[int, FindingsEvaluation | None]:
    judged = _ended(group, stored_findings)
    if len(judged) < _FEWEST:
        return len(judged), None
    return len(judged), evaluate_findings(
        np.concatenate([one.truth for one in judged]),
        np.concatenate([one.probabilities for one in judged]),
        list(group.runs[0].classes),
        _patients(judged),
    )


def _ended(group: Group, stored: Callable[..., J]) -> list[J]:
    """What the runs that have ended said of their validation images."""
    judged = []
    for run in group.runs:
        try:
            judged.append(stored(run, split="val"))
        except (RunError, DatasetError):  # it has not ended yet
            continue
    return judged


def _patients(judged: Sequence[Judged]) -> list[str]:
    return [patient for one in judged for patient in one.people or one.patients]
