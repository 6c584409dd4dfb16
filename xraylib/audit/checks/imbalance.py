"""Classes that are too few, and findings that too few training images show."""

from __future__ import annotations

from typing import Any, Final

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several, share
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import PRESENT

_FEW_PATIENTS: Final = 10
"""Who show a finding, under which a network hardly learns it."""


def find(subject: Subject) -> list[Finding]:
    """Of the training images: three times as many is info, ten a warning; so is a rare finding."""
    if subject.index.multilabel is not None:
        return _rare(subject.index)
    counts: dict[str, Any] = subject.index.counts().get("train", {})
    if len(counts) < 2:
        return []
    ranked = sorted(counts.items(), key=lambda item: (item[1], item[0]))
    (rare, few), (common, many) = ranked[0], ranked[-1]
    if many < 3 * few:
        return []
    total = sum(counts.values())
    ratio = "none" if few == 0 else f"{many / few:.1f} times fewer"
    return [
        CHECK.finding(
            severity="warning" if many >= 10 * few else "info",
            message=(
                f"{common} has {many} of {total} training images, {rare} has {few} ({ratio}). "
                f"Always saying {common} would be right in {share(many / total)} of them."
            ),
            remedy=(
                "Turn on class weights in training, and judge by recall of each class and AUC, "
                "not by accuracy"
            ),
            numbers={"counts": dict(counts)},
        )
    ]


def _rare(index: DatasetIndex) -> list[Finding]:
    """One finding of the audit, where some are shown by very few patients of the training part."""
    told = index.multilabel
    rows = index.rows("train")
    if told is None or not len(rows):
        return []
    patients = {}
    for at, name in enumerate(told.names):
        having = rows[told.values[rows, at] == PRESENT]
        patients[name] = len(set(index.patients(having)))
    rare = sorted((n, name) for name, n in patients.items() if n < _FEW_PATIENTS)
    if not rare:
        return []
    named = [f"{name} ({n:,})" for n, name in rare]
    return [
        CHECK.finding(
            severity="warning",
            message=(
                f"In training fewer than {_FEW_PATIENTS} patients show {several(named, most=9)}. "
                "So few teach a network little, and its figures for them mean little."
            ),
            remedy=(
                "Leave these findings out (choose the others with --finding, or on the page under "
                "Labels), or add images of patients who have them; weights of rare findings are a "
                "setting of training"
            ),
            numbers={"patients": patients},
        )
    ]


CHECK = Check(
    code="imbalance",
    title="Uneven classes",
    says="a class has three times as many training images as another, or more",
    remedy="class weights; recall and AUC",
    severity="info",
    also="warning from 10 : 1, and of a finding that fewer than 10 training patients show",
    order=10,
    find=find,
)
