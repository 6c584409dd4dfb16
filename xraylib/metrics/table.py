"""Every metric is one row here. To add one, add a row; ``docs/extending.md`` shows it.

``METRICS`` are of all images, ``CLASS_METRICS`` of each class against the rest. Numbers, pages,
reports, cards, comparisons, the command and the docs go through the rows in this order.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.metric import EVERYWHERE, Metric
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.metrics.scores import CALIBRATION_BINS, calibration_error
from xraylib.metrics.uncertainty.class_means import (
    balanced_accuracy_interval,
    f1_interval,
    mean_area_interval,
)

Floats = NDArray[np.float64]

_ELSEWHERE = EVERYWHERE - {"compare", "command"}


def _f1(one: OneClass) -> Floats:
    """``(draws,)``; of a class without images there is no recall, and so no mean with it."""
    f1: Floats = 2 * one.hits / np.where(one.support > 0, one.support + one.called, np.nan)
    return f1


def _absent(seen: Counted) -> str:
    """Why what needs every class has no value."""
    names = [
        name
        for name, images in zip(seen.images.classes, seen.support[0], strict=True)
        if images == 0
    ]
    return "no images of class " + ", ".join(names) if names else "there is only one class"


def _scored(seen: Counted) -> slice:
    """The classes whose AUC is averaged: of two the second alone, for the first has the same."""
    return slice(1, 2) if len(seen.images.classes) == 2 else slice(None)


def _weighted_area(seen: Counted) -> Floats:
    areas, support = seen.areas[:, _scored(seen)], seen.support[:, _scored(seen)]
    mean: Floats = (areas * support).sum(axis=1) / support.sum(axis=1)
    return mean


def _loss_influence(seen: Counted, name: str) -> Floats:
    loss = seen.images.losses[name]
    moved: Floats = loss - loss.mean()
    return moved


METRICS: tuple[Metric[Counted], ...] = (
    Metric(
        name="accuracy",
        title="Accuracy",
        help="Share of X-rays that got their own class.",
        function=lambda seen: seen.hits.sum(axis=1) / seen.total,
        share=lambda seen: (
            seen.images.true == seen.images.predicted,
            np.ones(len(seen.images.true), bool),
        ),
        told=EVERYWHERE | {"headline"},
    ),
    Metric(
        name="auc",
        title="AUC, mean of classes",
        short="AUC",
        help="Chance that an X-ray of a class scores higher for it than an X-ray of another class, "
        "averaged over the classes: 0.5 is guessing.",
        function=lambda seen: seen.areas[:, _scored(seen)].mean(axis=1),
        formula=mean_area_interval,
        method="MOVER of the classes' intervals",
        undefined=_absent,
        told=_ELSEWHERE | {"headline"},
        coverage="auc macro",
    ),
    Metric(
        name="auc_weighted",
        title="AUC, weighted by X-rays",
        help="The same, each class counting by its number of X-rays.",
        function=_weighted_area,
        formula=lambda seen: mean_area_interval(seen, weighted=True),
        method="MOVER of the classes' intervals",
        undefined=_absent,
        told=frozenset({"page", "report"}),
        told_method=False,
        coverage="auc weighted",
    ),
    Metric(
        name="balanced_accuracy",
        title="Balanced accuracy",
        help="Mean recall of the classes.",
        function=lambda seen: (seen.hits / seen.support).mean(axis=1),
        formula=balanced_accuracy_interval,
        method="MOVER of the classes' intervals",
        undefined=_absent,
        told=_ELSEWHERE,
    ),
    Metric(
        name="brier",
        title="Brier score",
        help="Mean squared distance of the probabilities from the truth, summed over the classes; "
        "of two classes that of the second. 0 is perfect.",
        function=lambda seen: seen.mean_loss("brier"),
        range=(0.0, 2.0),
        scale="logarithmic",
        influence=lambda seen: _loss_influence(seen, "brier"),
        higher_is_better=False,
        told=frozenset({"page", "report"}),
        told_method=False,
    ),
    Metric(
        name="log_loss",
        title="Log loss",
        help="Mean of −ln of the true class's probability. 0 is perfect.",
        function=lambda seen: seen.mean_loss("log_loss"),
        range=(0.0, math.inf),
        influence=lambda seen: _loss_influence(seen, "log_loss"),
        higher_is_better=False,
        told=_ELSEWHERE,
    ),
    Metric(
        name="ece",
        title="Calibration error (ECE)",
        help="Mean gap of confidence and accuracy in "
        f"{CALIBRATION_BINS} bins of equal width; biased upwards on few X-rays.",
        function=lambda seen: seen.each(calibration_error),
        has_interval=False,
        higher_is_better=False,
        told=frozenset({"report"}),
        method=f"{CALIBRATION_BINS} bins of equal width",
    ),
)


def _no_positive(one: OneClass) -> str:
    return f"no image is truly {one.name}"


def _no_negative(one: OneClass) -> str:
    return f"every image is truly {one.name}" if one.total.any() else "there are no images"


def _one_sided(one: OneClass) -> str:
    return _no_negative(one) if one.support.any() else _no_positive(one)


def _no_others(one: OneClass) -> str:
    if not one.total.any():
        return "there are no images"
    every = not (one.called < one.total).any()
    return f"every image was called {one.name}" if every else _one_sided(one)


CLASS_METRICS: tuple[Metric[OneClass], ...] = (
    Metric(
        name="recall",
        title="Recall",
        help="Of the X-rays of this class, the share that was called so (sensitivity).",
        function=lambda one: one.hits / one.support,
        share=lambda one: (one.flagged, one.positive),
        undefined=_no_positive,
        told=EVERYWHERE | {"headline"},
    ),
    Metric(
        name="precision",
        title="Precision",
        help="Of the X-rays called so, the share that was right (positive predictive value).",
        function=lambda one: one.right_of_called,
        share=lambda one: (one.positive, one.flagged),
        undefined=lambda one: (
            _one_sided(one) if one.called.any() else f"no image was called {one.name}"
        ),
    ),
    Metric(
        name="specificity",
        title="Specificity",
        help="Of the other X-rays, the share that was not called so.",
        function=lambda one: (
            (one.total - one.support - one.called + one.hits) / (one.total - one.support)
        ),
        share=lambda one: (~one.flagged, ~one.positive),
        undefined=_no_negative,
    ),
    Metric(
        name="npv",
        title="Negative predictive value",
        short="NPV",
        help="Of the X-rays not called so, the share that is not.",
        function=lambda one: one.right_of_others,
        share=lambda one: (~one.positive, ~one.flagged),
        undefined=_no_others,
        told=frozenset({"page", "report"}),
    ),
    Metric(
        name="f1",
        title="F1",
        help="Harmonic mean of precision and recall.",
        function=_f1,
        formula=f1_interval,
        method="that of the share which F1 grows with",
        undefined=lambda one: (
            f"no image is truly {one.name}"
            + ("" if one.called.any() else f" and none was called {one.name}")
        ),
        told=EVERYWHERE - {"card"},
    ),
    Metric(
        name="auc",
        title="AUC",
        help="Chance that an X-ray of this class scores higher for it than another X-ray.",
        function=lambda one: one.area,
        formula=lambda one: one.counted.images.area_intervals[one.place],
        undefined=_one_sided,
        told=EVERYWHERE - {"card"},
        method="Newcombe, of as many images as they are worth by DeLong",
    ),
)
