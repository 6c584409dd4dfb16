"""Every metric of a finding is one row here, as ``xraylib.metrics.table`` has those of classes.

A finding is judged on the images of which it is known whether they show it; a mean is over the
findings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.findings.average_precision import (
    average_precision,
    average_precision_influence,
    average_precision_interval,
)
from xraylib.metrics.metric import EVERYWHERE, Metric
from xraylib.metrics.predictions import OneClass
from xraylib.metrics.uncertainty.jackknife import ratio

Floats = NDArray[np.float64]

MEANS: tuple[str, ...] = ("auc", "average_precision", "sensitivity", "specificity")
"""Of which metrics a mean over the findings is told."""


def _not_known(one: OneClass) -> str:
    return "" if one.total.any() else f"of no image it is known whether it shows {one.name}"


def _none_shows(one: OneClass) -> str:
    return _not_known(one) or f"no image shows {one.name}"


def _all_show(one: OneClass) -> str:
    return _not_known(one) or f"every image shows {one.name}"


def _one_sided(one: OneClass) -> str:
    return _all_show(one) if one.support.any() else _none_shows(one)


def _none_flagged(one: OneClass) -> str:
    none = not one.called.any() and one.total.any()
    return f"no image was flagged for {one.name}" if none else _one_sided(one)


def _all_flagged(one: OneClass) -> str:
    every = one.total.any() and not (one.called < one.total).any()
    return f"every image was flagged for {one.name}" if every else _one_sided(one)


def moved_by(name: str, one: OneClass) -> Floats:
    """``(n,)`` of each image on one of ``MEANS``, which must have a value."""
    images = one.counted.images
    if name == "auc":
        return images.area_influences[one.place][0]
    if name == "average_precision":
        return average_precision_influence(one.positive, one.scores)
    hits = one.flagged if name == "sensitivity" else ~one.flagged
    of = one.positive if name == "sensitivity" else ~one.positive
    return ratio(hits & of, of)


FINDING_METRICS: tuple[Metric[OneClass], ...] = (
    Metric(
        name="auc",
        title="AUC",
        help="Chance that an X-ray with the finding scores higher for it than one without: 0.5 is "
        "guessing.",
        function=lambda one: one.area,
        formula=lambda one: one.counted.images.area_intervals[one.place],
        undefined=_one_sided,
        told=EVERYWHERE | {"headline"},
        method="Newcombe, of as many images as they are worth by DeLong",
    ),
    Metric(
        name="average_precision",
        title="Average precision",
        short="AP",
        help="Mean share of X-rays with the finding among those that score at least as high as "
        "each of them; guessing reaches the finding's share of all X-rays.",
        function=lambda one: one.counted.each(
            lambda true, p: average_precision(true == one.place, p[:, one.place])
        ),
        formula=lambda one: average_precision_interval(
            one.positive, one.scores, one.counted.images.groups
        ),
        undefined=_none_shows,
        method="Wilson of as many images as they are worth by the jackknife",
    ),
    Metric(
        name="sensitivity",
        title="Sensitivity",
        help="Of the X-rays with the finding, the share that was flagged.",
        function=lambda one: one.hits / one.support,
        share=lambda one: (one.flagged, one.positive),
        undefined=_none_shows,
        told=EVERYWHERE | {"headline"},
    ),
    Metric(
        name="specificity",
        title="Specificity",
        help="Of the X-rays without the finding, the share that was not flagged.",
        function=lambda one: (
            (one.total - one.support - one.called + one.hits) / (one.total - one.support)
        ),
        share=lambda one: (~one.flagged, ~one.positive),
        undefined=_all_show,
    ),
    Metric(
        name="ppv",
        title="Positive predictive value",
        short="PPV",
        help="Of the X-rays that were flagged, the share that shows the finding, as common as it "
        "is here.",
        function=lambda one: one.right_of_called,
        share=lambda one: (one.positive, one.flagged),
        undefined=_none_flagged,
    ),
    Metric(
        name="npv",
        title="Negative predictive value",
        short="NPV",
        help="Of the X-rays that were not flagged, the share that does not show the finding.",
        function=lambda one: one.right_of_others,
        share=lambda one: (~one.positive, ~one.flagged),
        undefined=_all_flagged,
        told=frozenset({"page", "report"}),
    ),
)
