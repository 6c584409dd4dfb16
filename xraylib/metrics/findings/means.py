"""Means over findings, with intervals: MOVER, from the findings' own. NumPy only.

Findings are known of different images, and an image moves several of them, so their errors go
together; see :mod:`xraylib.metrics.uncertainty.class_means` for the way and its sources.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.findings.predictions import FindingImages, JudgedFindings
from xraylib.metrics.findings.table import moved_by
from xraylib.metrics.measured import Score, Scored
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.metrics.uncertainty.class_means import correlations, mover

Floats = NDArray[np.float64]


def mean_score(
    metric: str,
    judged: JudgedFindings,
    single: Mapping[str, FindingImages],
    scores: Mapping[str, Scored],
) -> Score:
    """The mean of a metric over the findings that have a value, and its 95 % interval.

    Args:
        metric: One of ``MEANS``.
        judged: All findings.
        single: Each finding's known images.
        scores: What was measured of each.
    """
    there = [name for name in judged.names if scores[name][metric].value is not None]
    if not there:
        why = "no finding has a value"
        return Score(None, None, why, why)
    values = [float(scores[name][metric].value or 0.0) for name in there]
    mean = float(np.mean(values))
    if judged.patients < 2:
        return Score(mean, None, "", "all images are of one patient")
    views = {name: OneClass(Counted(single[name]), 1) for name in there}
    found = [scores[name][metric].interval for name in there]
    lacking = [name for name, one in zip(there, found, strict=True) if one is None]
    if lacking:
        return Score(mean, None, "", f"there is no interval of {', '.join(lacking)}")
    moved = [_everywhere(judged, name, moved_by(metric, views[name])) for name in there]
    interval = mover(
        values,
        [one for one in found if one is not None],
        np.full(len(there), 1 / len(there)),
        correlations(moved, judged.groups),
    )
    return Score(mean, interval)


def _everywhere(judged: JudgedFindings, name: str, moved: Floats) -> Floats:
    """Influences of a finding's known images, as of all: the others move it by nothing."""
    every = np.zeros(len(judged.truth))
    every[judged.known(judged.names.index(name))] = moved
    return every
