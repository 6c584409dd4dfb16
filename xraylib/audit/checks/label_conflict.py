"""One picture in two classes, or with a finding in one place and without it in another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import contents_of, how_alike, pairs_across
from xraylib.audit.report import Finding, several
from xraylib.datasets.image_row import ImageRow
from xraylib.datasets.labels.findings import ABSENT, PRESENT


def find(subject: Subject) -> list[Finding]:
    """One finding a group of copies that stands in two classes or more, or contradicts itself."""
    findings = []
    told = subject.index.multilabel
    for group in subject.copies:
        if told is not None:
            values = told.values[list(group.rows)]
            both = (values == PRESENT).any(axis=0) & (values == ABSENT).any(axis=0)
            names = [told.names[at] for at in np.flatnonzero(both).tolist()]
            if names:
                images = subject.index.images(group.rows)
                findings.append(_contradiction(images, contents_of(group, images), names))
            continue
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


def _contradiction(
    images: Sequence[ImageRow], contents: dict[str, int], names: list[str]
) -> Finding:
    paths = tuple(image.path for image in images)
    return CHECK.finding(
        message=(
            f"{several(paths)} are {how_alike(images, contents)}, but the table says of one that "
            f"it shows {several(names)} and of another that it does not. At most one can be right."
        ),
        remedy=(
            "Find out which row is right and leave the other copies out; "
            "until then, leave all of them out"
        ),
        paths=paths,
        pairs=tuple((paths[0], path) for path in paths[1:]),
        action={"exclude": list(paths)},
    )


CHECK = Check(
    code="label-conflict",
    title="One picture, two labels",
    says="one picture stands in two classes, or with and without a finding",
    remedy="leave all of its copies out",
    severity="error",
    order=30,
    find=find,
    same_picture=True,
    touches_figures=True,
)
