"""One file several times in a split and class."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import MOST_PAIRS, by_place
from xraylib.audit.report import Finding, several


def find(subject: Subject) -> list[Finding]:
    """One finding a file that is there several times."""
    findings = []
    for same in by_place(subject.index, subject.copies):
        for equal in same.values():
            if len(equal) == 1:
                continue
            paths = tuple(image.path for image in equal)
            findings.append(
                CHECK.finding(
                    message=(
                        f"{several(paths)} are the same file, byte for byte. It counts "
                        f"{len(paths)} times in {equal[0].split}."
                    ),
                    remedy=f"Keep {paths[0]} and leave the others out",
                    paths=paths,
                    pairs=tuple((paths[0], path) for path in paths[1:])[:MOST_PAIRS],
                    action={"exclude": list(paths[1:])},
                )
            )
    return findings


CHECK = Check(
    code="exact-duplicate",
    title="Same file twice",
    says="one file is there several times in a split",
    remedy="keep one",
    severity="warning",
    order=20,
    find=find,
    same_picture=True,
)
