"""Classes that are judged but never taught."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding


def find(subject: Subject) -> list[Finding]:
    """One finding a class, where other classes have training images."""
    index = subject.index
    counts = index.counts()
    train = counts.get("train", {})
    if not any(train.values()):
        return []
    findings = []
    for label in index.classes:
        held = {split: n[label] for split, n in counts.items() if n[label]}
        if train.get(label) or not held or not label:
            continue
        paths = tuple(image.path for image in index.images(index.rows(label=label)))
        where = " and ".join(f"{number:,} in {split}" for split, number in held.items())
        findings.append(
            CHECK.finding(
                message=f"{label} has images to be judged on ({where}) and none to train on: no "
                "network can learn it, and each of these images counts as wrong.",
                remedy="Give the class the name that it has in training; if its images are "
                "unlabelled, read its folder as no class",
                paths=paths,
                numbers={"counts": held},
            )
        )
    return findings


CHECK = Check(
    code="class-without-training",
    title="Class never taught",
    says="a class has images to be judged on and none to train on",
    remedy="name it as in training, or leave it out",
    severity="error",
    order=35,
    find=find,
    touches_figures=True,
)
