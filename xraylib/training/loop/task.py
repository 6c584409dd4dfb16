"""What the labels of a run mean to its training: one class an image, or several findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from xraylib.json_values import JsonObject
from xraylib.loading.loader import Labels
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.training.loop.epoch_metrics import EpochMetrics, FindingMetrics

Floats = npt.NDArray[np.floating[Any]]


class _Weighs(Protocol):
    def __call__(self, labels: Labels, classes: int) -> npt.NDArray[np.float64]: ...


class _Judges(Protocol):
    def __call__(
        self, labels: Labels, said: Floats, classes: Sequence[str], patients: Sequence[str]
    ) -> JsonObject: ...


@dataclass(frozen=True, kw_only=True)
class Task:
    """What labels mean.

    Attributes:
        metrics: Sums up an epoch of so many images and classes.
        weights: Factors of the loss with which rare classes count more, from the labels of the
            training images and the number of classes.
        evaluate: How good probabilities are, as JSON.
        several: Whether an image has a label for each of several findings.
    """

    metrics: type[EpochMetrics]
    weights: _Weighs
    evaluate: _Judges
    several: bool


def balanced(labels: Labels, classes: int) -> npt.NDArray[np.float64]:
    """Weights with which every class counts the same in sum; 1 on average over the images."""
    counts = np.bincount(labels, minlength=classes)
    weights = [len(labels) / ((counts > 0).sum() * n) if n else 0.0 for n in counts.tolist()]
    return np.array(weights, np.float64)


def balanced_findings(labels: Labels, classes: int) -> npt.NDArray[np.float64]:
    """``(2, findings)``: weights with which absent and present images of each count the same."""
    sides = np.zeros((2, classes))
    sides[0], sides[1] = (labels == 0).sum(axis=0), (labels == 1).sum(axis=0)
    there = (sides > 0).sum(axis=0)
    weights: npt.NDArray[np.float64] = sides.sum(axis=0) / np.maximum(there * sides, 1)
    return weights


def _judge_classes(
    labels: Labels, said: Floats, classes: Sequence[str], patients: Sequence[str]
) -> JsonObject:
    return evaluate_predictions(labels, said, classes, patients).to_json()


def _judge_findings(
    labels: Labels, said: Floats, classes: Sequence[str], patients: Sequence[str]
) -> JsonObject:
    return evaluate_findings(labels, said, classes, patients).to_json()


CLASSES = Task(metrics=EpochMetrics, weights=balanced, evaluate=_judge_classes, several=False)
FINDINGS = Task(
    metrics=FindingMetrics, weights=balanced_findings, evaluate=_judge_findings, several=True
)


def task_of(class_mode: str) -> Task:
    """What the labels mean in this class mode."""
    return FINDINGS if class_mode == "multilabel" else CLASSES
