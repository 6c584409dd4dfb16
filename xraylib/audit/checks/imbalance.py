"""Classes that are too few."""

from __future__ import annotations

from typing import Any

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, share


def find(subject: Subject) -> list[Finding]:
    """Of the training images: three times as many is info, ten a warning."""
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


CHECK = Check(
    code="imbalance",
    title="Uneven classes",
    says="a class has three times as many training images as another, or more",
    remedy="class weights; recall and AUC",
    severity="info",
    also="warning from 10 : 1",
    order=10,
    find=find,
)
