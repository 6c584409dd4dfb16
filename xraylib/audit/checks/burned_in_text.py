"""Text printed into the picture."""

from __future__ import annotations

from typing import Final

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several

# Letters in a row: four may be ribs, five never were.
_TEXT: Final = 5


def find(subject: Subject) -> list[Finding]:
    """One finding for all images with text."""
    index, descriptors = subject.index, subject.descriptors
    rows = descriptors.rows[descriptors.letters >= _TEXT]
    if not rows.size:
        return []
    images = index.images(rows)
    paths = tuple(image.path for image in images)
    by_class = {
        label: sum(image.label == label for image in images)
        for label in index.classes
        if any(image.label == label for image in images)
    }
    where = several([f"{count} in {label or 'the set'}" for label, count in by_class.items()])
    return [
        CHECK.finding(
            message=(
                f"{len(paths)} {'image has' if len(paths) == 1 else 'images have'} text printed "
                "into "
                f"the picture ({where}): {several(paths)}. It may name a patient, and a network "
                "may read the hospital from it."
            ),
            remedy="Look at the text; leave images with names or dates out, or cover them at "
            "source",
            paths=paths,
            action={"exclude": list(paths)},
            numbers={"films": by_class},
        )
    ]


CHECK = Check(
    code="burned-in-text",
    title="Printed text",
    says="at least five letters in a row are printed into the image",
    remedy="look for names",
    severity="info",
    order=20,
    find=find,
)
