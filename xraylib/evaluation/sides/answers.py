"""What a network answers of images, and what is known: a class each, or flags of findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.labels.findings import policy
from xraylib.evaluation.findings.operating import read_findings_operating
from xraylib.metrics.findings.predictions import USUAL_THRESHOLD
from xraylib.metrics.findings.temperatures import at_temperatures

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run


def known_labels(run: Run, index: DatasetIndex, rows: Sequence[int]) -> NDArray[np.int64]:
    """``(n,)`` classes, or ``(n, findings)`` of 1, 0 and -1 where it is not known.

    Args:
        run: The run.
        index: Its own.
        rows: Of its images.
    """
    if not run.data.several:
        images = index.images(list(rows))
        return np.array([run.classes.index(image.label) for image in images], np.int64)
    labels = np.full((len(rows), len(run.classes)), -1, np.int64)
    told = index.findings
    if told is not None:
        for place, name in enumerate(run.classes):
            labels[:, place] = policy(told.values[np.array(rows), told.names.index(name)])
    return labels


def decided_by(run: Run) -> Callable[[NDArray[np.float64]], NDArray[np.int64]]:
    """From the network's probabilities to the class of the highest, or to flags of findings.

    A finding is flagged from its threshold on, after its temperature.
    """
    if not run.data.several:
        return _highest
    operating = read_findings_operating(run)
    limits = [operating.thresholds.get(name, USUAL_THRESHOLD) for name in run.classes]

    def flags(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        shown = at_temperatures(probabilities, run.classes, operating.applied)
        return (shown >= np.array(limits)).astype(np.int64)

    return flags


def _highest(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    places: NDArray[np.int64] = probabilities.argmax(axis=1)
    return places
