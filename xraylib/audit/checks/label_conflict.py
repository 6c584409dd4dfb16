"""One picture in two classes."""

from __future__ import annotations

from collections.abc import Sequence

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import contents_of, how_alike, pairs_across
from xraylib.audit.report import Finding, several
from xraylib.datasets.image_row import ImageRow


def find(subject: Subject) -> list[Finding]:
    """One finding a group of copies that stands in two classes or more."""
    findings = []
    for group in subject.copies:
        images = subject.index.images(group.rows)
        if len({image.label for image in images}) > 1:
            findings.append(_label_conflict(images, contents_of(group, images)))
    return findings


def _label_conflict(images: Sequence[ImageRow], contents: dict[str, int]) -> Finding:
    labels = sorted({image.label for image in images})
    paths = tuple(image.path for image in images)
    return CHECK.finding(
        message=(
            f"{several(paths)} are {how_alike(images, contents)}, but in the classes "
            f"{several(labels)}. At most one of them can be right."
        ),
        remedy=(
            "Find out which class is right and leave the other copies out; "
            "until then, leave all of them out"
        ),
        paths=paths,
        pairs=pairs_across(images, "label"),
        action={"exclude": list(paths)},
    )


CHECK = Check(
    code="label-conflict",
    title="One picture, two classes",
    says="one picture stands in two classes",
    remedy="leave all of its copies out",
    severity="error",
    order=30,
    find=find,
    same_picture=True,
    touches_figures=True,
)
