"""Folders with images that are not read."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding

_SHARE = 0.01  # of the images that are read; fewer are told by the scan alone


def find(subject: Subject) -> list[Finding]:
    """One finding a place, as the reading plan tells it."""
    return [
        CHECK.finding(
            message=f"{hint.message}.",
            remedy=hint.remedy[:1].upper() + hint.remedy[1:],
            numbers={"images": hint.images},
        )
        for hint in subject.index.reading.hints
        if hint.code == CHECK.code and hint.images >= _SHARE * len(subject.index)
    ]


CHECK = Check(
    code="unread-folder",
    title="Not read",
    says="a folder with images is no part of the data set",
    remedy="say what it is",
    severity="info",
    order=30,
    find=find,
)
