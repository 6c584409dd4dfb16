"""Images whose files leave open what decides their greys."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several
from xraylib.datasets.grey_notes import LOW_RANGE, noted
from xraylib.images.notes import NOTES


def find(subject: Subject) -> list[Finding]:
    """One finding a note; a small range has a check of its own."""
    return [
        CHECK.finding(
            message=f"{NOTES[name].title}: {several(paths)}. {NOTES[name].says}",
            remedy=NOTES[name].remedy[0].upper() + NOTES[name].remedy[1:],
            paths=tuple(paths),
            severity="warning" if NOTES[name].grave else None,
            numbers={"note": name},
        )
        for name, paths in noted(subject.index).items()
        if name != LOW_RANGE
    ]


CHECK = Check(
    code="decided-greys",
    title="Greys left open",
    says="a file left open what decides its greys, and something was decided",
    remedy="compare with the originals; see the notes of image formats",
    severity="info",
    also="warning where the picture may look quite different",
    order=54,
    find=find,
    touches_figures=True,
)
