"""How far a 95 % interval can be trusted on few images, as measured, not as assumed.

The table is what ``benchmarks/interval_coverage.py`` printed: how often each interval held the
known truth, for a fair and a good network, three uneven classes, 66 and 300 images; once with one
image a patient, once with one to four. Where that lies outside of 92 to 98 %, whoever shows the
interval says "approximate".
"""

from __future__ import annotations

import re
from typing import Final

from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.metrics.table import CLASS_METRICS, METRICS

ALLOWED: Final = (0.92, 0.98)
SIZES: Final = (66, 300)
COVERAGE: Final[dict[str, dict[int, tuple[float, float]]]] = {
    "accuracy": {66: (0.947, 0.949), 300: (0.955, 0.961)},
    "brier": {66: (0.954, 0.955), 300: (0.952, 0.953)},
    "log_loss": {66: (0.923, 0.949), 300: (0.939, 0.950)},
    "balanced_accuracy": {66: (0.950, 0.963), 300: (0.959, 0.959)},
    "auc macro": {66: (0.957, 0.959), 300: (0.951, 0.952)},
    "auc weighted": {66: (0.961, 0.963), 300: (0.952, 0.956)},
    "recall": {66: (0.951, 0.969), 300: (0.949, 0.960)},
    "precision": {66: (0.949, 0.971), 300: (0.949, 0.961)},
    "specificity": {66: (0.945, 0.967), 300: (0.945, 0.963)},
    "npv": {66: (0.949, 0.969), 300: (0.947, 0.957)},
    "f1": {66: (0.959, 0.982), 300: (0.944, 0.961)},
    "auc": {66: (0.951, 0.958), 300: (0.941, 0.958)},
    "difference": {66: (0.947, 0.957), 300: (0.949, 0.949)},
    "sensitivity at a threshold": {66: (0.951, 0.968), 300: (0.946, 0.959)},
    "specificity at a threshold": {66: (0.946, 0.958), 300: (0.954, 0.956)},
    "ppv at a prevalence": {66: (0.949, 0.969), 300: (0.951, 0.954)},
}
"""Lowest and highest coverage of each interval, by images; one image a patient."""
OF_PATIENTS: Final[dict[str, dict[int, tuple[float, float]]]] = {
    "accuracy": {66: (0.935, 0.939), 300: (0.947, 0.957)},
    "brier": {66: (0.929, 0.941), 300: (0.947, 0.954)},
    "log_loss": {66: (0.891, 0.928), 300: (0.931, 0.946)},
    "balanced_accuracy": {66: (0.927, 0.937), 300: (0.952, 0.952)},
    "auc macro": {66: (0.935, 0.937), 300: (0.938, 0.947)},
    "auc weighted": {66: (0.943, 0.949), 300: (0.938, 0.950)},
    "recall": {66: (0.929, 0.964), 300: (0.936, 0.954)},
    "precision": {66: (0.933, 0.976), 300: (0.943, 0.955)},
    "specificity": {66: (0.930, 0.965), 300: (0.940, 0.953)},
    "npv": {66: (0.922, 0.973), 300: (0.934, 0.948)},
    "f1": {66: (0.946, 0.984), 300: (0.952, 0.956)},
    "auc": {66: (0.922, 0.973), 300: (0.927, 0.950)},
    "difference": {66: (0.934, 0.940), 300: (0.950, 0.950)},
    "sensitivity at a threshold": {66: (0.924, 0.956), 300: (0.946, 0.956)},
    "specificity at a threshold": {66: (0.942, 0.971), 300: (0.941, 0.946)},
    "ppv at a prevalence": {66: (0.930, 0.978), 300: (0.942, 0.944)},
}
"""The same where patients have one to four images, which are alike."""
_BETWEEN: Final = 140
"""From so many images on the table's second column speaks: half way on a logarithmic scale."""
_FEWEST: Final = 50


def covered(name: str, images: int, *, of_patients: bool = False) -> tuple[float, float]:
    """Lowest and highest coverage of an interval on about so many images.

    Args:
        name: A name in ``COVERAGE``.
        images: Of the whole test set.
        of_patients: Whether patients have several images.
    """
    table = OF_PATIENTS if of_patients else COVERAGE
    return table[name][SIZES[0] if images < _BETWEEN else SIZES[1]]


def why_approximate(name: str, images: int, *, patients: int | None = None) -> str | None:
    """Why an interval is only approximate, or None where it holds what it promises.

    Args:
        name: A name in ``COVERAGE``; another interval was never tried, and that is said.
        images: Of the whole test set.
        patients: Whose images they are.
    """
    if images < _FEWEST:
        return f"{images} images are fewer than were tried ({SIZES[0]})"
    if name not in COVERAGE:
        return "how often it holds the truth was not tried in simulations"
    of_patients = patients is not None and patients < images
    low, high = covered(name, images, of_patients=of_patients)
    if low >= ALLOWED[0] and high <= ALLOWED[1]:
        return None
    worst = low if ALLOWED[0] - low > high - ALLOWED[1] else high
    size = SIZES[0] if images < _BETWEEN else SIZES[1]
    several = ", one to four of a patient," if of_patients else ""
    return (
        f"in simulations with {size} images{several} it held the truth in {100 * worst:.3g} of 100 "
        "cases"
    )


def approximate(evaluation: Evaluation, metric: Metric[Counted] | Metric[OneClass]) -> str | None:
    """:func:`why_approximate` for a metric of an evaluation."""
    name = metric.coverage or metric.name
    return why_approximate(name, evaluation.n, patients=evaluation.patients)


def approximate_reasons(evaluation: Evaluation) -> list[str]:
    """Why some intervals of an evaluation are only approximate, each with its metrics."""
    found: dict[str, list[str]] = {}
    every: list[Metric[Counted] | Metric[OneClass]] = [*METRICS, *CLASS_METRICS]
    for metric in every:
        reason = approximate(evaluation, metric) if metric.has_interval else None
        if reason:
            name = (metric.coverage or metric.name).replace("_", " ")
            name = re.sub(r"\b(auc|f1|npv)\b", lambda short: short[0].upper(), name)
            found.setdefault(reason, []).append(name)
    return [f"{', '.join(names)}: {reason}" for reason, names in found.items()]
