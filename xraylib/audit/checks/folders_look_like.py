"""Folders that are parts of a set, patients or folds."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding


def find(subject: Subject) -> list[Finding]:
    """One finding a place, as the reading plan tells it."""
    return [
        CHECK.finding(
            message=f"{hint.message}.",
            remedy=hint.remedy[:1].upper() + hint.remedy[1:],
            severity="info" if "folds" in hint.message else None,
            numbers={"images": hint.images},
        )
        for hint in subject.index.reading.hints
        if hint.code == CHECK.code
    ]


CHECK = Check(
    code="folders-look-like",
    title="Folders that are no classes",
    says="folders look like parts of a set, patients or folds",
    remedy="name the table of labels",
    severity="warning",
    also="info where they are folds",
    order=54,
    find=find,
)
