"""What a run said of each of its classes or findings, as aspects that are asked alike.

    judged, aspects = run_aspects(run)
    {one.name: one.measured().auc for one in aspects}

A finding, or a class with a chosen threshold, is flagged from its operating point on; a class
without one where it has the highest probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xraylib.evaluation.findings.operating import read_findings_operating
from xraylib.evaluation.findings.run_findings import RunFindings, stored_findings
from xraylib.evaluation.run_temperature import shown_predictions
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.metrics.findings.predictions import USUAL_THRESHOLD
from xraylib.metrics.populations.aspect import Aspect

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


AnyJudged = JudgedImages | RunFindings
"""What a run of classes, or of findings, said."""


def run_aspects(run: Run, *, split: str = "test") -> tuple[AnyJudged, tuple[Aspect, ...]]:
    """What a run judged, and its classes or findings on it. No TensorFlow.

    Args:
        run: A run that has ended.
        split: ``"val"``, ``"test"``, or the key of images that it was judged on later.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: codes ``no-films`` and ``test-locked``.
        PathError: What was chosen cannot be read.
    """
    if run.data.several:
        chosen = read_findings_operating(run)
        found = stored_findings(run, split=split).at(chosen.applied)
        return found, finding_aspects(found, chosen.thresholds)
    operating = read_operating(run)
    points = {name: point.threshold for name, point in operating.classes.items()}
    judged = shown_predictions(run, split=split, temperature=operating.temperature)
    return judged, class_aspects(judged, run.classes, points)


def finding_aspects(judged: RunFindings, thresholds: Mapping[str, float]) -> tuple[Aspect, ...]:
    """Each finding on the images of which it is known; flagged from 0.5 on without a threshold."""
    aspects = []
    for place, name in enumerate(judged.names):
        known = judged.truth[:, place] >= 0
        said = judged.probabilities[known, place]
        threshold = thresholds.get(name, USUAL_THRESHOLD)
        aspects.append(
            Aspect(
                name=name,
                rows=np.flatnonzero(known).astype(np.int64),
                positive=judged.truth[known, place] == 1,
                scores=said,
                flagged=said >= threshold,
                groups=np.unique(judged.groups[known], return_inverse=True)[1].astype(np.int64),
                threshold=threshold,
            )
        )
    return tuple(aspects)


def class_aspects(
    judged: JudgedImages, classes: tuple[str, ...], thresholds: Mapping[str, float]
) -> tuple[Aspect, ...]:
    """Each class against all others; of two classes each, as their thresholds may differ."""
    rows = np.arange(len(judged.labels), dtype=np.int64)
    aspects = []
    for place, name in enumerate(classes):
        said, threshold = judged.probabilities[:, place], thresholds.get(name)
        aspects.append(
            Aspect(
                name=name,
                rows=rows,
                positive=np.equal(judged.labels, place),
                scores=said,
                flagged=np.equal(judged.called, place) if threshold is None else said >= threshold,
                groups=judged.groups,
                threshold=threshold,
            )
        )
    return tuple(aspects)
