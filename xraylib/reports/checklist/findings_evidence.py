"""What a run of findings says of its images and of how good it is, where it says it differently."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from xraylib.errors import DatasetError, PathError, RunError
from xraylib.evaluation.external import external_evaluations
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.findings.operating import read_findings_operating, shown_findings
from xraylib.evaluation.precision import run_precision
from xraylib.evaluation.sides.aspects import finding_aspects
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.metrics.populations.aspect import Aspect
from xraylib.models.card.numbers import rates_words
from xraylib.models.findings.record import published_points
from xraylib.reports.checklist.data_evidence import selection, weighed_words
from xraylib.reports.checklist.fact import Fact, lacking
from xraylib.rounding import rounded
from xraylib.training.run.test_use import why_withheld

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_MISTAKES: Final = 5
_UNCERTAIN: Final = {"ignore": "not known", "present": "present", "absent": "absent"}


def _tested(run: Run) -> RunFindingsEvaluation | None:
    try:
        return stored_findings_evaluation(run)
    except (DatasetError, RunError):
        return None


def _no_test(run: Run) -> Fact:
    withheld = why_withheld(run)
    if withheld is not None:
        return lacking(*withheld)
    return lacking("There are no test images", "add test images, and train again")


def _technique(run: Run) -> Fact:
    return Fact(
        f"Deep learning: the network “{run.spec.name}” gives each of the findings "
        f"{', '.join(run.classes)} a probability of its own in chest X-rays"
    )


def _summary(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    return Fact(
        f"{_technique(run).words}. Trained on {run.data.images_in('train')} images, tested on "
        f"{found.n} images{found.whose}: mean AUC of the findings {found['auc']}"
    )


def _performance(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    means = "; ".join(
        f"{metric.title}, mean of the findings {found[metric.name]}"
        for metric in FINDING_METRICS
        if metric.name in MEANS
    )
    return Fact(f"On {found.n} test images{found.whose}: {means}")


def _precision_of_classes(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    told = [
        f"{name} ({own.present} with it, {own.absent} without, {own.unknown} not known): "
        + ", ".join(
            f"{one.title.lower() if one.name != 'auc' else 'AUC'} {own[one.name]}"
            for one in FINDING_METRICS
        )
        for name, own in found.per_finding.items()
    ]
    return Fact("; ".join(told) + " (95 % intervals)")


def _metrics(_run: Run) -> Fact:
    told = ", ".join(metric.title for metric in FINDING_METRICS)
    return Fact(
        f"Of each finding {told}; means over the findings; ROC, precision-recall, reliability and "
        "decision curves"
    )


def _uncertainty(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    told = "; ".join(f"{name}: {how}" for name, how in found.methods.items())
    return Fact(f"95 % intervals by patient, as far as patients are told ({told})")


def _sample_size(run: Run) -> Fact:
    if _tested(run) is None:
        return _no_test(run)
    return Fact("; ".join(map(str, run_precision(run))))


def _calibration(run: Run) -> Fact:
    temperatures = read_findings_operating(run).temperatures
    told = [
        f"{name}: temperature {one.applied:.2f}"
        if one.applied != 1
        else f"{name}: no temperature" + (f" ({one.reason})" if one.reason else "")
        for name, one in temperatures.items()
    ]
    return Fact("; ".join(told))


def _updating(run: Run) -> Fact:
    applied = [name for name, one in read_findings_operating(run).applied.items() if one != 1]
    if not applied:
        return Fact("No temperature is applied: probabilities are the network's own")
    return Fact(f"A temperature for {', '.join(applied)}, fitted on validation images")


def _thresholds(run: Run) -> Fact:
    chosen = read_findings_operating(run).classes
    told = [
        f"{name} from {rounded(one.threshold, 3)} (by {one.chosen_by}, on {one.rests_on} "
        "images); on test images sensitivity {}, specificity {}".format(*rates_words(one))
        for name, one in chosen.items()
    ]
    told = ["Chosen on validation images: " + "; ".join(told)] if told else []
    left = [name for name in run.classes if name not in chosen]
    if left:
        told.append(f"Nobody chose a threshold for {', '.join(left)}: flagged from 0.5 on")
    return Fact(". ".join(told))


def _uncertain_results(run: Run) -> Fact:
    points = published_points(run, read_findings_operating(run))
    bands = [
        f"{name} {rounded(one.band[0])} to {rounded(one.band[1])}"
        for name, one in points.items()
        if one.band
    ]
    also = "; ".join(bands)
    return Fact(
        "Every test image of which a finding is known counts as flagged from the threshold on or "
        "as not flagged, also one to which Classify would give no answer"
        + (f" or that it would leave to a human, in the band of {also}" if bands else "")
    )


def _output(run: Run) -> Fact:
    return Fact(f"A probability for each of {', '.join(run.classes)}; they need not sum to 1")


def _internal_test(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    return Fact(f"Mean AUC {found['auc']} on test images of the same data set")


def _confusion(run: Run) -> Fact:
    told = []
    for one in _aspects(run):
        hits = int((one.flagged & one.positive).sum())
        alarms = int((one.flagged & ~one.positive).sum())
        present = int(one.positive.sum())
        told.append(
            f"{one.name}: {hits} of {present} with it flagged, {alarms} of {len(one) - present} "
            "without"
        )
    return Fact("; ".join(told)) if told else _no_test(run)


def _failures(run: Run) -> Fact:
    aspects = _aspects(run)
    if not aspects:
        return _no_test(run)
    judged, told = shown_findings(run), []
    for one in aspects:
        wrong = np.flatnonzero(one.positive != one.flagged)
        far = wrong[np.argsort(-np.abs(one.scores[wrong] - (one.threshold or 0.5)), kind="stable")]
        worst = ", ".join(judged.paths[one.rows[place]] for place in far[:_MISTAKES].tolist())
        told.append(f"{one.name}: {len(wrong)} of {len(one)} wrong" + (f" ({worst})" * bool(worst)))
    return Fact("; ".join(told))


def _external_test(run: Run) -> Fact:
    found = [one for one in external_evaluations(run) if one.key != "train"]
    if not found:
        return lacking(
            "It was not tested on images of another source", f"xraylib external {run.id} NAME"
        )
    told = [
        f"{one.data}, {one.images} images: mean AUC "
        f"{stored_findings_evaluation(run, split=one.key)['auc']}"
        for one in found
    ]
    return Fact("; ".join(told))


def _class_counts(run: Run) -> Fact:
    names = {"train": "training", "val": "validation", "test": "test"}
    told = [
        f"{names.get(split, split)}: {run.data.images_in(split)} images, "
        + ", ".join(f"{number} with {name}" for name, number in counts.items())
        for split, counts in run.data.counts.items()
    ]
    return Fact("; ".join(told))


def _imbalance(run: Run) -> Fact:
    return Fact(f"{weighed_words(run)}. {_class_counts(run).words}")


def _flow(run: Run) -> Fact:
    return Fact(f"{selection(run).words}. {_class_counts(run).words}")


def _missing_data(run: Run) -> Fact:
    return Fact(
        "Unknown labels count nothing in training and testing (masked loss); uncertain ones of "
        f"training images count as {_UNCERTAIN[run.train.uncertain]}; nothing was imputed"
    )


def _aspects(run: Run) -> list[Aspect]:
    with contextlib.suppress(DatasetError, RunError, PathError):
        thresholds = read_findings_operating(run).thresholds
        return list(finding_aspects(shown_findings(run), thresholds))
    return []


FACTS: Final[Mapping[str, Callable[[Run], Fact]]] = {
    "technique": _technique,
    "summary": _summary,
    "performance": _performance,
    "precision_of_classes": _precision_of_classes,
    "metrics": _metrics,
    "uncertainty": _uncertainty,
    "sample_size": _sample_size,
    "calibration": _calibration,
    "updating": _updating,
    "thresholds": _thresholds,
    "uncertain_results": _uncertain_results,
    "output": _output,
    "internal_test": _internal_test,
    "confusion": _confusion,
    "failures": _failures,
    "external_test": _external_test,
    "class_counts": _class_counts,
    "imbalance": _imbalance,
    "flow": _flow,
    "missing_data": _missing_data,
}
"""By the names that items give; what is not here is told as of a run of classes."""
