"""One picture in several files of a split and class."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import CHANGED, MOST_PAIRS, by_place
from xraylib.audit.report import Finding, several


def find(subject: Subject) -> list[Finding]:
    """One finding a picture that is there in files that differ."""
    findings = []
    for same in by_place(subject.index, subject.copies):
        if len(same) == 1:
            continue
        different = [equal[0] for equal in same.values()]
        best = max(different, key=lambda image: (image.width * image.height, image.bytes))
        others = [image.path for image in different if image is not best]
        count = sum(len(equal) for equal in same.values())
        findings.append(
            CHECK.finding(
                message=(
                    f"{several([image.path for image in different])} are the same picture, "
                    f"{CHANGED}. It counts {count} times in {best.split}."
                ),
                remedy=f"Keep {best.path} and leave the others out",
                paths=tuple(image.path for image in different),
                pairs=tuple((best.path, path) for path in others)[:MOST_PAIRS],
                action={"exclude": others},
            )
        )
    return findings


CHECK = Check(
    code="near-duplicate",
    title="Same picture twice",
    says="one picture is there in several sizes, contrasts, frames or compressions",
    remedy="keep the largest",
    severity="warning",
    order=30,
    find=find,
    same_picture=True,
)
